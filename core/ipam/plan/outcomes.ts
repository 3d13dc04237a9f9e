import type { Client } from "../claims/clients.ts";
import { nameOf } from "../claims/owners.ts";
import type { Claim, ClaimReason, Outcome } from "../types.ts";

/** Why a client does not get what it asks for. */
export interface Refusal {
  readonly reason: ClaimReason;
  readonly message: string;
  /** When (ms since the epoch) it ends by itself, where that is known. */
  readonly until?: number;
}

/** What a client has come to: an address or none, and perhaps not the one that it asks for. */
interface Result {
  /** Absent where it has none. */
  readonly address?: string | undefined;
  /** Absent where it has what it asks for. */
  readonly refusal?: Refusal | undefined;
  /** Who has what it had before; absent where nobody has. */
  readonly instead?: string | undefined;
}

/** Gathers the outcome of every claim. */
export class Outcomes {
  /** By claim id. */
  readonly byClaim: Map<string, Outcome> = new Map();
  /** Recorded address -> the claim that decides on it: the next plan's incumbents. */
  readonly holders: Map<string, Claim> = new Map();

  /** What became of one claim. */
  put(claim: Claim, { reason, message }: Refusal, address?: string): void {
    const outcome = address === undefined
      ? { claim, reason, message }
      : { claim, reason, message, address };
    this.byClaim.set(claim.id, outcome);
  }

  /** Adds what a claim that has its outcome is told beside its address. */
  tell(claim: Claim, told: Pick<Outcome, "options" | "optionsProblem">): void {
    const outcome = this.byClaim.get(claim.id);
    if (outcome !== undefined) Object.assign(outcome, told); // It is this plan's own.
  }

  /** What became of all claims of a client. */
  putAll(client: Client, result: Result): void {
    const { only, primary } = client;
    if (primary !== undefined && result.address !== undefined) {
      this.holders.set(result.address, primary);
    }
    if (only !== undefined) return this.#putWanted(only, result);
    const { address, refusal } = result;
    const { sharing, refused, releasing } = client.owners;
    if (primary !== undefined) this.#putWanted(primary, result);
    for (const claim of sharing) {
      const own = address === undefined ? undefined : sharedRefusal(client, claim, address);
      this.#putWanted(claim, { address, refusal: refusal ?? own });
    }
    for (const claim of refused) this.put(claim, duplicateRefusal(client, claim));
    for (const claim of releasing) {
      const stays = primary === undefined || address === undefined
        ? ""
        : `; ${address} stays with ${nameOf(primary)}`;
      const message = `Released the address of ${client.macAddress}${stays}`;
      this.put(claim, { reason: "Released", message });
    }
  }

  #putWanted(claim: Claim, { address = "", refusal, instead }: Result): void {
    if (refusal !== undefined) {
      return this.put(claim, refusal, address === "" ? undefined : address);
    }
    const message = `Allocated ${address}`;
    if (instead === undefined) return this.put(claim, { reason: "Allocated", message }, address);
    const told = `${message}; ${instead}`;
    this.byClaim.set(claim.id, { claim, reason: "Allocated", message: told, address, instead });
  }
}

function duplicateRefusal({ macAddress, primary }: Client, claim: Claim): Refusal {
  const other = primary === undefined ? "another VM" : nameOf(primary);
  const isForeign = primary?.owner.namespace !== claim.owner.namespace;
  const message = `MAC address ${macAddress} of ${nameOf(claim)} is in use by ${other}, which ${
    isForeign ? "had it before in another namespace" : "runs too"
  }`;
  return { reason: "DuplicateMAC", message };
}

/** A claim that shares a MAC address, but asks for another address than the one that the MAC address has. */
function sharedRefusal(
  { macAddress, primary }: Client,
  claim: Claim,
  address: string,
): Refusal | undefined {
  if (claim.requested === undefined || claim.requested === address) return undefined;
  const other = primary === undefined ? "another VM" : nameOf(primary);
  const message = `Address ${claim.requested} is not given to ${nameOf(claim)}: it shares MAC ` +
    `address ${macAddress}, and so ${address}, with ${other}`;
  return { reason: "DuplicateMAC", message };
}
