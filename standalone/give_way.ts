/**
 * Lets packets through while there is much to do: controller, agent and API share one thread.
 *
 * @module
 */
import { type RestClient, toRestClient } from "../kube/rest_client.ts";
import type { Clock } from "../runtime/clock.ts";

/** How long work may go on before what waits outside has its turn. Packets wait so long at most, and a single piece of work. */
const SLICE_MS = 10;

/**
 * Divides work into slices. What is answered in the same process comes back without a turn of the event loop, so work
 * that only asks such things would keep timers and sockets waiting until all of it is done.
 */
export class Slices {
  readonly #now: () => number;
  readonly #turn: () => Promise<void>;
  /** When the slice began; unset: nothing was done since the last turn. */
  #begun: number | undefined;
  #next: Promise<void> | undefined;

  /** `now`: milliseconds; `turn`: resolves when the event loop has turned. */
  constructor(
    { now, turn }: { readonly now: () => number; readonly turn: () => Promise<void> },
  ) {
    this.#now = now;
    this.#turn = turn;
  }

  /** Gives way if the slice is used up. To be called between two pieces of work. */
  async giveWay(): Promise<void> {
    const now = this.#now();
    this.#begun ??= now;
    this.#next ??= this.#turn().then(() => this.#begun = this.#next = undefined);
    if (now - this.#begun >= SLICE_MS) await this.#next;
  }
}

/** A client that gives way before each request. */
export function givingWay(rest: RestClient, slices: Slices): RestClient {
  const { defaultNamespace } = rest;
  return toRestClient(async (request) => {
    await slices.giveWay();
    return await rest.performRequest(request);
  }, defaultNamespace === undefined ? {} : { defaultNamespace });
}

/** Slices of a clock's time: a wait of no time is a turn of the event loop. */
export function slicesOf(clock: Clock): Slices {
  return new Slices({ now: () => clock.monotonic(), turn: () => clock.sleep(0) });
}
