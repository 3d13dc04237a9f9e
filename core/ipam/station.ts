import { formatMac } from "../net/mod.ts";
import { type Owners, ownersOf, soleOwner } from "./owners.ts";
import type { Claim } from "./types.ts";

/** Which MAC address a station has, and which entry of the record. */
export interface Seat {
  readonly mac: number;
  /** An index, or {@linkcode NONE}. */
  readonly entry: number;
}

/** Everything that is claimed with one MAC address. */
export class Station {
  /** The MAC address. */
  readonly mac: number;
  /** The entry of the record that it has, or {@linkcode NONE}. */
  entry: number;
  /** The first of its claims. */
  readonly first: Claim;
  /** All its claims, where there are several. */
  readonly #several: readonly Claim[] | undefined;
  #owners: Owners | undefined = undefined;

  constructor(first: Claim, { mac, entry }: Seat, several?: readonly Claim[]) {
    this.mac = mac;
    this.entry = entry;
    this.first = first;
    this.#several = several;
  }

  /** Whether one claim is all there is. */
  get isSingle(): boolean {
    return this.#several === undefined;
  }

  /** The claim that decides; `undefined` where all give the address back. */
  get primary(): Claim | undefined {
    if (this.#several !== undefined) return this.owners.primary;
    return this.first.state === "wanted" ? this.first : undefined;
  }

  /** Its claims, by what they are entitled to. */
  get owners(): Owners {
    this.#owners ??= this.#several === undefined ? soleOwner(this.first) : ownersOf(this.#several);
    return this.#owners;
  }

  /** Its MAC address in canonical form: the text of the claim, where it is that. */
  get macText(): string {
    const { macAddress } = this.first;
    return isCanonicalMac(macAddress) ? macAddress : formatMac(this.mac);
  }

  /** The station with another claim. */
  with(claim: Claim): Station {
    return new Station(this.first, this, [...this.#several ?? [this.first], claim]);
  }

  /** The station without one of its claims; `undefined` where none is left. */
  without(claim: Claim): Station | undefined {
    const all = this.#several ?? [this.first];
    const place = all.indexOf(claim);
    const [first, ...others] = all.filter((_, index) => index !== place);
    if (first === undefined) return undefined;
    return new Station(first, this, others.length === 0 ? undefined : [first, ...others]);
  }
}

/** Whether the text of a MAC address is lower-case, in pairs with colons. */
function isCanonicalMac(text: string): boolean {
  if (text.length !== 17) return false;
  for (let i = 0; i < 17; i++) {
    const code = text.charCodeAt(i);
    if (i % 3 === 2 ? code !== 58 : code >= 65 && code <= 70) return false;
  }
  return true;
}
