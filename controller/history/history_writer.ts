/**
 * Writes the histories of pools: seldom, and never in the way of what gives addresses.
 *
 * @module
 */
import type { IPPoolHistory } from "../../core/api/ippool_history.ts";
import { MAX_CHANGES, withChanges } from "../../core/history/bounded_history.ts";
import type { RecordChange } from "../../core/history/record_change.ts";
import { ApiError, isAlreadyExists, isConflict, isNotFound, statusOf } from "../../kube/errors.ts";
import { IPPOOL_HISTORIES, parseKey } from "../../kube/objects/resources.ts";
import { createWorkQueue } from "../../kube/queue/work_queue.ts";
import type { ResourceClient, WorkQueue, WorkResult } from "../../kube/types.ts";
import type { Clock, Random } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";

/** What a {@linkcode HistoryWriter} works with. */
interface HistoryWriterOptions {
  readonly client: Pick<ResourceClient<IPPoolHistory>, "get" | "create" | "update">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Rows of a pool that are not written yet. */
interface Waiting {
  changes: RecordChange[];
  /** Those that are being written. */
  underWay: readonly RecordChange[];
  /** The version that a write was made from of which no sure answer came; empty where there was no history. */
  triedFrom: string | undefined;
  /** Whether the history is another one since: that write may have happened. */
  mayBeThere: boolean;
  /** Writes that failed since the last one that succeeded. */
  failures: number;
}

/** What happens soon after a change goes into the same write. */
const GATHER_MS = 5_000;
/** A history is written at most this often. */
const AGAIN_MS = 60_000;
/**
 * All histories together are written at no more than this pace, rows that were there already included: about 15 MiB a minute. Thirty long ones
 * are written once a minute, three hundred that change all the time once in ten: etcd keeps every version for minutes.
 */
const ROWS_PER_SECOND = 1_000;
/** A write counts as so many rows at least: two short histories are written in a second, three hundred once in two and a half minutes. */
const LEAST_ROWS = 500;
/** How often a write is tried at once that somebody else's overtakes. */
const RACES = 4;
/** After so many failures, minutes, the rows are given up: the log has them. */
const MAX_FAILURES = 10;
/** The most rows of all pools that wait, about 10 MB of memory. */
const MAX_WAITING = 30_000;
/** That rows are lost for want of room is told at most this often. */
const LOST_AGAIN_MS = 600_000;
/** Histories that are written at once, of the controller's eight writes; and when it stops. */
const AT_ONCE = 2;
const LAST_AT_ONCE = 8;
/** How often, and after which pause, they are tried then. */
const LAST_TRIES = 3;
const LAST_PAUSE_MS = 300;

/**
 * Gathers the changes of records, and writes them into the IPPoolHistory of their pool: the first 5 s after it happened, then at
 * most once a minute, all of them together at a pace that the API server does not feel. What is written stays as it is, whoever wrote
 * it. A history that cannot be written is told once in the log, and keeps nothing from happening.
 */
export class HistoryWriter {
  readonly #options: HistoryWriterOptions;
  readonly #queue: WorkQueue;
  readonly #waiting = new Map<string, Waiting>();
  /** Pool -> when it may be written again, on the monotonic clock. */
  readonly #notBefore = new Map<string, number>();
  /** Pools that may be written and wait for their turn, the first first. */
  readonly #due = new Set<string>();
  /** Pool -> why its last write failed, as a status code; 0 where none came. */
  readonly #failing = new Map<string, number>();
  #rows = 0;
  /** When the next history may be written, on the monotonic clock. */
  #freeAt = -Infinity;
  #toldLostAt = -Infinity;

  constructor(options: HistoryWriterOptions) {
    const { clock, random, log } = options;
    this.#options = options;
    this.#queue = createWorkQueue({
      name: "histories",
      concurrency: AT_ONCE,
      clock,
      random,
      logger: log,
    });
  }

  /** For how long the oldest change that is not written yet has waited, milliseconds; 0 where none waits. A minute is usual. */
  get lagMs(): number {
    let oldest = Infinity;
    for (const { changes, underWay } of this.#waiting.values()) {
      const at = (underWay[0] ?? changes[0])?.at;
      if (at !== undefined) oldest = Math.min(oldest, Date.parse(at));
    }
    return oldest === Infinity ? 0 : Math.max(0, this.#options.clock.now() - oldest);
  }

  /** Changes that are not written yet. */
  get rowsWaiting(): number {
    return this.#rows;
  }

  /** Takes in changes of a pool (`namespace/name`) that are recorded. */
  note(pool: string, changes: readonly RecordChange[]): void {
    if (changes.length === 0) return;
    const waiting = this.#waiting.get(pool);
    if (waiting === undefined) {
      this.#waiting.set(pool, {
        changes: [...changes],
        underWay: [],
        triedFrom: undefined,
        mayBeThere: false,
        failures: 0,
      });
    } else waiting.changes.push(...changes);
    this.#rows += changes.length;
    this.#limit(pool);
    const now = this.#options.clock.monotonic();
    const dueMs = Math.max(GATHER_MS, (this.#notBefore.get(pool) ?? 0) - now);
    this.#queue.addAfter(pool, dueMs);
  }

  /**
   * The history of a pool as it will be, with what is not written yet; `undefined` where there is none. Rejects where it cannot be
   * read.
   */
  async read(pool: string, signal: AbortSignal): Promise<readonly RecordChange[] | undefined> {
    const found = await this.#options.client.get(parseKey(pool), { signal });
    const { underWay = [], changes = [] } = this.#waiting.get(pool) ?? {};
    if (underWay.length + changes.length === 0) return found?.changes;
    const written = withChanges(found?.changes ?? [], underWay, { known: false });
    return withChanges(written, changes, { known: true });
  }

  /** Writes what is due, until the signal aborts. Resolves then; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#queue.run((pool, signal) => this.#turn(pool, signal), signal);
  }

  /** Writes all that waits, whatever is due, more than once where the server is not well. Resolves when it is written, or cannot be; never rejects. */
  async flush(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    for (let left = LAST_TRIES; left > 0 && !signal.aborted; left--) {
      const pools = [...this.#waiting.keys()].values();
      const worker = async () => {
        for (const pool of pools) {
          if (signal.aborted) return;
          await this.#write(pool, signal);
        }
      };
      await Promise.all(Array.from({ length: LAST_AT_ONCE }, worker));
      if (this.#rows === 0) return;
      if (left > 1) await clock.sleep(LAST_PAUSE_MS, signal).catch(() => undefined);
    }
    this.#options.log.warn("Rows of histories are not written, the log has them", {
      pools: this.#waiting.size,
      rows: this.#rows,
    });
  }

  /** A pool's turn: the one that is due for longest is written, which may be another one. */
  async #turn(pool: string, signal: AbortSignal): Promise<WorkResult | void> {
    const { clock } = this.#options;
    const now = clock.monotonic();
    for (const [key, due] of this.#notBefore) if (due <= now) this.#notBefore.delete(key);
    if (!this.#waiting.has(pool)) return;
    const waitMs = (this.#notBefore.get(pool) ?? 0) - now;
    if (waitMs > 0) return { requeueAfterMs: waitMs };
    this.#due.add(pool);
    if (this.#freeAt > now) return { requeueAfterMs: this.#freeAt - now };
    const [next = pool] = this.#due;
    this.#due.delete(next);
    this.#notBefore.set(next, now + AGAIN_MS);
    await this.#write(next, signal);
    const after = clock.monotonic();
    this.#notBefore.set(next, after + AGAIN_MS);
    if (next !== pool) return { requeueAfterMs: Math.max(1, this.#freeAt - after) };
    if (this.#waiting.has(pool)) return { requeueAfterMs: AGAIN_MS };
  }

  /** Writes what waits for a pool. What comes meanwhile goes on waiting. */
  async #write(pool: string, signal: AbortSignal): Promise<void> {
    const waiting = this.#waiting.get(pool);
    if (waiting === undefined || waiting.changes.length === 0) return;
    const added = waiting.changes;
    waiting.changes = [];
    waiting.underWay = added;
    try {
      await this.#merge(pool, waiting, signal);
      this.#rows -= added.length;
      waiting.underWay = [];
      this.#wrote(pool, waiting);
    } catch (error) {
      waiting.underWay = [];
      waiting.changes = [...added, ...waiting.changes];
      if (!signal.aborted) this.#failed(pool, waiting, error);
      this.#limit(pool);
    }
  }

  /** Adds the rows that are under way to what is written now, whoever wrote it. */
  async #merge(pool: string, waiting: Waiting, signal: AbortSignal): Promise<void> {
    const { client } = this.#options;
    for (let left = RACES;; left--) {
      const found = await client.get(parseKey(pool), { signal });
      const { changes: written = [], ...object } = found ?? emptyHistory(pool);
      const version = object.metadata.resourceVersion ?? "";
      waiting.mayBeThere ||= waiting.triedFrom !== undefined && waiting.triedFrom !== version;
      const known = !waiting.mayBeThere;
      const changes = withChanges(written, waiting.underWay, { known });
      const next = { ...object, changes };
      this.#pace(changes.length);
      try {
        if (found === undefined) await client.create(next, { signal });
        else await client.update(next, { signal });
        return;
      } catch (error) {
        if (isUnsure(error)) waiting.triedFrom = version;
        // What was read is deleted: it begins anew. Of a create 404 says that there is no such kind.
        const isGone = found !== undefined && isNotFound(error);
        const isRaced = isGone || isConflict(error) || isAlreadyExists(error);
        if (left <= 1 || !isRaced) throw error;
      }
    }
  }

  /** Other histories wait after a write of so many rows. */
  #pace(rows: number): void {
    const now = this.#options.clock.monotonic();
    const counted = Math.max(rows, LEAST_ROWS);
    this.#freeAt = Math.max(now, this.#freeAt) + counted / ROWS_PER_SECOND * 1_000;
  }

  #failed(pool: string, waiting: Waiting, error: unknown): void {
    const { log } = this.#options;
    const code = statusOf(error) ?? 0;
    const isTold = [...this.#failing.values()].includes(code);
    this.#failing.set(pool, code);
    if (!isTold) {
      log.warn("A history cannot be written, and is tried again every minute", { pool, error });
    }
    waiting.failures++;
    if (waiting.failures < MAX_FAILURES && !isOfGoingNamespace(error)) return;
    this.#failing.delete(pool);
    log.warn("Rows of a history are given up, the log has them", {
      pool,
      rows: waiting.changes.length,
    });
    this.#drop(pool, waiting.changes.length);
  }

  #wrote(pool: string, waiting: Waiting): void {
    waiting.triedFrom = undefined;
    waiting.mayBeThere = false;
    waiting.failures = 0;
    if (waiting.changes.length === 0) this.#waiting.delete(pool);
    if (!this.#failing.delete(pool) || this.#failing.size > 0) return;
    this.#options.log.info("Histories are written again");
  }

  /** Takes the oldest rows of a pool away where there are more than a history keeps; where there is no room, of who has most. */
  #limit(pool: string): void {
    this.#drop(pool, (this.#waiting.get(pool)?.changes.length ?? 0) - MAX_CHANGES);
    while (this.#rows > MAX_WAITING) {
      const [most, rows] = this.#longest();
      const lost = Math.min(this.#rows - MAX_WAITING, rows);
      if (lost === 0) return;
      this.#drop(most, lost);
      this.#tellLost(most, lost);
    }
  }

  /** The pool for which most rows wait, and how many. */
  #longest(): readonly [pool: string, rows: number] {
    let longest: readonly [string, number] = ["", 0];
    for (const [pool, { changes }] of this.#waiting) {
      if (changes.length > longest[1]) longest = [pool, changes.length];
    }
    return longest;
  }

  #tellLost(pool: string, rows: number): void {
    const { clock, log } = this.#options;
    const now = clock.monotonic();
    if (now - this.#toldLostAt < LOST_AGAIN_MS) return;
    this.#toldLostAt = now;
    log.warn("Rows of a history are given up, the log has them", { pool, rows });
  }

  #drop(pool: string, count: number): void {
    const waiting = this.#waiting.get(pool);
    if (waiting === undefined || count <= 0) return;
    waiting.changes = waiting.changes.slice(count);
    this.#rows -= count;
    if (waiting.changes.length + waiting.underWay.length === 0) this.#waiting.delete(pool);
  }
}

function emptyHistory(pool: string): IPPoolHistory {
  const { apiVersion, kind } = IPPOOL_HISTORIES;
  return { apiVersion, kind, metadata: { ...parseKey(pool) }, changes: [] };
}

/** Whether nothing can be made because its namespace is going, or gone: that never changes for what was there. */
function isOfGoingNamespace(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  const { causes, details: { kind } } = error;
  return causes.some(({ reason }) => reason === "NamespaceTerminating") ||
    isNotFound(error) && kind === "namespaces";
}

/** Whether a write may have happened though it failed: no answer came, or one of the server's own troubles. */
function isUnsure(error: unknown): boolean {
  const code = statusOf(error);
  return code === undefined || code >= 500;
}
