/**
 * Bounds how many requests are under way at once, the important ones first.
 *
 * @module
 */
import { abortable } from "../../runtime/abort.ts";
import { defined } from "../../runtime/defined.ts";
import { type RequestOptions, type RestClient, toRestClient } from "../rest_client.ts";

/** How many requests may be under way at once. */
export interface FlowOptions {
  /** Writes. Default 8. */
  readonly writes?: number;
  /** Of these, Events, which wait for every other write, and until half of the places are free. Default 2. */
  readonly events?: number;
  /** Reads. Default 8. */
  readonly reads?: number;
}

/**
 * The same client with bounded concurrency and no rate limit: writes and reads in the order asked for, Events (`v1`)
 * only while no other write waits and half of the places are free. Requests for Leases and streams pass at once.
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
  return toRestClient(perform, defined({ defaultNamespace: rest.defaultNamespace }));
}

function passesAtOnce(request: RequestOptions): boolean {
  return request.expectStream === true || request.path.startsWith("/apis/coordination.k8s.io/");
}

function isEvent(request: RequestOptions): boolean {
  return /^\/api\/v1\/namespaces\/[^/]+\/events(\/|$)/.test(request.path);
}

/** Lets a bounded number in, those of low priority only while no other waits and half of the places are free. */
class Gate {
  readonly #max: { readonly all: number; readonly low: number };
  readonly #inside = { all: 0, low: 0 };
  readonly #waiting = { normal: new Set<() => void>(), low: new Set<() => void>() };

  constructor(max: { readonly all: number; readonly low: number }) {
    this.#max = max;
  }

  async enter(low: boolean, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const queue = low ? this.#waiting.low : this.#waiting.normal;
    if (queue.size === 0 && this.#admits(low)) return this.#count(low, 1);
    const { promise, resolve } = Promise.withResolvers<void>();
    queue.add(resolve);
    try {
      await abortable(promise, signal);
    } catch (reason) {
      if (!queue.delete(resolve)) this.leave(low); // Let in while it gave up.
      throw reason;
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
    if (this.#inside.all >= this.#max.all) return false;
    if (!low) return true;
    // Who makes one write after the other does not wait between two of them, and takes its place again at once.
    const isCalm = this.#waiting.normal.size === 0 && this.#inside.all <= this.#max.all / 2;
    return isCalm && this.#inside.low < this.#max.low;
  }

  #count(low: boolean, by: number): void {
    this.#inside.all += by;
    if (low) this.#inside.low += by;
  }
}
