/**
 * Bounds how many requests are under way at once, the important ones first.
 *
 * @module
 */
import { type RequestOptions, type RestClient, toRestClient } from "./seam.ts";

/** How many requests may be under way at once. */
export interface FlowOptions {
  /** Writes. Default 8. */
  readonly writes?: number;
  /** Of these, Events, which wait for every other write. Default 2. */
  readonly events?: number;
  /** Reads. Default 8. */
  readonly reads?: number;
}

/**
 * The same client with bounded concurrency and no rate limit: writes and reads in the order asked for, Events (`v1`)
 * only while no other write waits. Requests for Leases and streams pass at once.
 */
export function withFlowControl(rest: RestClient, options: FlowOptions = {}): RestClient {
  const { writes = 8, events = 2, reads = 8 } = options;
  const writeGate = new Gate({ all: writes, low: Math.min(events, writes) });
  const readGate = new Gate({ all: reads, low: reads });
  const perform = async (request: RequestOptions) => {
    const gate = request.method === "GET" ? readGate : writeGate;
    if (passesAtOnce(request)) return await rest.performRequest(request);
    const low = isEvent(request);
    await gate.enter(low, request.abortSignal);
    try {
      return await rest.performRequest(request);
    } finally {
      gate.leave(low);
    }
  };
  return toRestClient(
    perform,
    rest.defaultNamespace === undefined ? {} : { defaultNamespace: rest.defaultNamespace },
  );
}

function passesAtOnce(request: RequestOptions): boolean {
  return request.expectStream === true || request.path.startsWith("/apis/coordination.k8s.io/");
}

function isEvent(request: RequestOptions): boolean {
  return /^\/api\/v1\/namespaces\/[^/]+\/events(\/|$)/.test(request.path);
}

/** Lets a bounded number in, those of low priority only while no other waits. */
class Gate {
  readonly #most: { readonly all: number; readonly low: number };
  readonly #inside = { all: 0, low: 0 };
  readonly #waiting = { normal: new Set<() => void>(), low: new Set<() => void>() };

  constructor(most: { readonly all: number; readonly low: number }) {
    this.#most = most;
  }

  async enter(low: boolean, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const queue = low ? this.#waiting.low : this.#waiting.normal;
    if (queue.size === 0 && this.#admits(low)) return this.#count(low, 1);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = () => {
      queue.delete(resolve);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    queue.add(resolve);
    try {
      await promise;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  leave(low: boolean): void {
    this.#count(low, -1);
    this.#admitNext(false);
    this.#admitNext(true);
  }

  #admitNext(low: boolean): void {
    const queue = low ? this.#waiting.low : this.#waiting.normal;
    const [first] = queue;
    if (first === undefined || !this.#admits(low)) return;
    queue.delete(first);
    this.#count(low, 1);
    first();
  }

  #admits(low: boolean): boolean {
    if (this.#inside.all >= this.#most.all) return false;
    return !low || (this.#inside.low < this.#most.low && this.#waiting.normal.size === 0);
  }

  #count(low: boolean, by: number): void {
    this.#inside.all += by;
    if (low) this.#inside.low += by;
  }
}
