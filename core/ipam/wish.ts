import type { Refusal } from "./answers.ts";
import type { Station } from "./station.ts";
import type { Claim } from "./types.ts";

/** A station that asks for something it does not have, and what it gets. */
export class Wish {
  /** Who asks. */
  readonly station: Station;
  /** Its MAC address. */
  readonly mac: number;
  /** Its MAC address in canonical form. */
  readonly macText: string;
  /** The address it asks for by name. */
  readonly requested: string | undefined;
  /** The address that it has until it gets another one. */
  readonly kept: string | undefined;
  /** When the claim that decides was made. */
  readonly createdAt: number;
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
    this.createdAt = Number.isNaN(primary.createdAt) ? Infinity : primary.createdAt;
    this.isFormer = !station.isSingle || primary.previous !== undefined;
  }
}

/** The older wish first, whatever order they came in; MAC addresses decide between those of one moment. */
export function inOrder(wishes: readonly Wish[]): readonly Wish[] {
  return wishes.toSorted((a, b) => a.createdAt - b.createdAt || a.mac - b.mac);
}
