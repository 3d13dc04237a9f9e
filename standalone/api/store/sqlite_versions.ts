/**
 * The versions of objects in a SQLite file: `revision` holds them all, `current` points from an object's name to its newest one.
 *
 * @module
 */
import { type Row, StateFile, type StateFileOptions } from "./state_file.ts";
import type {
  ChangeType,
  KeptChange,
  ObjectId,
  Range,
  StoredObject,
  Version,
  Versions,
} from "./versions.ts";

/** Versions that outlive the process. One process owns the file. */
export class SqliteVersions implements Versions {
  readonly #file: StateFile;
  readonly newest: number;
  #compacted: number;

  /** Opens, and makes where there is none. Throws for a file that another version made. */
  constructor(options: StateFileOptions) {
    this.#file = new StateFile(options);
    this.#compacted = Number(
      this.#file.row("SELECT value FROM meta WHERE key = 'compacted'")?.value ?? 0,
    );
    this.newest = Number(
      this.#file.row("SELECT max(revision) AS newest FROM revision")?.newest ?? 0,
    );
  }

  get compacted(): number {
    return this.#compacted;
  }

  begin(): void {
    this.#file.run("BEGIN IMMEDIATE");
  }

  commit(): void {
    this.#file.run("COMMIT");
  }

  rollback(): void {
    // Where the disk is full or broken, SQLite has rolled back by itself.
    if (this.#file.isInTransaction) this.#file.run("ROLLBACK");
  }

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

  list(range: Range): StoredObject[] {
    const { resource, namespace, name, after, at, limit = -1 } = range;
    const parameters: (string | number)[] = [resource];
    let where = "k.resource = ?";
    if (namespace !== undefined) {
      where += " AND k.namespace = ?";
      parameters.push(namespace);
    }
    if (name !== undefined) {
      where += " AND k.name = ?";
      parameters.push(name);
    }
    if (after !== undefined) {
      where += " AND (k.namespace, k.name) > (?, ?)";
      parameters.push(after.namespace, after.name);
    }
    const sql = at === undefined
      ? `SELECT k.resource, k.namespace, k.name, r.revision, r.body FROM current k
         JOIN revision r ON r.revision = k.revision WHERE ${where}
         ORDER BY k.namespace, k.name LIMIT ?`
      : `SELECT k.resource, k.namespace, k.name, max(k.revision) AS revision, k.body, k.type
         FROM revision k
         WHERE ${where} AND k.revision <= ? GROUP BY k.namespace, k.name
         HAVING k.type <> 'DELETED' ORDER BY k.namespace, k.name LIMIT ?`;
    if (at !== undefined) parameters.push(at);
    return this.#file.rows(sql, ...parameters, limit).map(storedOf);
  }

  count({ resource, namespace = "*", after }: Range): number {
    const row = this.#file.row(
      `SELECT count(*) AS n FROM current k WHERE k.resource = ?
       AND (?2 = '*' OR k.namespace = ?2) AND (k.namespace, k.name) > (?3, ?4)`,
      resource,
      namespace,
      after?.namespace ?? "",
      after?.name ?? "",
    );
    return Number(row?.n ?? 0);
  }

  since(revision: number, resource: string): KeptChange[] {
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

  byUid(uid: string): ObjectId | undefined {
    const row = this.#file.row("SELECT resource, namespace, name FROM current WHERE uid = ?", uid);
    return row === undefined ? undefined : idOf(row);
  }

  dependents(uid: string): ObjectId[] {
    return this.#file.rows(
      `SELECT resource, namespace, name FROM owner WHERE owner = ?
       ORDER BY resource, namespace, name`,
      uid,
    ).map(idOf);
  }

  owned(): ObjectId[] {
    return this.#file.rows(
      "SELECT DISTINCT resource, namespace, name FROM owner ORDER BY resource, namespace, name",
    ).map(idOf);
  }

  inNamespace(namespace: string): ObjectId[] {
    return this.#file.rows(
      `SELECT resource, namespace, name FROM current WHERE namespace = ?
       ORDER BY resource, namespace, name`,
      namespace,
    ).map(idOf);
  }

  put({ resource, namespace, name, revision, type, previous, body, uid, owners }: Version): void {
    const key = [resource, namespace, name] as const;
    this.#file.run(
      "INSERT INTO revision (revision, resource, namespace, name, type, previous, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
      revision,
      ...key,
      type,
      previous ?? null,
      body,
    );
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
    this.#file.run(
      `INSERT INTO current (resource, namespace, name, uid, revision) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET uid = excluded.uid, revision = excluded.revision`,
      ...key,
      uid,
      revision,
    );
    for (const owner of owners) {
      this.#file.run(
        "INSERT OR IGNORE INTO owner (owner, resource, namespace, name) VALUES (?, ?, ?, ?)",
        owner,
        ...key,
      );
    }
  }

  compact(upTo: number): void {
    this.#file.run(
      `DELETE FROM revision WHERE revision <= ?1 AND revision NOT IN (SELECT revision FROM current)
       AND (type = 'DELETED' OR EXISTS (SELECT 1 FROM revision n WHERE n.resource = revision.resource
         AND n.namespace = revision.namespace AND n.name = revision.name
         AND n.revision > revision.revision AND n.revision <= ?1))`,
      upTo,
    );
    this.#file.run(
      "INSERT INTO meta (key, value) VALUES ('compacted', ?1) ON CONFLICT DO UPDATE SET value = ?1",
      upTo,
    );
    this.#compacted = upTo;
  }

  /** Closes the file; the write-ahead log is folded into it. */
  close(): void {
    this.#file.close();
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
