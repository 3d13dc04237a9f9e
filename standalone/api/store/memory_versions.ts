/**
 * The versions of objects in memory, gone with the process.
 *
 * @module
 */
import type {
  KeptChange,
  ObjectId,
  Position,
  Range,
  StoredObject,
  Version,
  Versions,
} from "./versions.ts";

/** The living objects of one resource, in order. */
interface Shelf {
  /** Keys, in order. */
  readonly order: string[];
  readonly objects: Map<string, Version>;
}

/** Versions that nothing outlives. */
export class MemoryVersions implements Versions {
  /** Every version that is not forgotten, by revision. */
  #log: Version[] = [];
  readonly #shelves = new Map<string, Shelf>();
  readonly #uids = new Map<string, Version>();
  /** UID of an owner -> the versions that name it. */
  readonly #owned = new Map<string, Set<Version>>();
  /** What takes back the writes since `begin`, the first one first. */
  #undo: (() => void)[] = [];
  #compacted = 0;

  get newest(): number {
    return this.#log.at(-1)?.revision ?? 0;
  }

  get compacted(): number {
    return this.#compacted;
  }

  /** The same as it is now, and apart from it from now on: a backup, or what is made of one. */
  copy(): MemoryVersions {
    const copy = new MemoryVersions();
    copy.#log = [...this.#log];
    copy.#compacted = this.#compacted;
    for (const { objects } of this.#shelves.values()) {
      for (const version of objects.values()) copy.#replace(undefined, version);
    }
    return copy;
  }

  begin(): void {
    this.#undo = [];
  }

  commit(): void {
    this.#undo = [];
  }

  rollback(): void {
    for (const undo of this.#undo.reverse()) undo();
    this.#undo = [];
  }

  put(version: Version): void {
    const before = this.#newestOf(version);
    const after = version.type === "DELETED" ? undefined : version;
    this.#log.push(version);
    this.#replace(before, after);
    this.#undo.push(() => {
      this.#log.pop();
      this.#replace(after, before);
    });
  }

  compact(upTo: number): void {
    const before = this.#log;
    const replaced = new Set<string>();
    const kept: Version[] = [];
    for (const version of before.toReversed()) {
      if (version.revision <= upTo) {
        const id = `${version.resource}\0${keyOf(version)}`;
        if (replaced.has(id)) continue;
        replaced.add(id);
        if (version.type === "DELETED") continue;
      }
      kept.push(version);
    }
    this.#log = kept.reverse();
    this.#compacted = upTo;
  }

  get(id: ObjectId): StoredObject | undefined {
    return this.#newestOf(id);
  }

  list(range: Range): StoredObject[] {
    const { resource, at, limit = -1, name, namespace } = range;
    const found: StoredObject[] = [];
    if (at === undefined && name !== undefined && namespace !== undefined) {
      return this.#only({ resource, namespace, name }, range);
    }
    const from = at === undefined ? this.#present(range) : this.#past(range, at);
    for (const version of from) {
      if (found.length === limit) break;
      if (namespace !== undefined && version.namespace !== namespace) break;
      if (name === undefined || version.name === name) found.push(version);
    }
    return found;
  }

  count({ namespace, ...range }: Pick<Range, "resource" | "namespace" | "after">): number {
    let count = 0;
    for (const version of this.#present(range)) {
      if (namespace === undefined || version.namespace === namespace) count++;
    }
    return count;
  }

  since(revision: number, resource: string): KeptChange[] {
    return this.#log.slice(this.#indexAfter(revision))
      .filter((version) => version.resource === resource)
      .map(({ previous, ...change }) => {
        const before = this.#log[this.#indexAfter((previous ?? 0) - 1)];
        return before === undefined || before.revision !== previous
          ? change
          : { ...change, previous: before.body };
      });
  }

  byUid(uid: string): ObjectId | undefined {
    const version = this.#uids.get(uid);
    return version && idOf(version);
  }

  dependents(uid: string): ObjectId[] {
    return [...this.#owned.get(uid) ?? []].sort(byId).map(idOf);
  }

  owned(): ObjectId[] {
    const all = new Set([...this.#owned.values()].flatMap((versions) => [...versions]));
    return [...all].sort(byId).map(idOf);
  }

  inNamespace(namespace: string): ObjectId[] {
    return [...this.#shelves.keys()].sort()
      .flatMap((resource) => this.list({ resource, namespace })).map(idOf);
  }

  close(): void {
    this.#log = [];
    this.#shelves.clear();
    this.#uids.clear();
    this.#owned.clear();
  }

  /** The one object that a range names. */
  #only(id: ObjectId, { after, limit }: Range): Version[] {
    const version = this.#newestOf(id);
    const isLeftOut = limit === 0 || (after !== undefined && keyOf(id) <= keyOf(after));
    return version === undefined || isLeftOut ? [] : [version];
  }

  #newestOf(id: ObjectId): Version | undefined {
    return this.#shelves.get(id.resource)?.objects.get(keyOf(id));
  }

  /** The living objects of a resource in order, from where a range begins. */
  *#present({ resource, namespace = "", after }: Range): Generator<Version, void, void> {
    const shelf = this.#shelves.get(resource);
    if (shelf === undefined) return;
    const { order, objects } = shelf;
    const first = keyOf({ namespace, name: "" });
    const last = after === undefined ? "" : keyOf(after);
    let index = placeOf(order, last > first ? last : first);
    if (order[index] === last) index++;
    for (; index < order.length; index++) {
      const version = objects.get(order[index] ?? "");
      if (version !== undefined) yield version;
    }
  }

  /** The same, as it was at a revision. */
  #past({ resource, namespace, after }: Range, at: number): readonly Version[] {
    const then = new Map<string, Version>();
    for (const version of this.#log) {
      if (version.revision > at) break;
      if (version.resource !== resource) continue;
      if (namespace !== undefined && version.namespace !== namespace) continue;
      then.set(keyOf(version), version);
    }
    const last = after === undefined ? "" : keyOf(after);
    return [...then.values()]
      .filter((version) => version.type !== "DELETED" && keyOf(version) > last)
      .sort(byId);
  }

  /** Where the versions after a revision begin. */
  #indexAfter(revision: number): number {
    let [low, high] = [0, this.#log.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#log[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Has one version of an object stand for it instead of another one. */
  #replace(before: Version | undefined, after: Version | undefined): void {
    const version = after ?? before;
    if (version === undefined) return;
    if (before !== undefined) {
      this.#uids.delete(before.uid);
      for (const owner of before.owners) this.#disown(owner, before);
    }
    const { order, objects } = this.#shelfOf(version.resource);
    const key = keyOf(version);
    if (after === undefined) {
      objects.delete(key);
      order.splice(placeOf(order, key), 1);
      return;
    }
    if (before === undefined) order.splice(placeOf(order, key), 0, key);
    objects.set(key, after);
    this.#uids.set(after.uid, after);
    for (const owner of after.owners) {
      const owned = this.#owned.get(owner) ?? new Set();
      this.#owned.set(owner, owned.add(after));
    }
  }

  #disown(owner: string, version: Version): void {
    const owned = this.#owned.get(owner);
    if (owned?.delete(version) && owned.size === 0) this.#owned.delete(owner);
  }

  #shelfOf(resource: string): Shelf {
    const known = this.#shelves.get(resource);
    if (known !== undefined) return known;
    const shelf: Shelf = { order: [], objects: new Map() };
    this.#shelves.set(resource, shelf);
    return shelf;
  }
}

/** By it objects are in the order of their namespaces and names. */
function keyOf({ namespace, name }: Position): string {
  return `${namespace}\0${name}`;
}

function idOf({ resource, namespace, name }: ObjectId): ObjectId {
  return { resource, namespace, name };
}

function byId(one: ObjectId, other: ObjectId): number {
  const [a, b] = [one, other].map((id) => `${id.resource}\0${keyOf(id)}`) as [string, string];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Where a key is in a list in order, or would be. */
function placeOf(order: readonly string[], key: string): number {
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((order[middle] ?? "") < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
