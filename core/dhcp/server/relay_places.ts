import type { DecisionContext } from "./decide.ts";
import type { DecisionRequest } from "./request_view.ts";

/** Relays that are answered on one network at a time. */
const PLACES = 16;
/** Milliseconds without a request after which a relay's place may be another's. */
const IDLE_MS = 60_000;

/**
 * Bounds how many relays one network answers, since anybody can write any address into `giaddr`, and the kernel asks by ARP
 * for each that it is to reach (rule 58): 16 at a time, and so at most 16 new ones a minute. Who has a place keeps it while it
 * asks.
 */
export class RelayPlaces {
  /** Addresses, signed; 0 is a place that nobody has. */
  readonly #addresses = new Int32Array(PLACES);
  readonly #heardAt = new Float64Array(PLACES);

  /**
   * Whether a request's relay is answered at `now` (milliseconds); if so, it has a place. It is handed objects that are there
   * anyway, since V8 makes one of each large number.
   */
  admits(
    { giaddr }: Pick<DecisionRequest, "giaddr">,
    { now }: Pick<DecisionContext, "now">,
  ): boolean {
    const wanted = giaddr | 0;
    let place = 0;
    for (let other = 0; other < PLACES; other++) {
      if (this.#addresses[other] === wanted) {
        this.#heardAt[other] = now;
        return true;
      }
      if ((this.#heardAt[other] ?? 0) < (this.#heardAt[place] ?? 0)) place = other;
    }
    const idle = now - (this.#heardAt[place] ?? 0);
    // The wall clock may jump back: that forgets, and never forbids.
    if (this.#addresses[place] !== 0 && idle >= 0 && idle < IDLE_MS) return false;
    this.#addresses[place] = wanted;
    this.#heardAt[place] = now;
    return true;
  }
}
