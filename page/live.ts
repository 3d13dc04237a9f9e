/**
 * Views that follow the cluster, by server-sent events: the markup of a view goes out again when it has changed.
 *
 * @module
 */
import { abortable } from "../runtime/abort.ts";
import type { Clock } from "../runtime/clock.ts";

/** How the events of one page are made. */
interface LiveOptions {
  /** The markup as it is now. */
  readonly render: () => Promise<string>;
  /** How often it is looked at, where there is time. */
  readonly intervalMs: number;
  /** Ends with the other end, or with the program. */
  readonly signal: AbortSignal;
}

/** After so many looks without news a comment goes out, so that nothing on the way thinks that the connection is dead. */
const QUIET_LOOKS = 10;

/** Nobody looks for so many times as long as a look took: all pages together take a fifth of the program's time. */
const REST_PER_LOOK = 4;
/** However long a look took, which may have been that of somebody who was asked: nobody waits longer than this after it. */
const LONGEST_REST_MS = 1_000;

/** The pages that are followed. They are looked at one after the other, with rests: the program has other work. */
export class LiveViews {
  readonly #most: number;
  readonly #clock: Clock;
  #open = 0;
  /** Fulfilled when nobody looks any more who came before. */
  #before: Promise<void> = Promise.resolve();
  #restUntil = 0;

  /** @param most How many pages are followed at once: each costs a connection, and looks. */
  constructor(most: number, clock: Clock) {
    this.#most = most;
    this.#clock = clock;
  }

  /** A stream of events, or one that says that there are too many. */
  follow(options: LiveOptions): ReadableStream<Uint8Array> {
    if (this.#open >= this.#most) return streamOf("event: full\nretry: 60000\ndata:\n\n");
    this.#open++;
    const ended = new AbortController();
    const signal = AbortSignal.any([options.signal, ended.signal]);
    const encoder = new TextEncoder();
    return new ReadableStream({
      start: (controller) => {
        const door: Door = {
          send: (text) => controller.enqueue(encoder.encode(text)),
          // What was sent before is not taken yet: more would only be kept.
          isBlocked: () => (controller.desiredSize ?? 0) <= 0,
        };
        void this.#run({ ...options, signal }, door).finally(() => {
          this.#open--;
          if (!ended.signal.aborted) close(controller);
        });
      },
      cancel: (reason) => ended.abort(reason),
      // Room for the greeting and one view.
    }, { highWaterMark: 2 });
  }

  async #run(
    { render, intervalMs, signal }: LiveOptions,
    { send, isBlocked }: Door,
  ): Promise<void> {
    let last: string | undefined;
    let quiet = 0;
    send(": hello\n\n");
    try {
      while (!signal.aborted) {
        if (!isBlocked()) {
          const next = await this.#inTurn(render, signal);
          if (signal.aborted) return;
          if (next !== last) send(eventOf(next));
          else if (++quiet % QUIET_LOOKS === 0) send(": still here\n\n");
          last = next;
        }
        await this.#clock.sleep(intervalMs, signal);
      }
    } catch {
      // Aborted, or the view cannot be made: the page asks again.
    }
  }

  /** Looks when everybody has who came before, and when the rest after it is over. */
  async #inTurn(look: () => Promise<string>, signal: AbortSignal): Promise<string> {
    const before = this.#before;
    const { promise, resolve: passOn } = Promise.withResolvers<void>();
    this.#before = promise;
    const clock = this.#clock;
    try {
      await abortable(before, signal);
      const rest = this.#restUntil - clock.monotonic();
      if (rest > 0) await clock.sleep(rest, signal);
      const begun = clock.monotonic();
      try {
        return await look();
      } finally {
        const now = clock.monotonic();
        this.#restUntil = now + Math.min((now - begun) * REST_PER_LOOK, LONGEST_REST_MS);
      }
    } finally {
      // Also one who leaves while he waits: those before him go on.
      void before.then(passOn);
    }
  }
}

/** To the other end. */
interface Door {
  readonly send: (text: string) => void;
  readonly isBlocked: () => boolean;
}

function eventOf(markup: string): string {
  return `event: view\n${markup.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`).join("")}\n`;
}

function streamOf(text: string): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });
}

function close(controller: ReadableStreamDefaultController<Uint8Array>): void {
  try {
    controller.close();
  } catch {
    // The other end was faster.
  }
}
