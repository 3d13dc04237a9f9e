/**
 * Where the versions of objects are kept, and how they are found.
 *
 * @module
 */

/** What happened to an object. */
export type ChangeType = "ADDED" | "MODIFIED" | "DELETED";

/** Names one object. `namespace` is `""` for cluster-scoped ones. */
export interface ObjectId {
  /** Resource, such as `ippools.network.harvesterhci.io`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

/** One stored version of an object. */
export interface StoredObject extends ObjectId {
  readonly revision: number;
  /** The whole object as JSON text. */
  readonly body: string;
}

/** A version to be kept. */
export interface Version extends StoredObject {
  readonly type: ChangeType;
  /** Revision of the version before, where there was one. */
  readonly previous: number | undefined;
  readonly uid: string;
  /** UIDs of its owners. */
  readonly owners: readonly string[];
}

/** A version that was kept. */
export interface KeptChange extends StoredObject {
  readonly type: ChangeType;
  /** The version before, where there was one that is not forgotten. */
  readonly previous?: string;
}

/** A place in the order of objects. */
export interface Position {
  readonly namespace: string;
  readonly name: string;
}

/** Narrows {@linkcode Versions.list}. */
export interface Range {
  readonly resource: string;
  /** Unset: all namespaces. */
  readonly namespace?: string;
  /** Unset: all names. */
  readonly name?: string;
  /** Start after this object. */
  readonly after?: Position;
  /** As of this revision; unset: newest. */
  readonly at?: number;
  readonly limit?: number;
}

/**
 * Every version that is not forgotten, and always the newest of each living object. `memory_versions.ts` and `sqlite_versions.ts` are
 * held to the same tests.
 */
export interface Versions {
  /** The newest revision that there ever was. */
  readonly newest: number;
  /** Revisions up to this one may be gone. */
  readonly compacted: number;
  /** Begins what is kept as a whole, by `commit`, or not at all, by `rollback`. */
  begin(): void;
  commit(): void;
  rollback(): void;
  /** Keeps a version that is newer than all others. */
  put(version: Version): void;
  /** Forgets versions up to a revision that newer ones replaced. */
  compact(upTo: number): void;
  /** The newest version of an object. */
  get(id: ObjectId): StoredObject | undefined;
  /** Objects by namespace and name. */
  list(range: Range): StoredObject[];
  /** Number of objects of a resource, or of a namespace of it, after one. */
  count(range: Pick<Range, "resource" | "namespace" | "after">): number;
  /** What happened after a revision, oldest first. */
  since(revision: number, resource: string): KeptChange[];
  /** The object with this uid. */
  byUid(uid: string): ObjectId | undefined;
  /** Objects that name `uid` as an owner, in their order. */
  dependents(uid: string): ObjectId[];
  /** Objects that name any owner, in their order. */
  owned(): ObjectId[];
  /** All objects of a namespace, whatever their resource, in their order. */
  inNamespace(namespace: string): ObjectId[];
  close(): void;
}
