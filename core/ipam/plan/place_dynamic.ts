import { toTimestamp } from "../../api/timestamp.ts";
import { formatIPv4, formatMac, formatRange, rangeContains, readIPv4 } from "../../net/mod.ts";
import { NONE } from "../../record/entries.ts";
import type { HeldAddress } from "../../record/holds.ts";
import type { PoolNetwork } from "../pool/pool_network.ts";
import { conflictOf, declinesAgain, leaveDeclined } from "./declined.ts";
import { isOwnConflict, restsForAnother, userOf } from "./in_use.ts";
import { homeAddress } from "./home_address.ts";
import { MAX_CONFLICTS_PER_MAC } from "./limits.ts";
import { givingWay, isOutlived } from "./lost.ts";
import { NAMED } from "./notes.ts";
import { claimsToFollow, formerOf, type OpenRequest } from "./open_request.ts";
import type { Refusal } from "./outcomes.ts";
import { keptFrom } from "./place_static.ts";
import { fullRefusal, limitRefusal, type Planning } from "./planning.ts";

/**
 * Gives each client an address of the range: the one that it had before; else the one that it uses already, though nobody gave it;
 * else the one that its MAC address hashes to, or the next free one after it; else, where nothing else is left, the freed one whose hold ends first
 * (of those that a restore lost, what its client had left before), the one that it uses while it rests for another one, or the one that it declined itself. Who declined what it has moves, as long as it may and there is somewhere to go to.
 *
 * Why somebody gets none is said when everybody has got what there is, so that the next plan says the same.
 */
export function placeDynamic(
  planning: Planning,
  requests: readonly OpenRequest[],
  network: PoolNetwork,
): void {
  const used = usedAddresses(planning, network, { resting: false });
  const newcomers = requests.filter((request) =>
    request.given === undefined && !giveFormer(planning, request, network) &&
    !giveUsed(planning, request, used)
  );
  const nextAddress = newAddresses(planning, network);
  const left = newcomers.filter((request) => !giveNew(planning, request, nextAddress));
  const restingToo = left.length === 0 ? used : usedAddresses(planning, network, { resting: true });
  // What somebody has left meanwhile may be another one's former address.
  const without = left.filter((request) =>
    !giveFormer(planning, request, network) &&
    !giveUsed(planning, request, restingToo) && !giveDeclined(planning, request, network)
  );
  refuse(planning, without, network);
  for (const request of requests) request.refusal ??= declinedRefusal(planning, request);
}

/** Gives a client an address that it had, if one that it may have is free; answers whether it was. */
export function giveFormer(
  planning: Planning,
  request: OpenRequest,
  network: PoolNetwork,
  mayHave: (address: number) => boolean = () => true,
): boolean {
  return formerAddresses(planning, request, network).some((address) =>
    mayHave(address) && isFreeFor(planning, request, address) &&
    mayHaveAnother(planning, request) && give(planning, request, address)
  );
}

/** Whether an address is free for a client, which may use it. */
function isFreeFor(planning: Planning, request: OpenRequest, address: number): boolean {
  const { client } = request;
  if (restsForAnother(planning, client, address)) return false;
  if (planning.next.holder(address) === undefined) {
    return (planning.leftTo.get(address) ?? client.mac) === client.mac;
  }
  if (client.entries.length === 0 && isOutlived(planning, client.mac, address)) return true;
  return isOwnConflict(planning, client, address) &&
    keptFrom(planning, request, address) === undefined;
}

/** Gives a client without an address the free one that it is in conflict with, as it uses it itself. */
function giveUsed(
  planning: Planning,
  request: OpenRequest,
  used: ReadonlyMap<number, number>,
): boolean {
  const { client: { mac, macAddress }, primary, kept } = request;
  const address = used.get(mac);
  if (address === undefined || kept !== undefined) return false;
  if (planning.declined.get(mac)?.has(address) === true) return false;
  if (keptFrom(planning, request, address) !== undefined) return false;
  if (!mayHaveAnother(planning, request)) return false;
  planning.quota.take(primary.owner.namespace);
  request.given = planning.next.settle(address, macAddress);
  return true;
}

/** MAC address -> the first address of the range that the machine uses though nobody has it; what rests for anybody else only where that is asked for. */
function usedAddresses(
  planning: Planning,
  { range, reserved, excluded }: PoolNetwork,
  { resting }: { readonly resting: boolean },
): ReadonlyMap<number, number> {
  const { next } = planning;
  const found = new Map<number, number>();
  for (const [address, conflict] of next.conflicts.entries()) {
    const { mac } = conflict;
    const usedBy = userOf(planning, address, conflict);
    const { mac: kept = usedBy } = next.released.get(address) ?? {};
    const isFree = mac === NONE && usedBy !== NONE && (resting || kept === usedBy) &&
      rangeContains(range, address) && !reserved.has(address) && !excluded.has(address);
    if (isFree && address < (found.get(usedBy) ?? Infinity)) found.set(usedBy, address);
  }
  return found;
}

function giveNew(
  planning: Planning,
  request: OpenRequest,
  nextAddress: (mac: number) => number,
): boolean {
  while (mayHaveAnother(planning, request)) {
    const address = nextAddress(request.client.mac);
    if (address === NONE) return false;
    if (give(planning, request, address)) return true;
  }
  return false;
}

/** Gives an address, unless the client has declined it and may look for another one. */
function give(planning: Planning, request: OpenRequest, address: number): boolean {
  const { client: { mac, macAddress }, primary, kept, conflict } = request;
  const isPassedOver = !hasMoved(planning, mac) &&
    declinesAgain(planning, { mac, address }, { isPinned: false });
  if (isPassedOver) return false;
  if (kept === undefined) planning.quota.take(primary.owner.namespace);
  else if (conflict !== undefined) leaveDeclined(planning, kept, conflict);
  request.given = planning.next.settle(address, macAddress);
  return true;
}

/**
 * Where nothing else is left, a client without an address gets the one back that it declined last, rather than none: but for one
 * that rests for somebody else who is still there.
 */
function giveDeclined(planning: Planning, request: OpenRequest, network: PoolNetwork): boolean {
  const { client: { mac, macAddress }, primary, kept } = request;
  if (kept !== undefined || !mayHaveAnother(planning, request)) return false;
  const { next, clients } = planning;
  const isAwaited = (address: number) => {
    const { mac: owner = NONE } = next.released.get(address) ?? {};
    return owner !== mac && clients.wants(owner);
  };
  const [last] = next.conflicts.ofMac(mac)
    .filter(({ address }) =>
      rangeContains(network.range, address) && !network.reserved.has(address) &&
      !network.excluded.has(address) && !isAwaited(address)
    )
    .sort((a, b) => b.until - a.until || a.address - b.address);
  if (last === undefined) return false;
  planning.quota.take(primary.owner.namespace);
  request.given = next.settle(last.address, macAddress);
  return true;
}

/** Whether a client may be given an address, if one is left. */
function mayHaveAnother(planning: Planning, request: OpenRequest): boolean {
  if (request.kept === undefined) return newcomerRefusal(planning, request) === undefined;
  return !hasMoved(planning, request.client.mac) && fullRefusal(planning) === undefined;
}

/** Whether a client has moved as often as it may: then it keeps to what it has, or it would empty the pool. */
function hasMoved({ next }: Planning, mac: number): boolean {
  const { conflicts } = next;
  return conflicts.size >= MAX_CONFLICTS_PER_MAC &&
    conflicts.ofMac(mac).length >= MAX_CONFLICTS_PER_MAC;
}

function newcomerRefusal(planning: Planning, { primary }: OpenRequest): Refusal | undefined {
  return fullRefusal(planning) ?? limitRefusal(planning, primary);
}

function refuse(
  planning: Planning,
  requests: readonly OpenRequest[],
  { range }: PoolNetwork,
): void {
  const without = requests.filter(({ kept }) => kept === undefined);
  if (without.length > 0) planning.recountGuards();
  for (const request of without) request.refusal = newcomerRefusal(planning, request);
  const exhausted = without.filter(({ refusal }) => refusal === undefined);
  if (exhausted.length === 0) return;
  const { notes, poolName } = planning;
  const message = `No address is left in ${formatRange(range)} of IPPool ${poolName}`;
  for (const request of exhausted) request.refusal = { reason: "PoolExhausted", message };
  const macs = exhausted.map(({ client }) => client.mac).sort((a, b) => a - b);
  const more = macs.length > NAMED ? ` and ${macs.length - NAMED} more` : "";
  const named = macs.slice(0, NAMED).map(formatMac).join(", ");
  notes.add("PoolExhausted", `${message} for ${named}${more}`);
}

/** Says of a client that it has an address which it declined, and why it has no other. */
function declinedRefusal(
  planning: Planning,
  { client, given, kept }: OpenRequest,
): Refusal | undefined {
  const text = given ?? kept?.key;
  const { mac, macAddress } = client;
  const conflict = text === undefined || !planning.declined.has(mac)
    ? undefined
    : conflictOf(planning, { mac, address: readIPv4(text) }, { isPinned: false });
  if (conflict === undefined) return undefined;
  planning.wake(conflict.until);
  const why = hasMoved(planning, mac)
    ? movesText(planning.next.conflicts.ofMac(mac))
    : "no other address is left";
  const message = `MAC address ${macAddress} declined ${text} and keeps it: ${why}`;
  return { reason: "AddressConflict", message };
}

function movesText(declined: readonly HeldAddress[]): string {
  const first = toTimestamp(Math.min(...declined.map(({ until }) => until)));
  const addresses = declined.map(({ address }) => address).sort((a, b) => a - b)
    .map(formatIPv4).join(", ");
  return `it declined ${addresses} too, and gets no other address before ${first}`;
}

/**
 * What a client had of the range, the likeliest first: the addresses that its claims last showed, then those that are held for
 * it, then those that its objects note.
 */
function formerAddresses(
  { next }: Planning,
  { client }: OpenRequest,
  { range, reserved, excluded }: PoolNetwork,
): readonly number[] {
  const held = next.released.ofMac(client.mac);
  const { only } = client;
  if (held.length === 0 && only !== undefined && formerOf(only) === undefined) return [];
  const claims = claimsToFollow(client);
  held.sort((a, b) => b.until - a.until || a.address - b.address);
  return [
    ...claims.map(({ previous = "" }) => readIPv4(previous)),
    ...held.map(({ address }) => address),
    ...claims.map(({ noted = "" }) => readIPv4(noted)),
  ].filter((address) =>
    rangeContains(range, address) && !reserved.has(address) && !excluded.has(address)
  );
}

/**
 * Addresses for those who had none, or whose former one is not to be had: for one MAC address after another the next
 * free one, and {@linkcode NONE} when there is no more.
 */
function newAddresses(planning: Planning, { range }: PoolNetwork): (mac: number) => number {
  const { next } = planning;
  let held: number[] | undefined;
  return (mac) => {
    const free = held === undefined ? next.blocked.nextFree(range, homeAddress(mac, range)) : NONE;
    if (free !== NONE) return free;
    held ??= heldInOrder(planning, range).reverse();
    return held.pop() ?? NONE;
  };
}

function heldInOrder(planning: Planning, range: PoolNetwork["range"]): number[] {
  const { next } = planning;
  return [...next.released.entries()]
    .filter(([address]) => rangeContains(range, address) && next.holder(address) === undefined)
    .sort(givingWay(planning))
    .map(([address]) => address);
}
