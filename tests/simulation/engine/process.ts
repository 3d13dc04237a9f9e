/**
 * One process: everything that reaches it goes through one place, so that it can die or stand still at any await.
 *
 * @module
 */
import type { Clock, Random } from "../../../runtime/clock.ts";
import { type Logger, loggerOver } from "../../../runtime/log.ts";
import type { Timeline, Timer } from "./timeline.ts";
import type { Trace } from "./trace.ts";

/** Times are sums of fractions: a wait is over when no more than this is left. */
const ROUNDING_MS = 0.001;
/** No machine waits for less: who waits again for what rounding left would wait for ever, and no time would pass. */
const LEAST_WAIT_MS = 0.01;

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
  readonly #waits = new WeakMap<AbortSignal, Map<Alarm, (reason: unknown) => void>>();
  #state: "runs" | "frozen" | "waking" | "dead" = "runs";
  /** What came while it stood still. */
  #backlog: (() => void)[] = [];
  /** How far its wall clock is off, milliseconds. */
  #skew = 0;
  /** How fast its clocks go, and what the one that nobody sets said when that began. */
  #pace = { rate: 1, at: 0, said: 0 };

  constructor(name: string, { timeline, trace, random }: ProcessGround) {
    this.name = name;
    this.random = random;
    this.timeline = timeline;
    this.clock = {
      now: () => Math.floor(timeline.wall - timeline.now + this.#ownTime + this.#skew),
      monotonic: () => this.#ownTime,
      sleep: (ms, signal) => this.nap(ms, signal).over,
      after: (ms, work) => {
        const alarm = new Alarm(this, ms, work);
        return () => alarm.cancel();
      },
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
    else if (this.alive) this.#backlog.push(work);
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
    if (this.alive) this.#state = "frozen";
  }

  /** Goes on with all that came meanwhile, in its order, as connections keep it; after sleep its wall clock is set. */
  thaw(): void {
    if (this.#state !== "frozen") return;
    this.#state = "waking";
    if (this.#pace.rate === 0) {
      this.#skew += this.timeline.now - this.#pace.at;
      this.#setRate(1);
    }
    this.#wake();
  }

  #wake(): void {
    if (this.#state !== "waking") return;
    const work = this.#backlog.shift();
    if (work === undefined) this.#state = "runs";
    else {
      this.timeline.after(0, () => this.#wake());
      work();
    }
  }

  /** Its machine sleeps, until {@linkcode thaw}: its clock, by which it waits, stands still, too. */
  suspend(): void {
    if (this.#state !== "runs") return;
    this.#setRate(0);
    this.freeze();
  }

  /** Moves its wall clock. */
  jump(ms: number): void {
    this.#skew += ms;
  }

  /** Lets its clocks go fast or slow, by parts of a million. */
  drift(partsPerMillion: number): void {
    if (this.running) this.#setRate(1 + partsPerMillion / 1e6);
  }

  /** Asks it to end. */
  terminate(): void {
    this.deliver(() => this.terminating.abort(new DOMException("SIGTERM", "AbortError")));
  }

  /** Called when it dies, however. */
  onDeath(handler: () => void): void {
    this.#onDeath.push(handler);
  }

  /** What its clock says that nobody sets. */
  get #ownTime(): number {
    const { rate, at, said } = this.#pace;
    return said + (this.timeline.now - at) * rate;
  }

  #setRate(rate: number): void {
    this.#pace = { rate, at: this.timeline.now, said: this.#ownTime };
  }

  /** Waits by its clock. */
  nap(ms: number, signal?: AbortSignal): Nap {
    const { promise: over, resolve, reject } = Promise.withResolvers<void>();
    if (signal === undefined) return { over, alarm: new Alarm(this, ms, resolve) };
    if (signal.aborted) {
      reject(signal.reason);
      return { over, alarm: undefined };
    }
    const waits = this.#waitsFor(signal);
    const alarm = new Alarm(this, ms, () => {
      waits.delete(alarm);
      resolve();
    });
    waits.set(alarm, reject);
    return { over, alarm };
  }

  /** Has something happen after so many milliseconds by its clock; earlier, where the clock goes slower from now on. */
  arm(ms: number, work: () => void): Timer {
    return this.timeline.after(ms / (this.#pace.rate || 1), () => this.deliver(work));
  }

  /** All that waits with a signal: one listener serves all waits of a signal that lives long. */
  #waitsFor(signal: AbortSignal): Map<Alarm, (reason: unknown) => void> {
    const known = this.#waits.get(signal);
    if (known !== undefined) return known;
    const waits = new Map<Alarm, (reason: unknown) => void>();
    this.#waits.set(signal, waits);
    signal.addEventListener("abort", () => {
      for (const [alarm, reject] of waits) {
        alarm.cancel();
        reject(signal.reason);
      }
    }, { once: true });
    return waits;
  }
}

/** A wait of a process. */
export interface Nap {
  /** Resolves when it is over; rejects when its signal aborts. */
  readonly over: Promise<void>;
  /** What ends it; none where it was over before it began. */
  readonly alarm: Alarm | undefined;
}

/** Something that a process does later, by its clock. */
class Alarm {
  readonly #process: SimProcess;
  readonly #began: number;
  readonly #work: () => void;
  #due: number;
  #timer: Timer | undefined;

  constructor(process: SimProcess, ms: number, work: () => void) {
    this.#process = process;
    this.#began = process.clock.monotonic();
    this.#due = this.#began + Math.max(ms, LEAST_WAIT_MS);
    this.#work = work;
    this.#arm();
  }

  /** Whether it rang, or will not. */
  get isOver(): boolean {
    return this.#timer === undefined;
  }

  /** It is not to ring any more. */
  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Has it ring when the time since its beginning next is a multiple of so many milliseconds, where that is sooner. */
  cutTo(everyMs: number): void {
    if (this.#timer === undefined) return;
    const passed = this.#process.clock.monotonic() - this.#began;
    const due = this.#began + Math.max(1, Math.ceil((passed - ROUNDING_MS) / everyMs)) * everyMs;
    if (due >= this.#due) return;
    this.#due = due;
    this.#timer.cancel();
    this.#arm();
  }

  get #left(): number {
    return this.#due - this.#process.clock.monotonic();
  }

  #arm(): void {
    this.#timer = this.#process.arm(this.#left, () => this.#ring());
  }

  #ring(): void {
    if (this.#timer === undefined) return;
    if (this.#left > ROUNDING_MS) return this.#arm();
    this.#timer = undefined;
    this.#work();
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
