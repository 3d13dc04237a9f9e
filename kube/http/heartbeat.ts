/**
 * Whether a connection that only carries streams is still alive.
 *
 * A stream may rightly be silent for a minute, and a connection whose other end is gone (an address that moved, a load balancer
 * that forgot it) is silent for ever: nothing is sent that could fail. So a question is asked on it when it was silent.
 *
 * @module
 */
import { abortable, LinkedAbort } from "../../runtime/abort.ts";
import type { Clock } from "../../runtime/clock.ts";

/** What a {@linkcode Heartbeat} works with. */
interface HeartbeatOptions {
  readonly clock: Clock;
  /** Asks something on the connection; resolves with any answer. */
  readonly ask: (signal: AbortSignal) => Promise<unknown>;
  /** Called once when there was none. */
  readonly onDead: () => void;
}

/** A connection that was silent for so long is asked. */
const SILENT_MS = 15_000;
/** How long the answer may take. */
const ANSWER_MS = 10_000;

/** Listens to one connection until it is stopped, or dead. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #stop = new AbortController();
  #heardAt: number;
  #isDoubted = false;
  /** The wait for silence. A promise that all of them look at would keep something of each: those of a connection that is heard are many. */
  #waiting: LinkedAbort | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#heardAt = options.clock.monotonic();
    void this.#run(this.#stop.signal);
  }

  /** Something came. */
  heard(): void {
    this.#heardAt = this.#options.clock.monotonic();
  }

  /** There is reason to ask at once. */
  doubt(): void {
    this.#isDoubted = true;
    this.#waiting?.abort();
  }

  /** Asks no more. */
  stop(): void {
    this.#stop.abort();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, onDead } = this.#options;
    while (!signal.aborted) {
      const leftMs = this.#heardAt + SILENT_MS - clock.monotonic();
      if (leftMs > 0 && !this.#isDoubted) {
        await this.#wait(leftMs, signal);
      } else if (!await this.#isAlive(signal) && !signal.aborted) {
        this.stop();
        onDead();
      }
    }
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    using waiting = new LinkedAbort(signal);
    this.#waiting = waiting;
    await this.#options.clock.sleep(ms, waiting.signal).catch(() => undefined);
    this.#waiting = undefined;
  }

  async #isAlive(signal: AbortSignal): Promise<boolean> {
    const { clock, ask } = this.#options;
    const askedAt = clock.monotonic();
    using limit = new LinkedAbort(signal);
    const reason = () => new DOMException("The connection does not answer in time", "TimeoutError");
    limit.abortAfter(ANSWER_MS, { clock, reason });
    try {
      await abortable(ask(limit.signal), limit.signal);
      this.heard();
      return true;
    } catch {
      return this.#heardAt > askedAt; // Whatever came meanwhile is an answer, too.
    } finally {
      this.#isDoubted = false;
    }
  }
}
