/**
 * A watch on its way from the API server to one process.
 *
 * @module
 */
import type { JsonValue } from "../../../kube/rest_client.ts";
import type { SimProcess } from "../engine/process.ts";
import { GONE, type WatchLuck } from "./api_trouble.ts";

/** Why the watch of the server itself is over: one reason for all, since it takes time to make one. */
const OVER = new DOMException("The watch is over", "AbortError");

/** What it comes by. */
interface Way {
  readonly process: SimProcess;
  /** How long a frame takes, milliseconds. */
  readonly hopMs: () => number;
  /** Called with what arrives, if the way is open then; it may be kept until it is. */
  readonly pass: (watch: OpenWatch, arrive: () => void) => void;
  /** Called when something arrived. */
  readonly heard: () => void;
  /** Called when it is over, however. */
  readonly over: (watch: OpenWatch) => void;
}

/** A watch that is open. Frames come in order, each after its time. */
export class OpenWatch {
  /** Its connection was given up on the other side: nothing comes by it any more, and nobody says so. */
  isDead = false;
  /** What its reader reads. */
  readonly stream: ReadableStream<JsonValue>;
  readonly #way: Way;
  readonly #luck: WatchLuck;
  readonly #ending: AbortController;
  readonly #signal: AbortSignal | undefined;
  #controller: ReadableStreamDefaultController<JsonValue> | undefined;
  #over = false;
  #lastAt = 0;

  constructor(source: ReadableStream<JsonValue>, { way, luck, ending, signal }: {
    readonly way: Way;
    readonly luck: WatchLuck;
    /** Ends the source. */
    readonly ending: AbortController;
    /** The reader's. */
    readonly signal: AbortSignal | undefined;
  }) {
    this.#way = way;
    this.#luck = luck;
    this.#ending = ending;
    this.#signal = signal;
    this.stream = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      cancel: () => this.#finish(() => undefined),
    });
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    way.process.onDeath(() => this.#finish(() => undefined));
    if (luck.goneAfterMs !== undefined) {
      way.process.timeline.after(luck.goneAfterMs, () => this.#compact());
    }
    void this.#read(source).catch((error) => this.#pass(() => this.#break(error)));
  }

  /** Ends it with an error, as soon as its reader can hear. */
  fail(error: unknown): void {
    this.#way.process.deliver(() => this.#break(error));
  }

  readonly #onAbort = () => this.#break(this.#signal?.reason);

  async #read(source: ReadableStream<JsonValue>): Promise<void> {
    const reader = source.getReader();
    while (!this.#over) {
      const { done, value } = await reader.read();
      if (done) break;
      if (this.#luck.isWithoutBookmarks && isBookmark(value)) continue;
      this.#pass(() => this.#controller?.enqueue(value));
    }
    this.#pass(() => this.#finish(() => this.#controller?.close()));
  }

  /** Its server forgot what it goes on from. */
  #compact(): void {
    this.#pass(() => {
      this.#controller?.enqueue(structuredClone(GONE));
      this.#finish(() => this.#controller?.close());
    });
  }

  #pass(work: () => void): void {
    const { process, hopMs, pass, heard } = this.#way;
    const { timeline } = process;
    this.#lastAt = Math.max(this.#lastAt + 0.01, timeline.now + this.#luck.lagMs + hopMs());
    const arrive = () =>
      process.deliver(() => {
        if (this.#over || this.isDead) return;
        heard();
        work();
      });
    timeline.after(this.#lastAt - timeline.now, () => pass(this, arrive));
  }

  #break(error: unknown): void {
    this.#finish(() => this.#controller?.error(error));
  }

  #finish(work: () => void): void {
    if (this.#over) return;
    this.#over = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#ending.abort(OVER);
    this.#way.over(this);
    work();
  }
}

function isBookmark(frame: JsonValue): boolean {
  return (frame as { readonly type?: string }).type === "BOOKMARK";
}
