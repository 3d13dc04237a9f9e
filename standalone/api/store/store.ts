/**
 * The objects and their history in SQLite: every write is a new revision of one counter, as in etcd.
 *
 * `revision` holds every version that is not compacted away and always the newest of each living object;
 * `current` points from an object's name to its newest revision.
 *
 * @module
 */
import { isObject, type JsonObject, listAt, metadataOf, sorted, textAt } from "../json.ts";
import { type Row, StateFile, type StateFileOptions } from "./state_file.ts";

/** What happened to an object. */
type ChangeType = "ADDED" | "MODIFIED" | "DELETED";

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

/** One write. */
export interface Change extends StoredObject {
  readonly type: ChangeType;
  /** The version before, where there was one. */
  readonly previous?: string;
  /** The parsed body of a change that was just made; not to be changed. */
  readonly object?: JsonObject;
}

/** A place in the order of objects. */
export interface Position {
  readonly namespace: string;
  readonly name: string;
}

/** Narrows {@linkcode Store.list}. */
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

/** Objects in SQLite. All methods are synchronous; one process owns the file. */
export class Store {
  readonly #file: StateFile;
  #revision: number;
  #compacted: number;
  #pending: Change[] = [];
  readonly #listeners = new Set<(changes: readonly Change[]) => void>();
  #inTransaction = false;

  /** Opens, and makes where there is none. Throws for a file that another version made. */
  constructor(options: StateFileOptions) {
    this.#file = new StateFile(options);
    this.#compacted = Number(
      this.#file.row("SELECT value FROM meta WHERE key = 'compacted'")?.value ?? 0,
    );
    const newest = Number(
      this.#file.row("SELECT max(revision) AS newest FROM revision")?.newest ?? 0,
    );
    this.#revision = Math.max(1, newest, this.#compacted);
  }

  /** The newest revision. */
  get revision(): number {
    return this.#revision;
  }

  /** Revisions up to this one may be gone. */
  get compacted(): number {
    return this.#compacted;
  }

  /** Calls `listener` with the changes of every transaction, after it was committed; the answer ends that. */
  onCommit(listener: (changes: readonly Change[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Runs `work` as one transaction: all of its writes, or, when it throws, none. */
  transaction<T>(work: () => T): T {
    if (this.#inTransaction) return work();
    const before = this.#revision;
    this.#file.run("BEGIN IMMEDIATE");
    this.#inTransaction = true;
    let result: T;
    try {
      result = work();
      this.#file.run("COMMIT");
    } catch (cause) {
      this.#revision = before;
      this.#pending = [];
      this.#file.run("ROLLBACK");
      throw cause;
    } finally {
      this.#inTransaction = false;
    }
    const changes = this.#pending;
    this.#pending = [];
    if (changes.length > 0) { for (const listener of this.#listeners) listener(changes); }
    return result;
  }

  /** The newest version of an object. */
  get(id: ObjectId): StoredObject | undefined {
    const row = this.#file.row(
      `SELECT r.revision, r.body FROM current c JOIN revision r ON r.revision = c.revision
       WHERE c.resource = ? AND c.namespace = ? AND c.name = ?`,
      id.resource,
      id.namespace,
      id.name,
    );
    if (row === undefined) return undefined;
    return { ...id, revision: Number(row.revision), body: String(row.body) };
  }

  /** Objects by namespace and name. */
  list(range: Range): StoredObject[] {
    const after = range.after ?? { namespace: "", name: "" };
    const parameters: (string | number)[] = [range.resource];
    let where = "k.resource = ?";
    if (range.namespace !== undefined) {
      where += " AND k.namespace = ?";
      parameters.push(range.namespace);
    }
    if (range.name !== undefined) {
      where += " AND k.name = ?";
      parameters.push(range.name);
    }
    if (range.after !== undefined) {
      where += " AND (k.namespace, k.name) > (?, ?)";
      parameters.push(after.namespace, after.name);
    }
    const newest = range.at === undefined || range.at >= this.#revision;
    const sql = newest
      ? `SELECT k.resource, k.namespace, k.name, r.revision, r.body FROM current k
         JOIN revision r ON r.revision = k.revision WHERE ${where}
         ORDER BY k.namespace, k.name LIMIT ?`
      : `SELECT k.resource, k.namespace, k.name, max(k.revision) AS revision, k.body, k.type
         FROM revision k
         WHERE ${where} AND k.revision <= ? GROUP BY k.namespace, k.name
         HAVING k.type <> 'DELETED' ORDER BY k.namespace, k.name LIMIT ?`;
    if (!newest) parameters.push(range.at ?? 0);
    parameters.push(range.limit ?? -1);
    return this.#file.rows(sql, ...parameters).map(storedOf);
  }

  /** Number of objects after one, for `remainingItemCount`. */
  count(range: Range): number {
    const after = range.after ?? { namespace: "", name: "" };
    const row = this.#file.row(
      `SELECT count(*) AS n FROM current k WHERE k.resource = ?
       AND (?2 = '*' OR k.namespace = ?2) AND (k.namespace, k.name) > (?3, ?4)`,
      range.resource,
      range.namespace ?? "*",
      after.namespace,
      after.name,
    );
    return Number(row?.n ?? 0);
  }

  /** Changes after a revision, oldest first. */
  since(revision: number, resource: string): Change[] {
    return this.#file.rows(
      `SELECT r.*, p.body AS before FROM revision r LEFT JOIN revision p ON p.revision = r.previous
       WHERE r.revision > ? AND r.resource = ? ORDER BY r.revision`,
      revision,
      resource,
    ).map((row) => ({
      ...storedOf(row),
      type: String(row.type) as ChangeType,
      ...(row.before === null ? {} : { previous: String(row.before) }),
    }));
  }

  /** The object with this uid. */
  byUid(uid: string): ObjectId | undefined {
    const row = this.#file.row("SELECT resource, namespace, name FROM current WHERE uid = ?", uid);
    return row === undefined ? undefined : idOf(row);
  }

  /** Objects that name `uid` as an owner. */
  dependents(uid: string): ObjectId[] {
    return this.#file.rows("SELECT resource, namespace, name FROM owner WHERE owner = ?", uid).map(
      idOf,
    );
  }

  /** All objects of a namespace, whatever their resource. */
  inNamespace(namespace: string): ObjectId[] {
    return this.#file.rows(
      "SELECT resource, namespace, name FROM current WHERE namespace = ?",
      namespace,
    ).map(idOf);
  }

  /**
   * Writes one change: the object with the new revision as its resourceVersion. Gives what is kept, its keys in order, as
   * the API server writes them. Only inside a transaction.
   */
  write(id: ObjectId, type: ChangeType, given: JsonObject): JsonObject {
    if (!this.#inTransaction) throw new Error("Cannot write outside a transaction");
    const before = this.get(id);
    const revision = this.#revision + 1;
    const metadata = { ...metadataOf(given), resourceVersion: String(revision) };
    const object = sorted<JsonObject>({ ...given, metadata });
    const body = JSON.stringify(object);
    this.#file.run(
      "INSERT INTO revision (revision, resource, namespace, name, type, previous, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
      revision,
      id.resource,
      id.namespace,
      id.name,
      type,
      before?.revision ?? null,
      body,
    );
    this.#revision = revision;
    this.#point(id, { type, object, revision });
    this.#pending.push({
      ...id,
      type,
      revision,
      body,
      object,
      ...(before === undefined ? {} : { previous: before.body }),
    });
    return object;
  }

  /** Forgets versions up to a revision that newer ones replaced. */
  compact(upTo: number): void {
    const target = Math.min(upTo, this.#revision);
    if (target <= this.#compacted) return;
    this.transaction(() => {
      this.#file.run(
        `DELETE FROM revision WHERE revision <= ?1 AND revision NOT IN (SELECT revision FROM current)
         AND (type = 'DELETED' OR EXISTS (SELECT 1 FROM revision n WHERE n.resource = revision.resource
           AND n.namespace = revision.namespace AND n.name = revision.name
           AND n.revision > revision.revision AND n.revision <= ?1))`,
        target,
      );
      this.#file.run(
        "INSERT INTO meta (key, value) VALUES ('compacted', ?1) ON CONFLICT DO UPDATE SET value = ?1",
        target,
      );
    });
    this.#compacted = target;
  }

  /** Closes the file; the write-ahead log is folded into it. */
  close(): void {
    this.#listeners.clear();
    this.#file.close();
  }

  #point(
    id: ObjectId,
    { type, object, revision }: { type: ChangeType; object: JsonObject; revision: number },
  ): void {
    const key = [id.resource, id.namespace, id.name] as const;
    if (type !== "ADDED") {
      this.#file.run("DELETE FROM owner WHERE resource = ? AND namespace = ? AND name = ?", ...key);
    }
    if (type === "DELETED") {
      this.#file.run(
        "DELETE FROM current WHERE resource = ? AND namespace = ? AND name = ?",
        ...key,
      );
      return;
    }
    const metadata = metadataOf(object);
    this.#file.run(
      `INSERT INTO current (resource, namespace, name, uid, revision) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET uid = excluded.uid, revision = excluded.revision`,
      ...key,
      textAt(metadata, "uid"),
      revision,
    );
    for (const owner of listAt(metadata, "ownerReferences").filter(isObject)) {
      this.#file.run(
        "INSERT OR IGNORE INTO owner (owner, resource, namespace, name) VALUES (?, ?, ?, ?)",
        textAt(owner, "uid"),
        ...key,
      );
    }
  }
}

function storedOf(row: Row): StoredObject {
  return { ...idOf(row), revision: Number(row.revision), body: String(row.body) };
}

function idOf(row: Row): ObjectId {
  return {
    resource: String(row.resource),
    namespace: String(row.namespace),
    name: String(row.name),
  };
}
