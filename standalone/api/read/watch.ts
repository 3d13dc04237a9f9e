/**
 * One watch: what happened since a resourceVersion, then what happens.
 *
 * @module
 */
import type { ApiContext } from "../context.ts";
import { type JsonObject, metadataOf } from "../json.ts";
import { apiVersionOf, type Kind } from "../kinds/kind.ts";
import type { Selector } from "./selectors.ts";
import { expired } from "../http/status_error.ts";
import type { Change } from "../store/store.ts";
import type { Range } from "../store/versions.ts";

/** One event, its object as JSON text. */
export interface WatchFrame {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: string;
}

/** What to watch. */
interface WatchRequest {
  readonly kind: Kind;
  readonly range: Range;
  readonly selector?: Selector;
  /** Unset: begin with the present objects. */
  readonly since?: number;
  /** Tell by a bookmark when the present objects are through. */
  readonly initialEventsEnd?: boolean;
  readonly bookmarks: boolean;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

const BOOKMARK_INTERVAL_MS = 60_000;
/** Why a watch is over: one reason for all, since it takes time to make one. */
const OVER = new DOMException("The watch is over", "AbortError");

/** A watch that is not open yet. It is opened once, with what is made of each event. */
export type Frames = <T>(made: (frame: WatchFrame) => T) => ReadableStream<T>;

/** Opens a watch. The stream ends after the timeout, when the signal aborts, or when the API closes. */
export function openWatch<T>(
  context: ApiContext,
  request: WatchRequest,
  made: (frame: WatchFrame) => T,
): ReadableStream<T> {
  const end = new AbortController();
  return new ReadableStream<T>({
    start: (controller) => new Watch(context, request, { controller, end, made }).run(),
    cancel: () => end.abort(OVER),
  }, { highWaterMark: context.mostUnread });
}

class Watch<T> {
  readonly #context: ApiContext;
  readonly #request: WatchRequest;
  readonly #controller: ReadableStreamDefaultController<T>;
  readonly #end: AbortController;
  readonly #made: (frame: WatchFrame) => T;
  #seen: number;

  constructor(
    context: ApiContext,
    request: WatchRequest,
    stream: {
      readonly controller: ReadableStreamDefaultController<T>;
      readonly end: AbortController;
      readonly made: (frame: WatchFrame) => T;
    },
  ) {
    this.#context = context;
    this.#request = request;
    this.#controller = stream.controller;
    this.#end = stream.end;
    this.#made = stream.made;
    this.#seen = request.since ?? context.store.revision;
  }

  run(): void {
    const { store, closing } = this.#context;
    const { range, since, signal } = this.#request;
    if (signal?.aborted === true) return this.#controller.close();
    if (since !== undefined && since < store.compacted) {
      const { status } = expired(`too old resource version: ${since} (${store.compacted})`);
      this.#send("ERROR", JSON.stringify(status));
      return this.#controller.close();
    }
    const unsubscribe = store.follow(range.resource, (change) => this.#pass(change));
    const onAbort = () => this.#end.abort(OVER);
    const signals = [closing, ...(signal === undefined ? [] : [signal])];
    for (const one of signals) one.addEventListener("abort", onAbort, { once: true });
    this.#end.signal.addEventListener("abort", () => {
      unsubscribe();
      for (const one of signals) one.removeEventListener("abort", onAbort);
      this.#close();
    }, { once: true });
    if (since === undefined) this.#sendPresent();
    else for (const change of store.since(since, range.resource)) this.#pass(change);
    void this.#keepTime();
  }

  async #keepTime(): Promise<void> {
    const { clock } = this.#context;
    const deadline = clock.monotonic() + this.#request.timeoutMs;
    try {
      while (!this.#end.signal.aborted) {
        const left = deadline - clock.monotonic();
        if (left <= 0) break;
        await clock.sleep(
          this.#request.bookmarks ? Math.min(BOOKMARK_INTERVAL_MS, left) : left,
          this.#end.signal,
        );
        if (this.#request.bookmarks) this.#bookmark();
      }
    } catch (error) {
      if (!this.#end.signal.aborted) this.#controller.error(error);
    }
    this.#end.abort(OVER);
  }

  #sendPresent(): void {
    const { range, selector } = this.#request;
    for (const stored of this.#context.store.list(range)) {
      if (selector === undefined || selector(JSON.parse(stored.body))) {
        this.#send("ADDED", stored.body);
      }
    }
    if (this.#request.initialEventsEnd === true) {
      this.#bookmark({ "k8s.io/initial-events-end": "true" });
    }
  }

  /** Sends a change as the reader sees it: an object that begins or ceases to be selected is added or deleted. */
  #pass(change: Change): void {
    const { range: { namespace, name }, selector } = this.#request;
    if (change.revision <= this.#seen) return;
    this.#seen = change.revision;
    if (namespace !== undefined && change.namespace !== namespace) return;
    if (name !== undefined && change.name !== name) return;
    if (selector === undefined) return this.#send(change.type, change.body);
    const { previous, body } = change;
    const before = previous !== undefined && selector(change.before?.() ?? JSON.parse(previous));
    const now = change.type !== "DELETED" && selector(change.object ?? JSON.parse(body));
    if (now) this.#send(before ? "MODIFIED" : "ADDED", change.body);
    else if (before && change.type === "DELETED") this.#send("DELETED", change.body);
    else if (before && change.previous !== undefined) {
      const object = JSON.parse(change.previous) as JsonObject;
      metadataOf(object).resourceVersion = String(change.revision);
      this.#send("DELETED", JSON.stringify(object));
    }
  }

  #bookmark(annotations?: JsonObject): void {
    const { kind } = this.#request;
    this.#send(
      "BOOKMARK",
      JSON.stringify({
        kind: kind.name,
        apiVersion: apiVersionOf(kind),
        metadata: {
          resourceVersion: String(Math.max(this.#seen, this.#context.store.revision)),
          creationTimestamp: null,
          ...(annotations === undefined ? {} : { annotations }),
        },
      }),
    );
  }

  #send(type: WatchFrame["type"], object: string): void {
    if (this.#end.signal.aborted) return;
    if ((this.#controller.desiredSize ?? 1) <= 0) return this.#end.abort(OVER);
    this.#controller.enqueue(this.#made({ type, object }));
  }

  #close(): void {
    try {
      this.#controller.close();
    } catch {
      // The reader cancelled: the stream is closed already.
    }
  }
}
