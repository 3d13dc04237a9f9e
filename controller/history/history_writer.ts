/**
 * Writes the histories of pools: seldom, and never in the way of what gives addresses.
 *
 * @module
 */
import type { IPPoolHistory } from "../../core/api/ippool_history.ts";
import { MAX_CHANGES, withChanges } from "../../core/history/bounded_history.ts";
import type { RecordChange } from "../../core/history/record_change.ts";
import { isAlreadyExists, isConflict, statusOf } from "../../kube/errors.ts";
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
  /** Whether a write may have succeeded though no answer came. */
  unsure: boolean;
  /** Writes that failed since the last one that succeeded. */
  failures: number;
}

/** What happens soon after a change goes into the same write. */
const GATHER_MS = 5_000;
/** A history is written at most this often. */
const AGAIN_MS = 60_000;
/** How often a write is tried at once that somebody else's overtakes. */
const RACES = 4;
/** After so many failures, minutes, the rows are given up: the log has them. */
const MAX_FAILURES = 10;
/** The most rows of all pools that wait, about 10 MB of memory. */
const MAX_WAITING = 30_000;
/** Histories that are written at once, of the controller's eight writes; and when it stops. */
const AT_ONCE = 2;
const LAST_AT_ONCE = 8;

/**
 * Gathers the changes of records, and writes them into the IPPoolHistory of their pool: the first 5 s after it happened, then at
 * most once a minute. What is written stays as it is, whoever wrote it. A history that cannot be written is told once in the log, and
 * keeps nothing from happening.
 */
export class HistoryWriter {
  readonly #options: HistoryWriterOptions;
  readonly #queue: WorkQueue;
  readonly #waiting = new Map<string, Waiting>();
  /** Pool -> when it may be written again, on the monotonic clock. */
  readonly #notBefore = new Map<string, number>();
  #rows = 0;
  /** Why the last write failed that was told, as a status code; absent while all is well. */
  #told: number | undefined;

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
        unsure: false,
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
    const added = [...underWay, ...changes];
    if (added.length === 0) return found?.changes;
    return withChanges(found?.changes ?? [], added, { known: false });
  }

  /** Writes what is due, until the signal aborts. Resolves then; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#queue.run((pool, signal) => this.#turn(pool, signal), signal);
  }

  /** Writes all that waits, whatever is due. Resolves when it is written or the signal aborts; never rejects. */
  async flush(signal: AbortSignal): Promise<void> {
    const pools = [...this.#waiting.keys()].values();
    const worker = async () => {
      for (const pool of pools) {
        if (signal.aborted) return;
        await this.#write(pool, signal);
      }
    };
    await Promise.all(Array.from({ length: LAST_AT_ONCE }, worker));
    if (this.#rows === 0) return;
    this.#options.log.warn("Rows of histories are not written, the log has them", {
      pools: this.#waiting.size,
      rows: this.#rows,
    });
  }

  async #turn(pool: string, signal: AbortSignal): Promise<WorkResult | void> {
    const now = this.#options.clock.monotonic();
    for (const [key, due] of this.#notBefore) if (due <= now) this.#notBefore.delete(key);
    const waitMs = (this.#notBefore.get(pool) ?? 0) - now;
    if (waitMs > 0) return { requeueAfterMs: waitMs };
    await this.#write(pool, signal);
    this.#notBefore.set(pool, this.#options.clock.monotonic() + AGAIN_MS);
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
      await this.#merge(pool, { added, known: !waiting.unsure }, signal);
      this.#rows -= added.length;
      waiting.underWay = [];
      this.#wrote(pool, waiting);
    } catch (error) {
      waiting.underWay = [];
      waiting.unsure ||= isUnsure(error);
      waiting.changes = [...added, ...waiting.changes];
      if (!signal.aborted) this.#failed(pool, waiting, error);
      this.#limit(pool);
    }
  }

  /** Adds rows to what is written now, whoever wrote it. */
  async #merge(
    pool: string,
    { added, known }: { readonly added: readonly RecordChange[]; readonly known: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    const { client } = this.#options;
    for (let left = RACES;; left--) {
      const found = await client.get(parseKey(pool), { signal });
      const { changes: written = [], ...object } = found ?? emptyHistory(pool);
      const changes = withChanges(written, added, { known });
      const next = { ...object, changes };
      try {
        if (found === undefined) await client.create(next, { signal });
        else await client.update(next, { signal });
        return;
      } catch (error) {
        if (left <= 1 || !isConflict(error) && !isAlreadyExists(error)) throw error;
      }
    }
  }

  #failed(pool: string, waiting: Waiting, error: unknown): void {
    const { log } = this.#options;
    const code = statusOf(error) ?? 0;
    if (this.#told !== code) {
      this.#told = code;
      log.warn("A history cannot be written, and is tried again every minute", { pool, error });
    }
    waiting.failures++;
    if (waiting.failures < MAX_FAILURES) return;
    log.warn("Rows of a history are given up, the log has them", {
      pool,
      rows: waiting.changes.length,
    });
    this.#drop(pool, waiting.changes.length);
  }

  #wrote(pool: string, waiting: Waiting): void {
    waiting.unsure = false;
    waiting.failures = 0;
    if (waiting.changes.length === 0) this.#waiting.delete(pool);
    if (this.#told === undefined) return;
    this.#told = undefined;
    this.#options.log.info("Histories are written again");
  }

  /** Takes the oldest rows of a pool away where there are more than a history keeps, or more than there is room for. */
  #limit(pool: string): void {
    const { changes } = this.#waiting.get(pool) ?? { changes: [] };
    const surplus = Math.max(changes.length - MAX_CHANGES, this.#rows - MAX_WAITING);
    if (surplus > 0) this.#drop(pool, Math.min(surplus, changes.length));
  }

  #drop(pool: string, count: number): void {
    const waiting = this.#waiting.get(pool);
    if (waiting === undefined) return;
    waiting.changes = waiting.changes.slice(count);
    this.#rows -= count;
    if (waiting.changes.length + waiting.underWay.length === 0) this.#waiting.delete(pool);
  }
}

function emptyHistory(pool: string): IPPoolHistory {
  const { apiVersion, kind } = IPPOOL_HISTORIES;
  return { apiVersion, kind, metadata: { ...parseKey(pool) }, changes: [] };
}

/** Whether a write may have happened though it failed: no answer came, or one of the server's own troubles. */
function isUnsure(error: unknown): boolean {
  const code = statusOf(error);
  return code === undefined || code >= 500;
}
