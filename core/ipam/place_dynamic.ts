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
import type { Wish } from "./settle.ts";
import type { Station } from "./stations.ts";

/**
 * Gives each station an address of the range: the one that it had before; else the one that its MAC address hashes to,
 * or the next free one after it; else, where nothing else is left, the freed one whose hold ends first.
 */
export function placeDynamic(
  planning: Planning,
  wishes: readonly Wish[],
  network: PoolNetwork,
): void {
  if (wishes.length === 0) return;
  const { answers, draft } = planning;
  const declined = byMac(draft.conflicts);
  const left = byMac(draft.released);
  const others: Wish[] = [];
  for (const wish of wishes) {
    const { mac } = wish.station;
    const refusal = declinedTooMuch(mac, declined.get(mac) ?? []) ?? fullRefusal(planning);
    const held = (left.get(mac) ?? []).toSorted((a, b) => b.until - a.until);
    const candidates = [...previousOf(wish), ...held.map(({ address }) => address)];
    const address = candidates.find((address) =>
      rangeContains(network.range, address) && draft.isFreeFor(mac, address) &&
      !declinesAgain(planning, { mac, address, isPinned: false })
    );
    if (refusal !== undefined) answers.station(wish.station, { refusal });
    else if (address !== undefined) place(planning, wish, address);
    else others.push(wish);
  }
  placeNew(planning, others, network);
}

/** Addresses for those who had none, or whose former one is not to be had. */
function placeNew(planning: Planning, wishes: readonly Wish[], { range }: PoolNetwork): void {
  const { answers, draft } = planning;
  let held: HeldAddress[] | undefined;
  const without: Station[] = [];
  for (const wish of wishes) {
    const { mac } = wish.station;
    const full = fullRefusal(planning);
    if (full !== undefined) {
      answers.station(wish.station, { refusal: full });
      continue;
    }
    let address: number;
    do {
      address = held === undefined ? draft.blocked.nextFree(range, homeAddress(mac, range)) : NONE;
      if (address === NONE) {
        held ??= heldInOrder(draft.released, range).reverse();
        address = held.pop()?.address ?? NONE;
      }
    } while (declinesAgain(planning, { mac, address, isPinned: false }));
    if (address !== NONE) place(planning, wish, address);
    else without.push(wish.station);
  }
  if (without.length > 0) refuseExhausted(planning, without, formatRange(range));
}

function place({ answers, draft }: Planning, { station }: Wish, address: number): void {
  draft.give(address, station.mac);
  answers.station(station, { address: formatIPv4(address) });
}

function refuseExhausted(
  { answers, notes, poolName }: Planning,
  stations: readonly Station[],
  range: string,
): void {
  const message = `No address is left in ${range} of IPPool ${poolName}`;
  const refusal = { reason: "PoolExhausted", message } as const;
  for (const station of stations) answers.station(station, { refusal });
  const macs = stations.map(({ mac }) => mac).sort((a, b) => a - b);
  const more = macs.length > NAMED ? ` and ${macs.length - NAMED} more` : "";
  const named = macs.slice(0, NAMED).map(formatMac).join(", ");
  notes.add("PoolExhausted", `${message} for ${named}${more}`);
}

/** Guards the pool from a guest that declines whatever it is offered. */
function declinedTooMuch(mac: number, declined: readonly HeldAddress[]): Refusal | undefined {
  if (declined.length < MAX_CONFLICTS_PER_MAC) return undefined;
  const until = toTimestamp(Math.min(...declined.map((hold) => hold.until)));
  const addresses = declined.map(({ address }) => address).sort((a, b) => a - b)
    .map(formatIPv4).join(", ");
  const message = `MAC address ${formatMac(mac)} declined ${addresses}; ` +
    `it gets no other address before ${until}`;
  return { reason: "AddressConflict", message };
}

/** The addresses that the claims of a station last showed. */
function previousOf({ primary, sharing }: Wish): readonly number[] {
  return [primary, ...sharing].map(({ previous }) => readIPv4(previous ?? ""));
}

interface HeldAddress {
  readonly address: number;
  readonly until: number;
}

function byMac(holds: Holds): ReadonlyMap<number, readonly HeldAddress[]> {
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
