import { NONE, type RecordEntry } from "../../record/entries.ts";
import type { Client } from "../claims/clients.ts";
import { isIncumbent } from "../claims/owners.ts";
import { lostOf } from "./lost.ts";
import type { Planning } from "./planning.ts";

/** A client that gives back what it has, and the one that goes on with it. */
interface Succession {
  readonly former: Client;
  readonly entry: RecordEntry;
  heir?: Client;
}

/**
 * A NIC whose MAC address changes takes its address along, in the same write: the entry of the MAC address that an object gives
 * back is handed on to the one of the same object which notes this address as its own.
 *
 * Only who has the entry hands it on, and only where nobody else has it too and the old MAC address goes to nobody of its own
 * namespace: who waits for it in another namespace inherits nothing. Who was given another address before the record was put back
 * to an earlier time gets that one in its place, as its machine uses it: also where a newcomer would get none.
 */
export function handOn(planning: Planning): void {
  const { clients, input, next } = planning;
  const successions = new Map<string, Succession>();
  for (const client of clients.all) {
    if (client.entries.length === 0 || client.only !== undefined) continue;
    const { primary } = client;
    for (const entry of client.entries) {
      const standing = { entries: [entry], holders: input.holders };
      const incumbents = client.claims.filter((claim) => isIncumbent(claim, standing));
      if (incumbents.some(({ state }) => state === "wanted")) continue;
      for (const claim of incumbents) {
        if (primary?.owner.namespace === claim.owner.namespace) continue;
        successions.set(`${claim.owner.uid} ${entry.key}`, { former: client, entry });
      }
    }
  }
  if (successions.size === 0) return;
  for (const client of clients.all) {
    if (client.entries.length > 0) continue;
    const { owner, noted } = client.primary ?? {};
    if (owner === undefined || noted === undefined) continue;
    const succession = successions.get(`${owner.uid} ${noted}`);
    if (succession === undefined) continue;
    const { heir } = succession;
    if (heir === undefined || client.mac < heir.mac) succession.heir = client;
  }
  for (const { former, entry, heir } of successions.values()) {
    if (heir === undefined || !former.entries.includes(entry)) continue;
    former.drop(entry);
    const address = lostOf(planning, heir);
    if (address === NONE) {
      heir.take(next.handOn(entry, heir.macAddress));
      continue;
    }
    const { mac, macAddress } = heir;
    next.free(entry, planning.releasedUntil(entry.mac));
    heir.take({ ...entry, key: next.settle(address, macAddress), value: macAddress, address, mac });
  }
}
