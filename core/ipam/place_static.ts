import {
  formatCidr,
  formatIPv4,
  formatMac,
  isUsable,
  readIPv4,
  readMac,
  reasonNotIPv4,
} from "../net/mod.ts";
import { toTimestamp } from "../api/timestamp.ts";
import type { Refusal } from "./answers.ts";
import { declinesAgain } from "./declined.ts";
import { nameOf } from "./owners.ts";
import { fullRefusal, type Planning } from "./planning.ts";
import type { PoolNetwork } from "./pool_network.ts";
import { NONE } from "./record.ts";
import type { ClaimReason } from "./types.ts";
import type { Wish } from "./wish.ts";

/**
 * Gives each station the very address that it asks for, if that can be. What it has otherwise it keeps.
 *
 * An address that somebody moves away from rests, so it is nobody's in the same plan.
 */
export function placeStatic(
  planning: Planning,
  wishes: readonly Wish[],
  network: PoolNetwork,
): void {
  const { draft } = planning;
  for (const wish of wishes) {
    const address = readIPv4(wish.requested ?? "");
    const seat = { mac: wish.mac, address, isPinned: true };
    const isRefused = staticRefusal(planning, wish, network) !== undefined ||
      declinesAgain(planning, seat);
    if (isRefused) continue;
    if (wish.kept !== undefined) draft.free(wish.station.entry, planning.releasedUntil);
    wish.given = draft.give(address, wish.macText);
  }
}

/** Says why a station does not get the address it asks for: as it is when everybody has got what there is. */
export function refuseStatic(planning: Planning, wish: Wish, network: PoolNetwork): void {
  const refusal = staticRefusal(planning, wish, network);
  if (wish.given !== undefined || refusal === undefined) return;
  wish.refusal = refusal;
  const hold = planning.draft.released.get(readIPv4(wish.requested ?? ""));
  if (hold !== undefined) planning.wake(hold.until);
}

function staticRefusal(
  planning: Planning,
  { requested = "", kept, mac }: Wish,
  network: PoolNetwork,
): Refusal | undefined {
  const address = readIPv4(requested);
  if (address < 0) {
    const why = `${JSON.stringify(requested)}: ${reasonNotIPv4(requested)}`;
    return refuse("InvalidAddress", why);
  }
  return cannotBe(network, address) ?? inUse(planning, { address, mac }) ??
    (kept === undefined ? fullRefusal(planning) : undefined);
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

function inConflict({ draft }: Planning, address: number): Refusal {
  const { mac = NONE, until = 0 } = draft.conflicts.get(address) ?? {};
  const by = mac === NONE ? "is in conflict" : `was declined by ${formatMac(mac)}`;
  const message = `${formatIPv4(address)} ${by}; it rests until ${toTimestamp(until)}`;
  return refuse("AddressConflict", message);
}

/** Who has the address, or may still use it. */
function inUse(
  planning: Planning,
  { address, mac }: { readonly address: number; readonly mac: number },
): Refusal | undefined {
  const { draft } = planning;
  const text = formatIPv4(address);
  if (draft.conflicts.get(address) !== undefined) return inConflict(planning, address);
  const holder = draft.holder(address);
  if (holder !== undefined) {
    return refuse(
      "AddressTaken",
      `${text} is taken by ${who(planning, readMac(holder)) ?? holder}`,
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
  const station = mac === NONE ? undefined : stations.find(mac);
  if (station === undefined) {
    return mac === NONE ? undefined : `${formatMac(mac)}, which nobody claims`;
  }
  return `${nameOf(station.primary ?? station.first)} (${formatMac(mac)})`;
}
