/**
 * The objects and their history: every write is a new revision of one counter, as in etcd.
 *
 * @module
 */
import { inOrder, isObject, type JsonObject, listAt, metadataOf, textAt } from "../json.ts";
import { MemoryVersions } from "./memory_versions.ts";
import { SqliteVersions } from "./sqlite_versions.ts";
import type { StateFileOptions } from "./state_file.ts";
import type {
  ChangeType,
  KeptChange,
  ObjectId,
  Range,
  StoredObject,
  Versions,
} from "./versions.ts";

/** One write. */
export interface Change extends KeptChange {
  /** The parsed body of a change that was just made; not to be changed. */
  readonly object?: JsonObject;
  /** The parsed body before it, made once for all who ask; not to be changed. */
  readonly before?: () => JsonObject;
}

/** Where a store keeps its versions. */
interface StoreOptions extends StateFileOptions {
  /** Those that it goes on with, in place of a file. */
  readonly versions?: Versions | undefined;
}

/** How many objects are kept parsed. */
const MOST_RECENT = 256;

/** Objects, in memory or in a file. All methods are synchronous; one process owns the file. */
export class Store {
  readonly #versions: Versions;
  #revision: number;
  #pending: Change[] = [];
  readonly #listeners = new Set<(changes: readonly Change[]) => void>();
  /** By resource. */
  readonly #followers = new Map<string, Set<(change: Change) => void>>();
  #inTransaction = false;
  /** Revision -> what was written there, the last ones: what is written often, as a Lease is, need not be parsed again. */
  readonly #recent = new Map<number, JsonObject>();

  /** Opens, and makes where there is none. Throws for a file that another version made. */
  constructor({ versions, ...options }: StoreOptions) {
    this.#versions = versions ??
      (options.path === ":memory:" ? new MemoryVersions() : new SqliteVersions(options));
    this.#revision = Math.max(1, this.#versions.newest, this.#versions.compacted);
  }

  /** The newest revision. */
  get revision(): number {
    return this.#revision;
  }

  /** Revisions up to this one may be gone. */
  get compacted(): number {
    return this.#versions.compacted;
  }

  /** Calls `listener` with the changes of every transaction, after it was committed; the answer ends that. */
  onCommit(listener: (changes: readonly Change[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `follower` with each change of one resource, after all listeners; the answer ends that. */
  follow(resource: string, follower: (change: Change) => void): () => void {
    const followers = this.#followers.get(resource) ?? new Set();
    this.#followers.set(resource, followers.add(follower));
    return () => followers.delete(follower);
  }

  /** Runs `work` as one transaction: all of its writes, or, when it throws, none. */
  transaction<T>(work: () => T): T {
    if (this.#inTransaction) return work();
    const before = this.#revision;
    this.#versions.begin();
    this.#inTransaction = true;
    let result: T;
    try {
      result = work();
      this.#versions.commit();
    } catch (cause) {
      this.#revision = before;
      this.#pending = [];
      this.#recent.clear();
      this.#versions.rollback();
      throw cause;
    } finally {
      this.#inTransaction = false;
    }
    const changes = this.#pending;
    this.#pending = [];
    if (changes.length > 0) this.#tell(changes);
    return result;
  }

  #tell(changes: readonly Change[]): void {
    for (const listener of this.#listeners) listener(changes);
    for (const change of changes) {
      for (const follower of this.#followers.get(change.resource) ?? []) follower(change);
    }
  }

  /** The newest version of an object. */
  get(id: ObjectId): StoredObject | undefined {
    return this.#versions.get(id);
  }

  /** A version as an object, which is not to be changed. */
  parsed({ revision, body }: StoredObject): JsonObject {
    return this.#recent.get(revision) ?? this.#remember(revision, JSON.parse(body));
  }

  /** Objects by namespace and name. */
  list(range: Range): StoredObject[] {
    const { at, ...newest } = range;
    return this.#versions.list(at === undefined || at >= this.#revision ? newest : range);
  }

  /** Number of objects after one, for `remainingItemCount`. */
  count(range: Range): number {
    return this.#versions.count(range);
  }

  /** Changes after a revision, oldest first. */
  since(revision: number, resource: string): Change[] {
    return this.#versions.since(revision, resource);
  }

  /** The object with this uid. */
  byUid(uid: string): ObjectId | undefined {
    return this.#versions.byUid(uid);
  }

  /** Objects that name `uid` as an owner. */
  dependents(uid: string): ObjectId[] {
    return this.#versions.dependents(uid);
  }

  /** Objects that name any owner. */
  owned(): ObjectId[] {
    return this.#versions.owned();
  }

  /** All objects of a namespace, whatever their resource. */
  inNamespace(namespace: string): ObjectId[] {
    return this.#versions.inNamespace(namespace);
  }

  /**
   * Writes one change: the object with the new revision as its resourceVersion. Gives the text that is kept, its keys in order, as
   * the API server writes them. What was given may not be changed from now on. Only inside a transaction.
   */
  write(id: ObjectId, type: ChangeType, given: JsonObject): string {
    if (!this.#inTransaction) throw new Error("Cannot write outside a transaction");
    const before = this.get(id);
    const revision = this.#revision + 1;
    const metadata = { ...metadataOf(given), resourceVersion: String(revision) };
    const object = inOrder<JsonObject>({ ...given, metadata });
    const body = JSON.stringify(object);
    this.#versions.put({
      ...id,
      type,
      revision,
      body,
      previous: before?.revision,
      uid: textAt(metadata, "uid"),
      owners: listAt(metadata, "ownerReferences").filter(isObject)
        .map((owner) => textAt(owner, "uid")),
    });
    this.#revision = revision;
    this.#remember(revision, object);
    this.#pending.push({
      ...id,
      type,
      revision,
      body,
      object,
      ...(before === undefined ? {} : { previous: before.body, before: () => this.parsed(before) }),
    });
    return body;
  }

  #remember(revision: number, object: JsonObject): JsonObject {
    this.#recent.set(revision, object);
    if (this.#recent.size > MOST_RECENT) {
      for (const oldest of this.#recent.keys()) {
        this.#recent.delete(oldest);
        break;
      }
    }
    return object;
  }

  /** Forgets versions up to a revision that newer ones replaced. */
  compact(upTo: number): void {
    const target = Math.min(upTo, this.#revision);
    if (target > this.compacted) this.transaction(() => this.#versions.compact(target));
  }

  /** Closes the file; the write-ahead log is folded into it. */
  close(): void {
    this.#listeners.clear();
    this.#followers.clear();
    this.#versions.close();
  }
}
