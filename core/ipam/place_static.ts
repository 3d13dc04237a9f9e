import {
  formatCidr,
  formatIPv4,
  formatMac,
  isUsable,
  readIPv4,
  reasonNotIPv4,
} from "../net/mod.ts";
import { toTimestamp } from "../api/timestamp.ts";
import type { Refusal } from "./answers.ts";
import { declinesAgain } from "./declined.ts";
import { nameOf, ownersOf } from "./owners.ts";
import { fullRefusal, type Planning } from "./planning.ts";
import type { PoolNetwork } from "./pool_network.ts";
import { NONE } from "./record.ts";
import type { Wish } from "./settle.ts";
import type { ClaimReason } from "./types.ts";

/**
 * Gives each station the very address that it asks for, or says why not; then it keeps what it has.
 *
 * An address that somebody moves away from rests, so it is nobody's in the same plan.
 *
 * @returns Who was refused
 */
export function placeStatic(
  planning: Planning,
  wishes: readonly Wish[],
  network: PoolNetwork,
): readonly Wish[] {
  return wishes.filter((wish) => !placeOne(planning, wish, network));
}

/** Answers again those that were refused, as it is when everybody has got what there is. */
export function answerRefused(
  planning: Planning,
  wishes: readonly Wish[],
  network: PoolNetwork,
): void {
  for (const { primary } of placeStatic(planning, wishes, network)) {
    const hold = planning.draft.released.get(readIPv4(primary.requested ?? ""));
    if (hold !== undefined) planning.wake(hold.until);
  }
}

/** Answers whether the station got its address. */
function placeOne(planning: Planning, wish: Wish, network: PoolNetwork): boolean {
  const { draft, answers } = planning;
  const { station, primary, kept } = wish;
  const requested = primary.requested ?? "";
  const address = readIPv4(requested);
  const refusal = address < 0
    ? refuse("InvalidAddress", `${JSON.stringify(requested)}: ${reasonNotIPv4(requested)}`)
    : cannotBe(network, address) ?? isInUse(planning, { address, mac: station.mac }) ??
      rests(planning, { address, mac: station.mac }) ??
      (kept === undefined ? fullRefusal(planning) : undefined);
  if (refusal !== undefined) {
    answers.station(station, kept === undefined ? { refusal } : { refusal, address: kept });
    return false;
  }
  if (kept !== undefined) draft.free(station.entry, planning.releasedUntil);
  draft.give(address, station.mac);
  answers.station(station, { address: formatIPv4(address) });
  return true;
}

function refuse(reason: ClaimReason, message: string): Refusal {
  return { reason, message: `Address ${message}` };
}

/** Why no VM of the network can have the address. */
function cannotBe(network: PoolNetwork, address: number): Refusal | undefined {
  const { cidr } = network;
  const text = formatIPv4(address);
  if (!isUsable(cidr, address)) {
    const edge = address === cidr.network || address === cidr.broadcast;
    const what = edge ? "an edge of" : "outside";
    return refuse("AddressOutsideNetwork", `${text} is ${what} ${formatCidr(cidr)}`);
  }
  if (network.reserved.has(address)) {
    return refuse("AddressReserved", `${text} is the address of the server or the router`);
  }
  if (network.excluded.has(address)) return refuse("AddressExcluded", `${text} is excluded`);
  return undefined;
}

interface Wanted {
  readonly address: number;
  readonly mac: number;
}

/** Whether the one who asks has declined the very address. */
function rests(planning: Planning, wanted: Wanted): Refusal | undefined {
  return declinesAgain(planning, { ...wanted, isPinned: true })
    ? inConflict(planning, wanted.address)
    : undefined;
}

function inConflict({ draft }: Planning, address: number): Refusal {
  const { mac = NONE, until = 0 } = draft.conflicts.get(address) ?? {};
  const by = mac === NONE ? "is in conflict" : `was declined by ${formatMac(mac)}`;
  const message = `${formatIPv4(address)} ${by}; it rests until ${toTimestamp(until)}`;
  return refuse("AddressConflict", message);
}

/** Who has the address, or may still use it. */
function isInUse(
  planning: Planning,
  { address, mac }: Wanted,
): Refusal | undefined {
  const { draft } = planning;
  const text = formatIPv4(address);
  if (draft.conflicts.get(address) !== undefined) return inConflict(planning, address);
  const holder = draft.holder(address);
  if (holder !== undefined) {
    return refuse(
      "AddressTaken",
      `${text} is taken by ${who(planning, holder.mac) ?? holder.text}`,
    );
  }
  const hold = draft.released.get(address);
  if (hold === undefined || hold.mac === mac || !planning.stations.wants(hold.mac)) {
    return undefined;
  }
  // Its last owner has moved, but runs on and may use it until its lease is over.
  return refuse(
    "AddressTaken",
    `${text} was just left by ${who(planning, hold.mac)}; it rests until ${
      toTimestamp(hold.until)
    }`,
  );
}

/** Names the one behind a MAC address. */
function who({ stations }: Planning, mac: number): string | undefined {
  const station = mac === NONE ? undefined : stations.of(mac);
  if (station === undefined) {
    return mac === NONE ? undefined : `${formatMac(mac)}, which nobody claims`;
  }
  return `${nameOf(ownersOf(station.claims).primary ?? station.first)} (${formatMac(mac)})`;
}
