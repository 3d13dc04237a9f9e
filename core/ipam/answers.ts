import { formatMac } from "../net/mod.ts";
import { nameOf, type Owners } from "./owners.ts";
import type { Station } from "./station.ts";
import type { Claim, ClaimReason, Outcome } from "./types.ts";

/** Why a station does not get what it asks for. */
export interface Refusal {
  readonly reason: ClaimReason;
  readonly message: string;
}

/** Gathers the outcome of every claim. */
export class Answers {
  /** By claim id. */
  readonly outcomes: Map<string, Outcome>;

  constructor(outcomes: Map<string, Outcome>) {
    this.outcomes = outcomes;
  }

  /** Answers one claim. */
  put(claim: Claim, { reason, message }: Refusal, address?: string): void {
    const outcome = address === undefined
      ? { claim, reason, message }
      : { claim, reason, message, address };
    this.outcomes.set(claim.id, outcome);
  }

  /** Answers a claim that has its address. */
  allocate(claim: Claim, address: string): void {
    const message = `Allocated ${address}`;
    this.outcomes.set(claim.id, { claim, reason: "Allocated", message, address });
  }

  /** Answers all claims of a station that has an address now, or none, and perhaps not the one it asks for. */
  station(
    station: Station,
    { address, refusal }: {
      readonly address?: string | undefined;
      readonly refusal?: Refusal | undefined;
    },
  ): void {
    const { mac, primary, first } = station;
    if (station.isSingle && primary === first) return this.#one(first, address, refusal);
    const { owners } = station;
    if (primary !== undefined) this.#one(primary, address, refusal);
    for (const claim of owners.sharing) {
      const unmet = address !== undefined && claim.requested !== undefined &&
        claim.requested !== address;
      const own = unmet ? sharedRefusal(claim, { mac, primary, address }) : undefined;
      this.#one(claim, address, refusal ?? own);
    }
    this.#others(mac, owners, address);
  }

  #one(claim: Claim, address: string | undefined, refusal: Refusal | undefined): void {
    if (refusal === undefined) this.allocate(claim, address ?? "");
    else this.put(claim, refusal, address);
  }

  #others(mac: number, { primary, refused, releasing }: Owners, address: string | undefined): void {
    for (const claim of refused) this.put(claim, duplicateRefusal(claim, { mac, primary }));
    for (const claim of releasing) {
      const stays = primary === undefined || address === undefined
        ? ""
        : `; ${address} stays with ${nameOf(primary)}`;
      const message = `Released the address of ${formatMac(mac)}${stays}`;
      this.put(claim, { reason: "Released", message });
    }
  }
}

interface Sharing {
  readonly mac: number;
  readonly primary: Claim | undefined;
}

function duplicateRefusal(claim: Claim, { mac, primary }: Sharing): Refusal {
  const older = primary === undefined ? "another VM" : nameOf(primary);
  return {
    reason: "DuplicateMAC",
    message: `MAC address ${formatMac(mac)} of ${
      nameOf(claim)
    } is in use by ${older}, which runs too`,
  };
}

function sharedRefusal(
  claim: Claim,
  { mac, primary, address }: Sharing & { address: string },
): Refusal {
  const other = primary === undefined ? "another VM" : nameOf(primary);
  return {
    reason: "DuplicateMAC",
    message: `Address ${claim.requested} is not given to ${nameOf(claim)}: it shares MAC address ` +
      `${formatMac(mac)}, and so ${address}, with ${other}`,
  };
}
