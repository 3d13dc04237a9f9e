/**
 * The SQLite file of the embedded API: opened, checked, its statements prepared once.
 *
 * @module
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";

/** How a file is opened. */
export interface StateFileOptions {
  /** File, or `":memory:"`. */
  readonly path: string;
  /** Survive a power cut too (an fsync per write), not only the death of the process. */
  readonly durable?: boolean;
}

/** A row of a result. */
export type Row = Record<string, unknown>;

const SCHEMA_VERSION = 1;

const TABLES = `
CREATE TABLE IF NOT EXISTS revision (
  revision INTEGER PRIMARY KEY,
  resource TEXT NOT NULL,
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  previous INTEGER,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS revision_object ON revision (resource, namespace, name, revision);
CREATE TABLE IF NOT EXISTS current (
  resource TEXT NOT NULL,
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  uid TEXT NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (resource, namespace, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS current_uid ON current (uid);
CREATE TABLE IF NOT EXISTS owner (
  owner TEXT NOT NULL,
  resource TEXT NOT NULL,
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (owner, resource, namespace, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
`;

/** An open state file. One process owns it. */
export class StateFile {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Opens, and makes where there is none. Throws for a file that another version made. */
  constructor({ path, durable }: StateFileOptions) {
    if (path !== ":memory:") keepPrivate(path);
    this.#db = new DatabaseSync(path);
    try {
      this.#db.exec("PRAGMA journal_mode = WAL");
      this.#db.exec(`PRAGMA synchronous = ${durable === true ? "FULL" : "NORMAL"}`);
      this.#db.exec("PRAGMA locking_mode = EXCLUSIVE");
      const version = Number(this.row("PRAGMA user_version")?.user_version ?? 0);
      if (version !== 0 && version !== SCHEMA_VERSION) {
        throw new Error(
          `Cannot open the state file ${path}: it has format ${version}, this program has ${SCHEMA_VERSION}`,
        );
      }
      this.#db.exec(`BEGIN IMMEDIATE; ${TABLES} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
    } catch (cause) {
      this.#db.close();
      throw cause;
    }
  }

  /** The first row. */
  row(sql: string, ...parameters: (string | number)[]): Row | undefined {
    return this.#prepared(sql).get(...parameters) as Row | undefined;
  }

  /** All rows. */
  rows(sql: string, ...parameters: (string | number)[]): Row[] {
    return this.#prepared(sql).all(...parameters) as Row[];
  }

  /** Runs a statement without a result. */
  run(sql: string, ...parameters: (string | number | null)[]): void {
    this.#prepared(sql).run(...parameters);
  }

  /** Whether a transaction was begun and is not at its end. */
  get isInTransaction(): boolean {
    return this.#db.isTransaction;
  }

  /** Closes the file; the write-ahead log is folded into it. */
  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** What stands in the objects is for its owner only. SQLite's other files have the mode of this one. */
function keepPrivate(path: string): void {
  try {
    const { isFile, mode } = Deno.statSync(path);
    if (!isFile) throw new Error(`Cannot open the state file ${path}: it is no file`);
    if (mode !== null && (mode & 0o077) !== 0) Deno.chmodSync(path, 0o600);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    Deno.openSync(path, { write: true, create: true, mode: 0o600 }).close();
  }
}
