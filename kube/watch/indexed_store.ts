/**
 * A copy of a resource's objects by key, with indexes.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/types.ts";
import { keyOf } from "../objects/resources.ts";

/** Values by which an object is to be found. */
export type IndexFunction<T> = (object: T) => Iterable<string>;

/** What became of one key. */
export interface Change<T> {
  readonly key: string;
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/** Objects by key and by the values of index functions. */
export class IndexedStore<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<
    string,
    { readonly of: IndexFunction<T>; readonly keys: Map<string, Set<string>> }
  >();

  constructor(indexes: Readonly<Record<string, IndexFunction<T>>>) {
    for (const [name, of] of Object.entries(indexes)) {
      this.#indexes.set(name, { of, keys: new Map() });
    }
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): Iterable<T> {
    return this.#objects.values();
  }

  entries(): Iterable<[string, T]> {
    return this.#objects.entries();
  }

  byIndex(name: string, value: string): readonly T[] {
    const index = this.#indexes.get(name);
    if (index === undefined) {
      throw new RangeError(`Cannot look up an index that was not declared: ${name}`);
    }
    const found: T[] = [];
    for (const key of index.keys.get(value) ?? []) {
      const object = this.#objects.get(key);
      if (object !== undefined) found.push(object);
    }
    return found;
  }

  set(object: T): Change<T> {
    const key = keyOf(object);
    const before = this.#objects.get(key);
    if (before !== undefined) this.#unindex(key, before);
    this.#objects.set(key, object);
    for (const index of this.#indexes.values()) {
      for (const value of index.of(object)) {
        const keys = index.keys.get(value);
        if (keys === undefined) index.keys.set(value, new Set([key]));
        else keys.add(key);
      }
    }
    return { key, before, after: object };
  }

  delete(key: string): Change<T> | undefined {
    const before = this.#objects.get(key);
    if (before === undefined) return undefined;
    this.#unindex(key, before);
    this.#objects.delete(key);
    return { key, before, after: undefined };
  }

  #unindex(key: string, object: T): void {
    for (const index of this.#indexes.values()) {
      for (const value of index.of(object)) {
        const keys = index.keys.get(value);
        keys?.delete(key);
        if (keys?.size === 0) index.keys.delete(value);
      }
    }
  }
}
