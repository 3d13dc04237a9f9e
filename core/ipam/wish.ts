import type { Refusal } from "./answers.ts";
import type { Station } from "./station.ts";
import type { Claim } from "./types.ts";

/** A station that asks for something it does not have, and what it gets. */
export class Wish {
  /** Who asks. */
  readonly station: Station;
  /** Its MAC address. */
  readonly mac: number;
  /** The same in canonical form. */
  readonly macText: string;
  /** The address it asks for by name. */
  readonly requested: string | undefined;
  /** The address that it has until it gets another one. */
  readonly kept: string | undefined;
  /** Whether it may have had an address before. */
  readonly isFormer: boolean;
  /** The address that it is given. */
  given: string | undefined = undefined;
  /** Why it is given none. */
  refusal: Refusal | undefined = undefined;

  constructor(station: Station, primary: Claim, kept?: string) {
    this.station = station;
    this.mac = station.mac;
    this.macText = station.macText;
    this.requested = primary.requested;
    this.kept = kept;
    this.isFormer = !station.isSingle || primary.previous !== undefined;
  }
}

/**
 * The older wish first, whatever order they came in; MAC addresses decide between those of one moment.
 *
 * Places are sorted, by numbers that lie side by side, and no fraction is made on the way: to look at 65,000 wishes again
 * and again, or to make a number object for each comparison, takes longer than everything else that a plan does.
 */
export function inOrder(wishes: readonly Wish[]): readonly Wish[] {
  const times = new Float64Array(wishes.length);
  const macs = new Float64Array(wishes.length);
  const places = new Uint32Array(wishes.length);
  wishes.forEach(({ station, mac }, place) => {
    times[place] = station.primary?.createdAt ?? NaN;
    macs[place] = mac;
    places[place] = place;
  });
  places.sort((a, b) => compareAt(times, a, b) || compareAt(macs, a, b));
  const ordered: Wish[] = [];
  places.forEach((place) => {
    const wish = wishes[place];
    if (wish !== undefined) ordered.push(wish);
  });
  return ordered;
}

function compareAt(numbers: Float64Array, a: number, b: number): number {
  const one = numbers[a] ?? 0;
  const other = numbers[b] ?? 0;
  return one < other ? -1 : one > other ? 1 : 0;
}
