/**
 * Views that follow the cluster, by server-sent events: the markup of a view goes out again when it has changed.
 *
 * @module
 */
import type { Clock } from "../runtime/clock.ts";

/** How the events of one page are made. */
interface LiveOptions {
  /** The markup as it is now. */
  readonly render: () => Promise<string>;
  /** How often it is looked at. */
  readonly intervalMs: number;
  readonly clock: Clock;
  /** Ends with the other end, or with the program. */
  readonly signal: AbortSignal;
}

/** After so many looks without news a comment goes out, so that nothing on the way thinks that the connection is dead. */
const QUIET_LOOKS = 10;

/** Counts the pages that are followed. */
export class LiveViews {
  readonly #most: number;
  #open = 0;

  /** @param most How many pages are followed at once: each costs a connection, and looks. */
  constructor(most: number) {
    this.#most = most;
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
        const send = (text: string) => controller.enqueue(encoder.encode(text));
        void this.#run({ ...options, signal }, send).finally(() => {
          this.#open--;
          if (!ended.signal.aborted) close(controller);
        });
      },
      cancel: (reason) => ended.abort(reason),
    });
  }

  async #run(
    { render, intervalMs, clock, signal }: LiveOptions,
    send: (text: string) => void,
  ): Promise<void> {
    let last: string | undefined;
    let quiet = 0;
    send(": hello\n\n");
    try {
      while (!signal.aborted) {
        const next = await render();
        if (signal.aborted) return;
        if (next !== last) send(eventOf(next));
        else if (++quiet % QUIET_LOOKS === 0) send(": still here\n\n");
        last = next;
        await clock.sleep(intervalMs, signal);
      }
    } catch {
      // Aborted, or the view cannot be made: the page asks again.
    }
  }
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
