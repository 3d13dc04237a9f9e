/**
 * One process: everything that reaches it goes through one place, so that it can die or stand still at any await.
 *
 * @module
 */
import type { Clock, Random } from "../../../runtime/clock.ts";
import { type Logger, loggerOver } from "../../../runtime/log.ts";
import type { Timeline } from "./timeline.ts";
import type { Trace } from "./trace.ts";

/** What a process is made in. */
interface ProcessGround {
  readonly timeline: Timeline;
  readonly trace: Trace;
  readonly random: Random;
}

/** A process of a simulated machine. */
export class SimProcess {
  readonly name: string;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Logger;
  readonly timeline: Timeline;
  /** Asked to end, as by SIGTERM. */
  readonly terminating = new AbortController();
  readonly #onDeath: (() => void)[] = [];
  #state: "runs" | "frozen" | "dead" = "runs";
  /** What came while it stood still. */
  #backlog: (() => void)[] = [];
  /** How far its wall clock is off, milliseconds. */
  #skew = 0;

  constructor(name: string, { timeline, trace, random }: ProcessGround) {
    this.name = name;
    this.random = random;
    this.timeline = timeline;
    this.clock = {
      now: () => Math.floor(timeline.wall + this.#skew),
      monotonic: () => timeline.now,
      sleep: (ms, signal) => this.#sleep(ms, signal),
    };
    this.log = loggerOver((level, message, keys) => {
      if (level === "error" || level === "warn") {
        trace.note(`${Math.round(timeline.now)} ${name} ${level}: ${message}${told(keys)}`);
      }
    }, { enabled: (level) => level === "error" || level === "warn" });
  }

  get alive(): boolean {
    return this.#state !== "dead";
  }

  /** Whether it is as its machine's other processes are: alive, and going on. */
  get running(): boolean {
    return this.#state === "runs";
  }

  /** Lets something reach it: now, when it goes on, or never. */
  deliver(work: () => void): void {
    if (this.#state === "runs") work();
    else if (this.#state === "frozen") this.#backlog.push(work);
  }

  /** Ends it without a word: nothing reaches it any more. */
  kill(): void {
    if (!this.alive) return;
    this.#state = "dead";
    this.#backlog = [];
    for (const handler of this.#onDeath.splice(0)) handler();
  }

  /** Stands still, until {@linkcode thaw}; its clock goes on. */
  freeze(): void {
    if (this.#state === "runs") this.#state = "frozen";
  }

  /** Goes on with all that came meanwhile. */
  thaw(): void {
    if (this.#state !== "frozen") return;
    this.#state = "runs";
    const backlog = this.#backlog;
    this.#backlog = [];
    for (const work of backlog) this.timeline.after(0, () => this.deliver(work));
  }

  /** Moves its wall clock. */
  jump(ms: number): void {
    this.#skew += ms;
  }

  /** Asks it to end. */
  terminate(): void {
    this.deliver(() => this.terminating.abort(new DOMException("SIGTERM", "AbortError")));
  }

  /** Called when it dies, however. */
  onDeath(handler: () => void): void {
    this.#onDeath.push(handler);
  }

  #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason);
      const timer = this.timeline.after(ms, () =>
        this.deliver(() => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        }));
      const onAbort = () => {
        timer.cancel();
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }
}

function told(keys: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(keys).map(([key, value]) =>
    `${key}=${
      value instanceof Error
        ? value.message
        : typeof value === "object"
        ? JSON.stringify(value)
        : value
    }`
  );
  return pairs.length === 0 ? "" : ` (${pairs.join(", ").slice(0, 300)})`;
}
