/**
 * What a list, a watch and our own writes say about a resource's objects, put together without going back in time, unless the
 * server itself did.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/types.ts";
import { type Change, IndexedStore, type IndexFunction } from "./indexed_store.ts";
import { keyOf } from "../objects/resources.ts";
import type { ObjectList, WatchEvent } from "../types.ts";

/** What a list changed. */
interface Replaced<T extends KubeObject> {
  readonly changes: Change<T>[];
  /** The list contradicts what was known: the server was put back to an earlier state, and went on from there. */
  readonly isNewHistory: boolean;
}

/** A copy of a resource's objects. Every method returns what it changed, after the whole change is made. */
export class WatchedStore<T extends KubeObject> {
  readonly #objects: IndexedStore<T>;
  /** Everything that the server told up to here is in the store; empty before the first list. */
  #version = "";
  #newest = "";

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

  /** The newest version that anything was seen at, own writes included. What is asked for from then on is not older. */
  get newest(): string {
    return this.#newest;
  }

  /**
   * Makes the store equal to the list, except for what was seen newer than it since it was asked for, when `asked` was the
   * {@linkcode newest}. A list of a new history (`isNewHistory`, or it shows it) replaces everything, whatever the numbers.
   */
  replace(
    list: ObjectList<T>,
    { asked = this.#version, isNewHistory: isKnown = false }: {
      readonly asked?: string;
      readonly isNewHistory?: boolean;
    } = {},
  ): Replaced<T> {
    const isNewHistory = isKnown || isNewer(asked, list.resourceVersion) === true ||
      this.#contradicts(list);
    const changes: (Change<T> | undefined)[] = [];
    const listed = new Set<string>();
    for (const object of list.items) {
      listed.add(keyOf(object));
      changes.push(isNewHistory ? this.#objects.set(object) : this.#put(object));
    }
    for (const [key, object] of [...this.#objects.entries()]) {
      if (listed.has(key)) continue;
      // Written by ourselves after the list was made; the watch from there will tell more.
      const isOurs = isNewer(object.metadata.resourceVersion, list.resourceVersion) === true;
      if (!isOurs || isNewHistory) changes.push(this.#objects.delete(key));
    }
    this.#version = list.resourceVersion;
    this.#saw(list.resourceVersion, { isNewHistory });
    return { changes: changes.filter((change) => change !== undefined), isNewHistory };
  }

  /**
   * Takes in the answer to a request about one object that was sent while `asked` was its state. One that is older than `asked`
   * is of a new history, and is taken as it is.
   */
  answer(object: T, asked: T | undefined): Replaced<T> {
    const { resourceVersion } = object.metadata;
    if (isNewer(asked?.metadata.resourceVersion, resourceVersion) !== true) {
      return { changes: this.observe(object), isNewHistory: false };
    }
    return { changes: [this.#objects.set(object)], isNewHistory: true };
  }

  /** Whether a list of one object at most, which is as the server has it now, is of the history that is known. */
  goesOn({ items: [object] }: ObjectList<T>): boolean {
    if (object === undefined) return this.#objects.size === 0;
    const { resourceVersion } = object.metadata;
    const isAsKnown =
      resourceVersion === this.#objects.get(keyOf(object))?.metadata.resourceVersion;
    return isAsKnown || isNewer(resourceVersion, this.#version) !== false;
  }

  /** Takes in an event of a watch. */
  take(event: WatchEvent<T>): Change<T>[] {
    const bookmark = event.type === "BOOKMARK";
    const version = bookmark ? event.resourceVersion : event.object.metadata.resourceVersion;
    if (version !== undefined && version !== "") this.#version = version;
    this.#saw(version);
    if (bookmark) return [];
    const change = event.type === "DELETED" ? this.#remove(event.object) : this.#put(event.object);
    return change === undefined ? [] : [change];
  }

  /** Takes in the answer to a write of our own. */
  observe(object: T): Change<T>[] {
    const known = this.#objects.get(keyOf(object))?.metadata;
    const isFirst = known === undefined && this.#version === "";
    // Absent, and not newer than what the watch has brought: it was deleted since, or is none of ours.
    const than = known === undefined ? this.#version : known.resourceVersion;
    const newer = isFirst || isNewer(object.metadata.resourceVersion, than) === true;
    this.#saw(object.metadata.resourceVersion);
    return newer ? [this.#objects.set(object)] : [];
  }

  #saw(version: string | undefined, { isNewHistory = false } = {}): void {
    const isFirst = this.#newest === "" || isNewHistory;
    if (version !== undefined && (isFirst || isNewer(version, this.#newest) === true)) {
      this.#newest = version;
    }
  }

  /** Whether the list shows an object older than it was known at a version that the list includes. */
  #contradicts(list: ObjectList<T>): boolean {
    return list.items.some((object) => {
      const known = this.#objects.get(keyOf(object))?.metadata.resourceVersion;
      return isNewer(known, object.metadata.resourceVersion) === true &&
        isNewer(known, list.resourceVersion) === false;
    });
  }

  #put(object: T): Change<T> | undefined {
    const known = this.#objects.get(keyOf(object))?.metadata;
    const { uid, resourceVersion } = object.metadata;
    const isSame = known?.uid === uid && known?.resourceVersion === resourceVersion;
    if (known !== undefined && isSame) return undefined;
    // Also where it was made again meanwhile: what comes late is of the one before.
    if (isNewer(known?.resourceVersion, resourceVersion) === true) return undefined;
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

/**
 * Whether `version` is newer than `than`; `undefined` where either is no decimal number, so that nothing is known.
 *
 * Source: KEP-5504 (comparable resource version): resourceVersions of one resource are decimal numbers that grow.
 */
export function isNewer(
  version: string | undefined,
  than: string | undefined,
): boolean | undefined {
  if (!isNumber(version) || !isNumber(than)) return undefined;
  if (version.length !== than.length) return version.length > than.length;
  return version > than;
}

function isNumber(version: string | undefined): version is string {
  return version !== undefined && /^(0|[1-9]\d*)$/.test(version);
}
