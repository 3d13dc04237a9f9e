/**
 * What a list, a watch and our own writes say about a resource's objects, put together without going back in time.
 *
 * @module
 */
import type { KubeObject } from "../core/api/types.ts";
import { type Change, IndexedStore, type IndexFunction } from "./indexed_store.ts";
import { isNewer } from "./resource_version.ts";
import { keyOf } from "./resources.ts";
import type { ObjectList, WatchEvent } from "./types.ts";

/** A copy of a resource's objects. Every method returns what it changed, after the whole change is made. */
export class WatchedStore<T extends KubeObject> {
  readonly #objects: IndexedStore<T>;
  /** Everything that the server told up to here is in the store; empty before the first list. */
  #version = "";

  constructor(indexes: Readonly<Record<string, IndexFunction<T>>>) {
    this.#objects = new IndexedStore(indexes);
  }

  /** Read access. */
  get objects(): Omit<IndexedStore<T>, "set" | "delete"> {
    return this.#objects;
  }

  /** Where a watch is to go on. */
  get version(): string {
    return this.#version;
  }

  /** Makes the store equal to the list, except for what is known to be newer than it. */
  replace(list: ObjectList<T>): Change<T>[] {
    const changes: (Change<T> | undefined)[] = [];
    const listed = new Set<string>();
    for (const object of list.items) {
      listed.add(keyOf(object));
      changes.push(this.#put(object));
    }
    for (const [key, object] of [...this.#objects.entries()]) {
      if (listed.has(key)) continue;
      // Written by ourselves after the list was made; the watch from there will tell more.
      if (isNewer(object.metadata.resourceVersion, list.resourceVersion) === true) continue;
      changes.push(this.#objects.delete(key));
    }
    this.#version = list.resourceVersion;
    return changes.filter((change) => change !== undefined);
  }

  /** Takes in an event of a watch. */
  take(event: WatchEvent<T>): Change<T>[] {
    const bookmark = event.type === "BOOKMARK";
    const version = bookmark ? event.resourceVersion : event.object.metadata.resourceVersion;
    if (version !== undefined && version !== "") this.#version = version;
    if (bookmark) return [];
    const change = event.type === "DELETED" ? this.#remove(event.object) : this.#put(event.object);
    return change === undefined ? [] : [change];
  }

  /** Takes in the answer to a write of our own. */
  observe(object: T): Change<T>[] {
    // Absent, and not newer than what the watch has brought: it was deleted since, or is none of ours.
    const known = this.#objects.get(keyOf(object))?.metadata.resourceVersion ?? this.#version;
    const newer = isNewer(object.metadata.resourceVersion, known) === true;
    return newer ? [this.#objects.set(object)] : [];
  }

  #put(object: T): Change<T> | undefined {
    const known = this.#objects.get(keyOf(object))?.metadata;
    const { uid, resourceVersion } = object.metadata;
    if (known !== undefined && known.uid === uid) {
      if (known.resourceVersion === resourceVersion) return undefined;
      if (isNewer(known.resourceVersion, resourceVersion) === true) return undefined;
    }
    return this.#objects.set(object);
  }

  #remove(object: T): Change<T> | undefined {
    const key = keyOf(object);
    const known = this.#objects.get(key)?.metadata;
    const { uid, resourceVersion } = object.metadata;
    const recreated = known !== undefined && known.uid !== uid &&
      isNewer(known.resourceVersion, resourceVersion) === true;
    return recreated ? undefined : this.#objects.delete(key);
  }
}
