import { formatIPv4, formatMac, rangeContains, readIPv4 } from "../../net/mod.ts";
import { NONE } from "../../record/entries.ts";
import type { Hold } from "../../record/holds.ts";
import type { Client } from "../claims/clients.ts";
import type { PoolNetwork } from "../pool/pool_network.ts";
import { CONFLICT_HOLD_MS } from "./limits.ts";
import { claimsToFollow, formerOf, hadWith } from "./open_request.ts";
import { fullRefusal, type Planning } from "./planning.ts";

/**
 * Marks free addresses as in conflict that machines have to which the pool did not give them, before anybody is given one. The
 * mark of one that is still in use when it ends comes again in the same plan.
 *
 * A mark never takes the place of a MAC address, nor does it end a rest: what rests for somebody else nobody gets by using it. A
 * client that wants the address which it uses itself is no stranger to it until it is settled that it does not get it, nor is who declined
 * what it asks for by name, when that has rested (rule 51): it is left to them. In a frozen pool that is never settled.
 *
 * @returns Whether there is a new mark
 */
export function markInUse(
  planning: Planning,
  network: PoolNetwork,
  { isSettled }: { readonly isSettled: boolean },
): boolean {
  const { next, input, frozen } = planning;
  const before = next.size;
  const awaited = isSettled ? new Map<number, number>() : pinnedAndDeclined(planning);
  if (isSettled) markAgain(planning);
  for (const [address, mac] of input.inUse ?? []) {
    const isFree = rangeContains(network.range, address) && !network.reserved.has(address) &&
      !network.excluded.has(address) && next.holder(address) === undefined;
    if (!isFree || next.released.get(address)?.mac === mac) continue;
    if (!isSettled || frozen !== undefined) {
      const owner = awaited.get(address) ?? (wants(planning, mac, address) ? mac : undefined);
      if (owner !== undefined) planning.leftTo.set(address, owner);
      if (owner !== undefined) continue;
    }
    if (fullRefusal(planning) !== undefined) break;
    // What was marked so before this plan stays as it was, or each plan would write anew what it cannot change.
    const recorded = next.conflicts.recorded(address);
    const isBack = recorded?.mac === NONE && recorded.usedBy === mac;
    const until = isBack ? recorded.until : input.now + CONFLICT_HOLD_MS;
    next.conflict(address, { mac: NONE, usedBy: mac, until });
  }
  return next.size > before;
}

/**
 * Lifts the marks of what clients use that want just that, so that they may be given it. What they are not given is marked again, as it
 * was. In a frozen pool nobody is given anything.
 */
export function liftOwnMarks(planning: Planning): void {
  const { next: { conflicts }, frozen } = planning;
  if (frozen !== undefined) return;
  const awaited = pinnedAndDeclined(planning);
  for (const [address, conflict] of conflicts.entries()) {
    const user = userOf(planning, address, conflict);
    if (conflict.mac !== NONE || user === NONE || !wants(planning, user, address)) continue;
    conflicts.delete(address);
    planning.marksLifted.add(address);
    planning.leftTo.set(address, awaited.get(address) ?? user);
  }
}

/** Marks again what was lifted in vain. */
function markAgain(planning: Planning): void {
  const { next, marksLifted } = planning;
  for (const address of marksLifted) {
    const recorded = next.conflicts.recorded(address);
    if (recorded === undefined || next.holder(address) !== undefined) continue;
    if (fullRefusal(planning) !== undefined) return;
    next.conflict(address, recorded);
  }
}

/** Who uses an address that is in conflict, by the mark and by what is told now; {@linkcode NONE} where these differ, or nobody is known to. */
export function userOf({ input }: Planning, address: number, conflict: Hold | undefined): number {
  const { usedBy = NONE } = conflict ?? {};
  return (input.inUse?.get(address) ?? usedBy) === usedBy ? usedBy : NONE;
}

/**
 * Whether an address is in conflict only because a client without one uses it: also where another client of its namespace declined it
 * for that, but for one that asks for it by name. Those of other namespaces it takes nothing from: it may have noted anything.
 */
export function isOwnConflict(
  planning: Planning,
  { mac, entries, primary }: Client,
  address: number,
): boolean {
  const { clients, next } = planning;
  const conflict = next.conflicts.get(address);
  if (userOf(planning, address, conflict) !== mac || entries.length > 0) return false;
  const { mac: decliner = NONE } = conflict ?? {};
  const claims = clients.find(decliner)?.claims ?? [];
  return claims.every(({ owner, requested = "" }) =>
    owner.namespace === primary?.owner.namespace && readIPv4(requested) !== address
  );
}

/** Whether an address rests for another client, and not for a MAC address that the NIC had it with and that nobody has any more. */
export function restsForAnother(
  { next, clients }: Planning,
  client: Client,
  address: number,
): boolean {
  const hold = next.released.get(address);
  if (hold === undefined || hold.mac === client.mac) return false;
  return hold.mac === NONE || clients.wants(hold.mac) || !hadWith(client, address, hold.mac);
}

/** Tells of what is in use as long as it is. */
export function noteInUse({ next, notes }: Planning): void {
  for (const [address, { usedBy = NONE }] of next.conflicts.entries()) {
    if (usedBy === NONE) continue;
    notes.add("AddressesInUse", `Address ${formatIPv4(address)} is used by ${formatMac(usedBy)}`);
  }
}

/** Addresses that were pinned and declined: they are their owners' again when they have rested (rule 51). */
function pinnedAndDeclined({ declined, clients }: Planning): ReadonlyMap<number, number> {
  const owners = new Map<number, number>();
  for (const [mac, addresses] of declined) {
    const pinned = readIPv4(clients.find(mac)?.primary?.requested ?? "");
    if (addresses.has(pinned)) owners.set(pinned, mac);
  }
  return owners;
}

/** Whether a client asks for the address, or had it last, may have it again and did not decline it. */
function wants(planning: Planning, mac: number, address: number): boolean {
  const { clients, declined } = planning;
  const client = clients.find(mac);
  if (client?.primary === undefined) return false;
  const { requested } = client.primary;
  if (requested !== undefined) return readIPv4(requested) === address;
  return client.entries.length === 0 && declined.get(mac)?.has(address) !== true &&
    !restsForAnother(planning, client, address) &&
    claimsToFollow(client).some((claim) => readIPv4(formerOf(claim) ?? "") === address);
}
