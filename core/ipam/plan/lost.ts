import {
  formatIPv4,
  formatMac,
  isUsable,
  rangeContains,
  readIPv4,
  readMac,
} from "../../net/mod.ts";
import { NONE } from "../../record/entries.ts";
import type { Client } from "../claims/clients.ts";
import type { PoolNetwork } from "../pool/pool_network.ts";
import { fullRefusal, type Planning } from "./planning.ts";

/** An address, and its hold. */
type HeldEntry = readonly [address: number, hold: { readonly until: number }];

const SECOND_MS = 1_000;
/** How keys of sightings begin that are of lost addresses. */
const LOST = "lost";

/**
 * Keeps addresses for who got them before the record was put back to an earlier time: nobody else is given one that a client may
 * still hold, and its client gets it back: of several the first, which agents name before what it had left. What the record gives to
 * somebody else, or keeps for who has left it and is still there, stays so. What it keeps for the same client since an earlier time may end
 * before the lease that it was given since: that is kept for longer.
 */
export function holdLost(planning: Planning, network: PoolNetwork): void {
  const { next, input } = planning;
  const left = countOf([...input.lost ?? []].map(([, mac]) => mac));
  for (const [address, mac] of input.lost ?? []) {
    const behind = (left.get(mac) ?? 1) - 1;
    left.set(mac, behind);
    if (!isOpenTo(planning, network, { address, mac })) continue;
    const hold = next.released.get(address);
    const keptUntil = hold?.mac === mac ? hold.until : input.now;
    const until = lostUntil(planning, address, mac);
    if (until <= keptUntil) continue;
    if (hold?.mac !== mac && fullRefusal(planning) !== undefined) continue;
    next.hold(address, { mac, until: until + behind * SECOND_MS });
  }
}

/**
 * Until when (ms since the epoch) an address is kept for who got it before the record was put back: agents may tell of it for longer.
 */
export function lostUntil(planning: Planning, address: number, mac: number): number {
  return planning.releasedUntil(mac) + heardAt(planning, address, mac) - planning.input.now;
}

/** When it was first heard (ms since the epoch) that an address is lost which nobody was given since. */
function heardAt({ input: { sightings, now } }: Planning, address: number, mac: number): number {
  return Math.min(sightings?.get(keyOf(address, mac)) ?? now, now);
}

/**
 * Which of two addresses that rest gives way first: the one whose hold ends first. Of what is kept from one moment on, what agents name
 * last: its client had left it before, and those of what they name first may use it still.
 */
export function givingWay(
  { input: { lost } }: Planning,
): (one: HeldEntry, other: HeldEntry) => number {
  const names = new Map([...lost?.keys() ?? []].map((address, index) => [address, index]));
  const rank = (address: number) => names.get(address) ?? names.size;
  return ([a, one], [b, other]) => one.until - other.until || rank(b) - rank(a) || a - b;
}

/** Who got an address before the record was put back, as agents tell, or told while it was kept for that one. */
export function lostBy({ input: { lost, sightings }, next }: Planning, address: number): number {
  const kept = next.released.get(address)?.mac ?? NONE;
  const wasTold = kept !== NONE && sightings?.has(keyOf(address, kept)) === true;
  return lost?.get(address) ?? (wasTold ? kept : NONE);
}

/**
 * The address that a client without one gets back, as it was given it last before the record was put back; agents name that before
 * what it had left. {@linkcode NONE} where it gets none back.
 */
export function lostOf(planning: Planning, { mac, primary }: Client): number {
  const { frozen, input: { lost = [], now }, network } = planning;
  if (frozen !== undefined || network === undefined || primary?.requested !== undefined) {
    return NONE;
  }
  for (const [address, of] of lost) {
    if (of !== mac) continue;
    const isFree = planning.next.holder(address) === undefined ||
      isOutlived(planning, mac, address);
    const isBack = isFree && rangeContains(network.range, address) &&
      !network.excluded.has(address) && isOpenTo(planning, network, { address, mac }) &&
      lostUntil(planning, address, mac) > now;
    return isBack ? address : NONE;
  }
  return NONE;
}

/**
 * Whether a client was given a marked address since, as agents tell: the mark was over by then, and a restore brought it back. Not where
 * they hear another machine use the address now, or the client declined it; nor where another VM is marked to use it that wants an address, or
 * nobody is: an administrator may have marked it.
 */
export function isOutlived(
  { input, next, clients, declined }: Planning,
  given: number,
  address: number,
): boolean {
  const { mac, usedBy = NONE } = next.conflicts.get(address) ?? {};
  if (mac !== NONE || usedBy === NONE || clients.wants(usedBy)) return false;
  return input.lost?.get(address) === given &&
    (input.inUse?.get(address) ?? given) === given &&
    declined.get(given)?.has(address) !== true;
}

/** Whether an address that was lost is nobody's by the record, and rests for nobody else who is still there. */
function isOpenTo(
  planning: Planning,
  { cidr, reserved }: PoolNetwork,
  { address, mac }: { readonly address: number; readonly mac: number },
): boolean {
  const { next, clients } = planning;
  if (!isUsable(cidr, address) || reserved.has(address)) return false;
  const { mac: kept = NONE } = next.released.get(address) ?? {};
  return isUnowned(planning, address) && (kept === mac || clients.find(kept) === undefined);
}

/** Whether an address is free, but perhaps for a machine that uses it and was not given it. */
function isUnowned({ next }: Planning, address: number): boolean {
  return next.holder(address) === undefined || next.conflicts.get(address)?.mac === NONE;
}

function keyOf(address: number, mac: number): string {
  return `${LOST} ${formatIPv4(address)} ${formatMac(mac)}`;
}

function countOf(macs: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const mac of macs) counts.set(mac, (counts.get(mac) ?? 0) + 1);
  return counts;
}

/** Tells what is kept for whom, and what is somebody else's by the record. */
export function noteLost(planning: Planning): void {
  const { next, input, notes, sightings } = planning;
  for (const [address, mac] of input.lost ?? []) {
    if (isUnowned(planning, address)) {
      sightings.set(keyOf(address, mac), heardAt(planning, address, mac));
    }
    const what = `Address ${formatIPv4(address)} of ${formatMac(mac)}`;
    const other = readMac(next.holder(address) ?? "");
    if (other >= 0 && other !== mac) notes.add("AddressesLost", `${what} is ${formatMac(other)}'s`);
    else if (next.released.get(address)?.mac === mac) notes.add("AddressesLost", `${what} is kept`);
  }
  // An agent that was ended tells no more, and agents tell of so many at most.
  for (const [key, at] of input.sightings ?? []) if (isKept(planning, key)) sightings.set(key, at);
}

function isKept({ next }: Planning, key: string): boolean {
  const [what, address = "", mac = ""] = key.split(" ");
  if (what !== LOST) return false;
  return next.released.get(readIPv4(address))?.mac === readMac(mac);
}
