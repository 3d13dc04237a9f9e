/**
 * A queue of keys for a level-triggered worker.
 *
 * @module
 */
import { abortable, after } from "../../runtime/abort.ts";
import { backoff } from "../../runtime/backoff.ts";
import { type Clock, type Random, systemClock } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";
import type { WorkQueue, WorkResult } from "../types.ts";

/** How a {@linkcode WorkQueue} works. */
export interface WorkQueueOptions {
  /** For logs. */
  readonly name: string;
  /** Keys that may run at once. Default 1. */
  readonly concurrency?: number;
  /** Wait after a first failure, and the longest. Defaults 50 and 60,000 ms. */
  readonly backoffMs?: { readonly base: number; readonly max: number };
  /** Called after every run. */
  readonly onRun?: (
    run: { readonly key: string; readonly ms: number; readonly error?: unknown },
  ) => void;
  /** Unset: nothing is logged. */
  readonly logger?: Logger;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: `Math.random`. */
  readonly random?: Random;
}

type Worker = (key: string, signal: AbortSignal) => Promise<WorkResult | void>;

/** What one call of `run` works with. */
interface Run {
  readonly worker: Worker;
  readonly signal: AbortSignal;
  readonly ended: () => void;
}

/**
 * A queue of keys. Keys run in the order in which they were added; one that is added while it waits runs once, one
 * that is added while it runs runs once more. `addAfter` keeps the earliest time asked for, and `add` replaces it.
 * A worker that throws has its key again after a back-off with jitter; any other end forgets earlier failures.
 *
 * @example
 * ```ts
 * import { createWorkQueue } from "@vm-dhcp/vm-dhcp/kube";
 *
 * const seen: string[] = [];
 * const queue = createWorkQueue({ name: "pools" });
 * for (const key of ["default/a", "default/b", "default/a"]) queue.add(key);
 * const stop = new AbortController();
 * const running = queue.run((key) => Promise.resolve(void seen.push(key)), stop.signal);
 * await queue.whenIdle();
 * stop.abort();
 * await running;
 * if (seen.join() !== "default/a,default/b") throw new Error("Expected each key once");
 * ```
 */
export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  return new KeyQueue(options);
}

/** So long work goes on that waits for nothing, until all else of the process has its turn. */
const TURN_MS = 10;
/** So many keys go before one that lets others go first. */
const MOST_LET_FIRST = 7;

/** Keys in a line, each once. */
class Line {
  readonly #keys = new Set<string>();
  /**
   * Stands behind what was taken: to begin anew each time would walk over the places of all that were. It is never at its end: what
   * it passes is taken, and it is asked only while there is more.
   */
  readonly #next = this.#keys.values();

  get size(): number {
    return this.#keys.size;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  add(key: string): void {
    this.#keys.add(key);
  }

  delete(key: string): void {
    this.#keys.delete(key);
  }

  /** Takes the first. */
  take(): string | undefined {
    if (this.#keys.size === 0) return undefined;
    const { value: key } = this.#next.next();
    if (key !== undefined) this.#keys.delete(key);
    return key;
  }
}

class KeyQueue implements WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #clock: Clock;
  readonly #wait: (failures: number) => number;
  readonly #ready = new Line();
  /** Keys that let those of `#ready` go first. */
  readonly #later = new Line();
  /** How many of `#ready` were let go first. */
  #letFirst = 0;
  readonly #running = new Set<string>();
  /** Keys added while they run. */
  readonly #again = new Set<string>();
  /** Key -> when to add it, on the monotonic clock. */
  readonly #delayed = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  readonly #idle = new Set<() => void>();
  #run: Run | undefined;
  #pumping = false;
  /** When the queue began to work in this turn of the event loop; unset before. */
  #turnAt: number | undefined;
  /** It goes on in the next turn. */
  #isHeld = false;
  #timer: { readonly due: number; readonly cancel: () => void } | undefined;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const { base = 50, max = 60_000 } = options.backoffMs ?? {};
    this.#wait = backoff({ base, max, random: options.random ?? Math.random });
  }

  get depth(): number {
    return this.#ready.size + this.#later.size + this.#running.size;
  }

  add(key: string, { later = false }: { readonly later?: boolean } = {}): void {
    this.#delayed.delete(key);
    if (this.#running.has(key)) this.#again.add(key);
    else if (!later) {
      this.#later.delete(key);
      this.#ready.add(key);
    } else if (!this.#ready.has(key)) this.#later.add(key);
    this.#pumpSoon();
  }

  addAfter(key: string, ms: number): void {
    if (!(ms > 0)) return this.add(key);
    const due = this.#clock.monotonic() + ms;
    if (this.#ready.has(key) || due >= (this.#delayed.get(key) ?? Infinity)) return;
    this.#delayed.set(key, due);
    this.#armTimer(due);
  }

  async run(worker: Worker, signal: AbortSignal): Promise<void> {
    if (this.#run !== undefined) {
      throw new TypeError(`Cannot run a work queue twice: ${this.#options.name}`);
    }
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#run = { worker, signal, ended: resolve };
    const onAbort = () => {
      this.#timer?.cancel();
      this.#timer = undefined;
      if (this.#running.size === 0) resolve();
    };
    signal.addEventListener("abort", onAbort, { once: true });
    this.#ring();
    this.#pumpSoon();
    await promise;
    this.#run = undefined;
  }

  async whenIdle(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.depth === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle.add(resolve);
    try {
      await abortable(promise, signal);
    } finally {
      this.#idle.delete(resolve);
    }
  }

  /**
   * Starts what may run, after the present task, so that keys added together are seen together. Tens of thousands of keys that wait
   * for nothing would otherwise hold up timers, requests and watches until the last of them.
   */
  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    this.#isHeld = this.#isLongTurn();
    if (!this.#isHeld) queueMicrotask(() => this.#pump());
  }

  #isLongTurn(): boolean {
    if (this.#clock.nextTurn === undefined) return false;
    const now = this.#clock.monotonic();
    if (this.#turnAt !== undefined) return now - this.#turnAt >= TURN_MS;
    this.#turnAt = now;
    this.#clock.nextTurn(() => {
      this.#turnAt = undefined;
      if (!this.#isHeld) return;
      this.#pumping = false;
      this.#pumpSoon();
    });
    return false;
  }

  #pump(): void {
    this.#pumping = false;
    const run = this.#run;
    if (run === undefined || run.signal.aborted) return;
    const { concurrency = 1 } = this.#options;
    while (this.#running.size < concurrency) {
      const key = this.#takeReady();
      if (key === undefined) break;
      this.#running.add(key);
      this.#work(key, run);
    }
  }

  /** The key that is ready for longest; of those that let others go first, where there are no others, or enough were let. */
  #takeReady(): string | undefined {
    const isTurn = this.#ready.size === 0 || this.#letFirst >= MOST_LET_FIRST;
    const key = (isTurn ? this.#later.take() : undefined) ?? this.#ready.take();
    this.#letFirst = isTurn || this.#later.size === 0 ? 0 : this.#letFirst + 1;
    return key;
  }

  async #work(key: string, run: Run) {
    const startedAt = this.#clock.monotonic();
    let outcome: { readonly result?: WorkResult | void; readonly error?: unknown };
    try {
      outcome = { result: await run.worker(key, run.signal) };
    } catch (error) {
      outcome = { error };
    }
    this.#running.delete(key);
    this.#options.onRun?.({
      key,
      ms: this.#clock.monotonic() - startedAt,
      ...("error" in outcome ? { error: outcome.error } : {}),
    });
    if ("error" in outcome) {
      this.#failed(key, { error: outcome.error, stopping: run.signal.aborted });
    } else this.#succeeded(key, outcome.result);
    if (this.depth === 0) this.#idle.forEach((resolve) => resolve());
    if (run.signal.aborted && this.#running.size === 0) return run.ended();
    this.#pumpSoon();
  }

  #succeeded(key: string, result: WorkResult | void): void {
    this.#failures.delete(key);
    if (this.#again.delete(key)) this.#ready.add(key);
    else if (result?.requeueAfterMs !== undefined) this.addAfter(key, result.requeueAfterMs);
  }

  /** Also a key that was added while it ran waits: its own writes may have added it. */
  #failed(key: string, why: { readonly error: unknown; readonly stopping: boolean }): void {
    this.#again.delete(key);
    if (why.stopping) return;
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    const waitMs = Math.round(this.#wait(failures));
    this.#options.logger?.warn("Work failed, trying again", {
      queue: this.#options.name,
      key,
      failures,
      waitMs,
      error: why.error,
    });
    this.addAfter(key, waitMs);
  }

  /** Sees to it that a timer rings at `due` or before. */
  #armTimer(due: number): void {
    const run = this.#run;
    if (run === undefined || run.signal.aborted || due >= (this.#timer?.due ?? Infinity)) return;
    this.#timer?.cancel();
    const ms = Math.max(0, due - this.#clock.monotonic());
    this.#timer = { due, cancel: after(this.#clock, ms, () => this.#ring()) };
  }

  #ring(): void {
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    let next = Infinity;
    for (const [key, due] of this.#delayed) {
      if (due <= now) this.add(key);
      else next = Math.min(next, due);
    }
    if (next < Infinity) this.#armTimer(next);
  }
}
