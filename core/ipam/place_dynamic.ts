import { formatIPv4, formatMac, formatRange, rangeContains, readIPv4 } from "../net/mod.ts";
import { toTimestamp } from "../api/timestamp.ts";
import type { Refusal } from "./answers.ts";
import { declinesAgain } from "./declined.ts";
import type { Holds } from "./holds.ts";
import { MAX_CONFLICTS_PER_MAC } from "./limits.ts";
import { homeAddress } from "./mac_hash.ts";
import { NAMED } from "./notes.ts";
import { fullRefusal, type Planning } from "./planning.ts";
import type { PoolNetwork } from "./pool_network.ts";
import { NONE } from "./record.ts";
import type { Wish } from "./wish.ts";

/**
 * Gives each station an address of the range: the one that it had before; else the one that its MAC address hashes to,
 * or the next free one after it; else, where nothing else is left, the freed one whose hold ends first.
 */
export function placeDynamic(
  planning: Planning,
  wishes: readonly Wish[],
  network: PoolNetwork,
): void {
  const { draft } = planning;
  const declined = byMac(draft.conflicts);
  const left = byMac(draft.released);
  const others = wishes.filter((wish) => {
    wish.refusal = declinedTooMuch(wish.mac, declined) ?? fullRefusal(planning);
    if (wish.refusal !== undefined) return false;
    const address = firstFree(planning, wish, formerAddresses(wish, left));
    if (address !== undefined) wish.given = draft.give(address, wish.macText);
    return address === undefined;
  });
  if (others.length > 0) placeNew(planning, others, network);
}

function firstFree(
  planning: Planning,
  { mac }: Wish,
  addresses: readonly number[],
): number | undefined {
  if (addresses.length === 0) return undefined;
  const { draft, network } = planning;
  return addresses.find((address) =>
    network !== undefined && rangeContains(network.range, address) &&
    draft.isFreeFor(mac, address) && !declinesAgain(planning, { mac, address, isPinned: false })
  );
}

/** Addresses for those who had none, or whose former one is not to be had. */
function placeNew(planning: Planning, wishes: readonly Wish[], { range }: PoolNetwork): void {
  const { draft } = planning;
  let held: HeldAddress[] | undefined;
  const next = (mac: number) => {
    const free = held === undefined ? draft.blocked.nextFree(range, homeAddress(mac, range)) : NONE;
    if (free !== NONE) return free;
    held ??= heldInOrder(draft.released, range).reverse();
    return held.pop()?.address ?? NONE;
  };
  const without = wishes.filter((wish) => {
    const { mac } = wish;
    wish.refusal = fullRefusal(planning);
    if (wish.refusal !== undefined) return false;
    let address = next(mac);
    while (declinesAgain(planning, { mac, address, isPinned: false })) address = next(mac);
    if (address !== NONE) wish.given = draft.give(address, wish.macText);
    return address === NONE;
  });
  if (without.length > 0) refuseExhausted(planning, without, formatRange(range));
}

function refuseExhausted(
  { notes, poolName }: Planning,
  wishes: readonly Wish[],
  range: string,
): void {
  const message = `No address is left in ${range} of IPPool ${poolName}`;
  const refusal = { reason: "PoolExhausted", message } as const;
  for (const wish of wishes) wish.refusal = refusal;
  const macs = wishes.map(({ mac }) => mac).sort((a, b) => a - b);
  const more = macs.length > NAMED ? ` and ${macs.length - NAMED} more` : "";
  const named = macs.slice(0, NAMED).map(formatMac).join(", ");
  notes.add("PoolExhausted", `${message} for ${named}${more}`);
}

/** Guards the pool from a guest that declines whatever it is offered. */
function declinedTooMuch(mac: number, conflicts: HeldAddresses): Refusal | undefined {
  const declined = conflicts.size === 0 ? [] : conflicts.get(mac) ?? [];
  if (declined.length < MAX_CONFLICTS_PER_MAC) return undefined;
  const until = toTimestamp(Math.min(...declined.map((hold) => hold.until)));
  const addresses = declined.map(({ address }) => address).sort((a, b) => a - b)
    .map(formatIPv4).join(", ");
  const message = `MAC address ${formatMac(mac)} declined ${addresses}; ` +
    `it gets no other address before ${until}`;
  return { reason: "AddressConflict", message };
}

const NEVER: readonly number[] = [];

/** The addresses that a station had, the likeliest first: those its claims last showed, then those held for it. */
function formerAddresses(wish: Wish, left: HeldAddresses): readonly number[] {
  const { station, mac, isFormer } = wish;
  const held = left.size === 0 ? undefined : left.get(mac);
  if (held === undefined && !isFormer) return NEVER;
  const { primary, sharing } = station.owners;
  const shown = [primary, ...sharing].map((claim) => readIPv4(claim?.previous ?? ""));
  const latest = [...held ?? []].sort((a, b) => b.until - a.until || a.address - b.address);
  return [...shown, ...latest.map(({ address }) => address)];
}

interface HeldAddress {
  readonly address: number;
  readonly until: number;
}

type HeldAddresses = ReadonlyMap<number, readonly HeldAddress[]>;

function byMac(holds: Holds): HeldAddresses {
  const found = new Map<number, HeldAddress[]>();
  for (const [address, { mac, until }] of holds.entries()) {
    const known = found.get(mac);
    if (known === undefined) found.set(mac, [{ address, until }]);
    else known.push({ address, until });
  }
  return found;
}

function heldInOrder(holds: Holds, range: PoolNetwork["range"]): HeldAddress[] {
  return [...holds.entries()]
    .filter(([address]) => rangeContains(range, address))
    .map(([address, { until }]) => ({ address, until }))
    .sort((a, b) => a.until - b.until || a.address - b.address);
}
