import {
  formatCidr,
  formatIPv4,
  formatMac,
  isUsable,
  readIPv4,
  readMac,
  reasonNotIPv4,
} from "../../net/mod.ts";
import { namespaceOfNetwork, networkOfPool } from "../../api/network.ts";
import { toTimestamp } from "../../api/timestamp.ts";
import { isOutlived, lostBy, lostUntil } from "./lost.ts";
import { userOf } from "./in_use.ts";
import { formerOf, hadWith, type OpenRequest, orderOf } from "./open_request.ts";
import type { Refusal } from "./outcomes.ts";
import { declinesAgain, leaveDeclined } from "./declined.ts";
import type { Client } from "../claims/clients.ts";
import { isShown, nameOf } from "../claims/owners.ts";
import { fullRefusal, limitRefusal, type Planning } from "./planning.ts";
import type { PoolNetwork } from "../pool/pool_network.ts";
import { NONE } from "../../record/entries.ts";
import type { Claim, ClaimReason } from "../types.ts";
import { FULL_FOR_MOVERS, MAX_LEFT_PER_MAC, RESTORE_MS } from "./limits.ts";

/**
 * Gives each client the very address that it asks for, if that can be. What it has otherwise it keeps.
 *
 * An address that somebody moves away from rests, so it is nobody's in the same plan.
 */
export function placeStatic(
  planning: Planning,
  requests: readonly OpenRequest[],
  network: PoolNetwork,
): void {
  const { next } = planning;
  for (const request of requests) {
    const { client: { mac, macAddress }, primary, kept, conflict } = request;
    const address = readIPv4(primary.requested ?? "");
    if (request.given !== undefined) continue;
    request.refusal = refusalOf(planning, request, network);
    if (request.refusal !== undefined) continue;
    if (declinesAgain(planning, { mac, address }, { isPinned: true })) continue;
    if (kept === undefined) planning.quota.take(primary.owner.namespace);
    else if (conflict !== undefined) leaveDeclined(planning, kept, conflict);
    else next.free(kept, planning.releasedUntil(mac));
    request.given = next.settle(address, macAddress);
  }
}

/** Notes who asks for which address by name, of requests in their order. */
export function noteNamed(planning: Planning, requests: readonly OpenRequest[]): void {
  for (const request of requests) {
    const address = readIPv4(request.primary.requested ?? "");
    if (planning.named.has(address) || isAwaiting(planning, request.primary)) continue;
    planning.named.set(address, request);
  }
}

/** Who asks for an address by name and comes before a request. */
export function namedBefore(
  planning: Planning,
  request: OpenRequest,
  address: number,
): OpenRequest | undefined {
  const other = planning.named.get(address);
  if (other === undefined) return undefined;
  const compare = orderOf(networkOfPool(planning.input.pool));
  return compare(other, request) < 0 ? other : undefined;
}

/**
 * Who would be given the address that a client uses, if it did not: nobody gets by using it what somebody before it asks for by name and
 * may have. What its status shows it gets because it had it.
 */
export function keptFrom(
  planning: Planning,
  request: OpenRequest,
  address: number,
): OpenRequest | undefined {
  const { next, leftTo } = planning;
  const { primary } = request;
  if (isShown(primary) && readIPv4(primary.previous ?? "") === address) return undefined;
  const isFree = next.holder(address) === undefined;
  if (isFree ? !leftTo.has(address) : next.conflicts.get(address) === undefined) return undefined;
  const other = namedBefore(planning, request, address);
  return other !== undefined && roomRefusal(planning, other, address) === undefined
    ? other
    : undefined;
}

/** Says why a client does not get the address it asks for: as it is when everybody has got what there is. */
export function refuseStatic(
  planning: Planning,
  request: OpenRequest,
  network: PoolNetwork,
): void {
  const { given, primary: { requested = "" } } = request;
  if (given !== undefined && readIPv4(given) === readIPv4(requested)) return;
  // What refused it may have given way since, for want of room: the next plan sees that.
  request.refusal = refusalOf(planning, request, network) ?? request.refusal;
  if (request.refusal?.until !== undefined) planning.wake(request.refusal.until);
}

function refusalOf(
  planning: Planning,
  request: OpenRequest,
  network: PoolNetwork,
): Refusal | undefined {
  const { requested = "" } = request.primary;
  const address = readIPv4(requested);
  if (address < 0) {
    const why = `${JSON.stringify(requested)}: ${reasonNotIPv4(requested)}`;
    return refuse("InvalidAddress", why);
  }
  return cannotBe(network, address) ?? inUse(planning, request, address) ??
    roomRefusal(planning, request, address);
}

/** Why a client may not have another address. */
function roomRefusal(
  planning: Planning,
  { client: { mac }, primary, kept, conflict }: OpenRequest,
  address: number,
): Refusal | undefined {
  return awaitedRefusal(planning, primary) ??
    (kept === undefined
      ? fullRefusal(planning) ?? limitRefusal(planning, primary)
      : (conflict === undefined ? leftRefusal(planning, { address, mac }) : undefined) ??
        fullRefusal(planning, FULL_FOR_MOVERS));
}

/** Why a client may not leave one more address, that rests. */
function leftRefusal(
  planning: Planning,
  { address, mac }: { readonly address: number; readonly mac: number },
): Refusal | undefined {
  const left = planning.next.released.ofMac(mac).filter((hold) => hold.address !== address);
  if (left.length < MAX_LEFT_PER_MAC) return undefined;
  const until = Math.min(...left.map((hold) => hold.until));
  const message = `${formatIPv4(address)} is not given to ${formatMac(mac)}: it left ` +
    `${left.length} others, which rest, and gets no other address before ${toTimestamp(until)}`;
  return { ...refuse("MovedTooOften", message), until };
}

/** Whether a restored claim asks for what was another's, who may still be on the way. */
export function isAwaiting({ input }: Planning, { waited, createdAt }: Claim): boolean {
  return waited === true && input.now < createdAt + RESTORE_MS;
}

function awaitedRefusal(planning: Planning, claim: Claim): Refusal | undefined {
  if (!isAwaiting(planning, claim)) return undefined;
  const until = claim.createdAt + RESTORE_MS;
  const message = `${claim.requested} was another's before ${nameOf(claim)} was restored; it is ` +
    `kept for them until ${toTimestamp(until)}`;
  return { ...refuse("AddressTaken", message), until };
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

function inConflict({ next }: Planning, address: number): Refusal {
  const { mac = NONE, usedBy = NONE, until = 0 } = next.conflicts.get(address) ?? {};
  const why = [
    ...(mac === NONE ? [] : [`was declined by ${formatMac(mac)}`]),
    ...(usedBy === NONE ? [] : [`is used by ${formatMac(usedBy)}`]),
  ].join(" and ") || "is in conflict";
  const message = `${formatIPv4(address)} ${why}; it rests until ${toTimestamp(until)}`;
  return refuse("AddressConflict", message);
}

/** An address that a claim asks for by name. */
interface Asked {
  readonly address: number;
  readonly client: Client;
  readonly claim: Claim;
}

/** Whether a client may have an address that is in conflict: as it uses it itself, or declined it for that and it has rested (rule 51). */
function mayEndConflict(planning: Planning, { mac }: Client, address: number): boolean {
  const conflict = planning.next.conflicts.get(address);
  return conflict?.mac === NONE &&
    (userOf(planning, address, conflict) === mac ||
      planning.declined.get(mac)?.has(address) === true);
}

/** Who has the address, or may still use it. */
function inUse(
  planning: Planning,
  request: OpenRequest,
  address: number,
): Refusal | undefined {
  const { client, primary: claim } = request;
  const { next } = planning;
  const text = formatIPv4(address);
  const isBack = isOutlived(planning, client.mac, address);
  const isOwn = isBack || mayEndConflict(planning, client, address);
  if (next.conflicts.get(address) !== undefined && !isOwn) return inConflict(planning, address);
  const user = planning.leftTo.get(address) ?? client.mac;
  if (next.holder(address) === undefined && user !== client.mac) {
    return refuse("AddressConflict", `${text} is used by ${formatMac(user)}`);
  }
  const first = isBack ? undefined : keptFrom(planning, request, address);
  if (first !== undefined) {
    const by = who(planning, first.client.mac, claim);
    return refuse("AddressTaken", `${text} is asked for by ${by} first`);
  }
  const holder = next.holder(address);
  if (holder !== undefined && !isOwn) {
    const by = who(planning, readMac(holder), claim) ?? holder;
    return refuse("AddressTaken", `${text} is taken by ${by}`);
  }
  const lost = lostRefusal(planning, { address, client, claim });
  if (lost !== undefined) return lost;
  const hold = next.released.get(address);
  if (hold === undefined || hold.mac === client.mac || !planning.clients.wants(hold.mac)) {
    return undefined;
  }
  // Its last owner has moved, but runs on and may use it until its lease is over.
  const rest = `it rests until ${toTimestamp(hold.until)}`;
  const left = `${text} was just left by ${who(planning, hold.mac, claim)}; ${rest}`;
  return { ...refuse("AddressTaken", left), until: hold.until };
}

/** Agents know that somebody had the address before the record was put back, who may use it and have no claim yet. */
function lostRefusal(
  planning: Planning,
  { address, client, claim }: Asked,
): Refusal | undefined {
  const { input: { now }, next, clients } = planning;
  const mac = lostBy(planning, address);
  if (mac === NONE || mac === client.mac || next.released.get(address)?.mac === client.mac) {
    return undefined;
  }
  const until = lostUntil(planning, address, mac);
  if (until <= now || !clients.wants(mac) && hadWith(client, address, mac)) return undefined;
  const message = `${formatIPv4(address)} was given, before the record went back to an earlier ` +
    `time, to ${who(planning, mac, claim)}; it rests until ${toTimestamp(until)}`;
  return { ...refuse("AddressTaken", message), until };
}

/** Who has the address that a claim had before, in words; `undefined` where nobody has, or it has what it had or asks for. */
export function whoHasFormer(
  planning: Planning,
  { claim, address }: { readonly claim: Claim; readonly address: string | undefined },
): string | undefined {
  const former = formerOf(claim);
  if (former === undefined || former === address || claim.requested !== undefined) return undefined;
  const mac = readMac(planning.next.holder(readIPv4(former)) ?? "");
  if (mac === NONE) return undefined;
  return `${former}, which it had, is taken by ${who(planning, mac, claim)}`;
}

/**
 * Names the one behind a MAC address, for who asks. Nobody of another namespace is named: what is asked for, or was had before, may
 * be what an owner wrote to find out who has it. The network's own namespace sees it in the record.
 */
function who(planning: Planning, mac: number, asking: Claim): string | undefined {
  if (mac === NONE) return undefined;
  const claim = claimOf(planning, mac);
  const { namespace } = asking.owner;
  const network = networkOfPool(planning.input.pool);
  const isHome = network !== undefined && namespaceOfNetwork(network) === namespace;
  if (!isHome && claim?.owner.namespace !== namespace) return "somebody of another namespace";
  return claim === undefined
    ? `${formatMac(mac)}, which nobody claims`
    : `${nameOf(claim)} (${formatMac(mac)})`;
}

/** The claim that a MAC address is known by. */
function claimOf({ clients }: Planning, mac: number): Claim | undefined {
  const { primary, claims = [] } = clients.find(mac) ?? {};
  return primary ?? [...claims].sort((a, b) => a.id < b.id ? -1 : 1)[0];
}
