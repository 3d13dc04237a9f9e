import { namespaceOfNetwork } from "../../api/network.ts";
import { readIPv4, readMac } from "../../net/mod.ts";
import type { RecordEntry } from "../../record/entries.ts";
import type { Client } from "../claims/clients.ts";
import type { Claim } from "../types.ts";
import type { Refusal } from "./outcomes.ts";

/** What an agent found of a decline. */
export interface DeclineReport {
  /** When (ms since the epoch) the address was last declined. */
  readonly at: number;
  /** Who has it instead. */
  readonly usedBy: number;
}

/** What becomes of a declined address: who else has it, and until when (ms since the epoch) it rests. */
export type DeclinedConflict = DeclineReport & { readonly until: number };

/** A client that asks for an address which it does not have, and what it gets. */
export interface OpenRequest {
  /** Who asks. */
  readonly client: Client;
  /** The claim that decides. */
  readonly primary: Claim;
  /** What the client has until it gets another address. */
  readonly kept?: RecordEntry;
  /** Present where the client declined what it has: what becomes of that once it has moved. */
  readonly conflict?: DeclinedConflict;
  /** The address that it is given. */
  given?: string;
  /** Why it is given none. */
  refusal?: Refusal | undefined;
}

/**
 * The requests of the network's own namespace first, then the older ones, whatever order they came in; MAC addresses
 * decide between those of one moment.
 *
 * @param network `namespace/name`
 */
export function inOrder(
  requests: readonly OpenRequest[],
  network: string | undefined,
): readonly OpenRequest[] {
  return [...requests].sort(orderOf(network));
}

/** Compares two requests as {@linkcode inOrder} sorts them. */
export function orderOf(network: string | undefined): (a: OpenRequest, b: OpenRequest) => number {
  const home = network === undefined ? undefined : namespaceOfNetwork(network);
  const isHome = ({ primary }: OpenRequest) => primary.owner.namespace === home;
  return (a, b) =>
    Number(isHome(b)) - Number(isHome(a)) ||
    a.primary.createdAt - b.primary.createdAt || a.client.mac - b.client.mac;
}

/** The address that a claim had before, as its status shows or its object notes it. */
export function formerOf({ previous, noted }: Claim): string | undefined {
  return previous ?? noted;
}

/** The claims of a client whose former addresses count, the likeliest first: those of a mere namesake do not. */
export function claimsToFollow({ owners: { primary, sharing } }: Client): readonly Claim[] {
  return primary === undefined ? sharing : [primary, ...sharing];
}

/** Whether a NIC of a client had an address with another MAC address, as its object notes. */
export function hadWith(client: Client, address: number, mac: number): boolean {
  return claimsToFollow(client).some((claim) =>
    readIPv4(formerOf(claim) ?? "") === address && readMac(claim.notedMac ?? "") === mac
  );
}
