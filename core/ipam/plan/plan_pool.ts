import { networkOfPool } from "../../api/network.ts";
import type { IPv4Status } from "../../api/types.ts";
import { formatIPv4, readMac } from "../../net/mod.ts";
import { reasonUnfit } from "../claims/clients.ts";
import type { PoolNetwork } from "../pool/pool_network.ts";
import type { Plan, PlanInput } from "../types.ts";
import { HOLD_ENTRIES, RELEASED_SWEEP_MS } from "./limits.ts";
import { markInUse, noteInUse } from "./in_use.ts";
import { givingWay, holdLost, noteLost } from "./lost.ts";
import { addMarks, dropMarks, noteMarks } from "./marks.ts";
import { inOrder, type OpenRequest } from "./open_request.ts";
import { placeDynamic } from "./place_dynamic.ts";
import { hadAddress, placeFormer } from "./place_former.ts";
import { noteNamed, placeStatic, refuseStatic, whoHasFormer } from "./place_static.ts";
import { Planning } from "./planning.ts";
import { noteOutOfRange, reviewRecord } from "./review_record.ts";
import { toldClients } from "./told_clients.ts";

/**
 * Plans the whole next state of one pool: who has which address, and why somebody has none.
 *
 * Pure: the same input gives the same plan, whatever the order of the claims, and planning again what was planned
 * changes nothing. The rules, in the order in which they are applied:
 *
 * 1. What is recorded for a MAC address stays as long as a claim wants it, also outside the range, under an exclude and
 *    while the pool is paused. It goes when its last claim is `releasing`, when a guest declined it because another machine
 *    has it and it gets another one,
 *    when another address is asked for and can be had, or when nobody claims it for {@linkcode ORPHAN_AGE_MS}. Of several
 *    claims with one MAC address the one that has the address decides, and no claim of another namespace moves it.
 * 2. Marks follow the spec (`EXCLUDED`, `RESERVED`) and what machines use that were not given it (`CONFLICT`), but never replace a MAC
 *    address. What is in use is given to nobody but its user, and to that one only if nobody before it asks for it by name.
 *    A mark that a restore brought back gives way to who was given the address since, as agents tell who hear nobody else use it.
 * 3. Who is known to have had an address that is free gets it back before others, and waits for what was another's: as after
 *    a restore. Who shows it, or did until its pool went, comes first, and who only notes it after those before it who ask for it by name. A NIC whose MAC address changes hands its address on to itself.
 * 4. A claim that names an address gets exactly that or a reason; the network's own namespace first, then older claims.
 *    A namespace that may not use the network, or has all that it may have of it, gets a reason.
 * 5. Every other claim gets an address of the range: its former one, else one that follows from its MAC address. A freed
 *    address goes to another MAC address only when its hold is over or nothing else is left, or when its former owner is
 *    gone and it is asked for by name, or is the former one of a NIC that had it with that one's MAC address. Who had a lost
 *    one counts as there until it was kept for its time.
 *
 * Time and memory grow with the record and the claims, not with the range.
 *
 * @example
 * ```ts
 * import { planPool } from "@vm-dhcp/vm-dhcp/ipam";
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 *
 * const plan = planPool({
 *   pool: {
 *     apiVersion: "network.harvesterhci.io/v1alpha1",
 *     kind: "IPPool",
 *     metadata: { name: "net-48", namespace: "default" },
 *     spec: {
 *       networkName: "default/net-48",
 *       ipv4Config: {
 *         cidr: "192.168.48.0/24",
 *         serverIP: "192.168.48.77",
 *         pool: { start: "192.168.48.81", end: "192.168.48.90", exclude: ["192.168.48.81", "192.168.48.90"] },
 *       },
 *     },
 *   },
 *   claims: [{
 *     id: "556440c7/ca:70:82:e6:84:6e",
 *     owner: { namespace: "default", name: "test-vm", uid: "556440c7" },
 *     macAddress: "CA-70-82-E6-84-6E",
 *     requested: "192.168.48.84",
 *     createdAt: Date.parse("2024-02-15T13:48:02Z"),
 *     state: "wanted",
 *   }],
 *   now: Date.parse("2024-02-15T13:48:20Z"),
 * });
 * deepStrictEqual(plan.ipv4, {
 *   allocated: {
 *     "192.168.48.81": "EXCLUDED",
 *     "192.168.48.90": "EXCLUDED",
 *     "192.168.48.84": "ca:70:82:e6:84:6e",
 *   },
 *   used: 1,
 *   available: 7,
 * });
 * strictEqual(plan.outcomes.get("556440c7/ca:70:82:e6:84:6e")?.address, "192.168.48.84");
 * ```
 *
 * @param input Everything the planner looks at; it is not changed
 * @returns The next `status.ipv4`, an outcome for every claim, and what the next plan needs
 */
export function planPool(input: PlanInput): Plan {
  const planning = new Planning(input);
  const { network, clients, outcomes } = planning;
  for (const claim of clients.unfit) {
    const why = reasonUnfit(readMac(claim.macAddress));
    const message = `MAC address ${JSON.stringify(claim.macAddress)} cannot be used: ${why}`;
    const isReleasing = claim.state === "releasing";
    outcomes.put(claim, { reason: isReleasing ? "Released" : "InvalidMacAddress", message });
  }
  for (const claim of planning.strangers) {
    const refusal = planning.frozenFor(claim);
    if (refusal !== undefined) outcomes.put(claim, refusal);
  }
  const requests = reviewRecord(planning);
  if (network !== undefined) fulfil(planning, requests, network);
  settle(planning);
  if (network !== undefined) explain(planning, requests, network);
  for (const { client, primary, given, kept, refusal } of requests) {
    const address = given ?? kept?.key;
    const instead = whoHasFormer(planning, { claim: primary, address });
    outcomes.putAll(client, { address, refusal, instead });
  }
  for (const { client, primary, address } of planning.displaced) {
    const instead = whoHasFormer(planning, { claim: primary, address });
    if (instead !== undefined) outcomes.putAll(client, { address, instead });
  }
  return finish(planning);
}

/** Gives out addresses, and marks what is not to be given. */
function fulfil(
  planning: Planning,
  requests: readonly OpenRequest[],
  network: PoolNetwork,
): void {
  const statics = requests.filter(({ primary }) => primary.requested !== undefined);
  const dynamics = requests.filter(({ primary }) => primary.requested === undefined);
  const name = networkOfPool(planning.input.pool);
  dropMarks(planning, network);
  holdLost(planning, network);
  markInUse(planning, network, { isSettled: false });
  const named = inOrder(statics, name);
  noteNamed(planning, named);
  placeFormer(planning, inOrder(requests.filter(hadAddress), name), network);
  placeStatic(planning, named, network);
  markInUse(planning, network, { isSettled: true });
  addMarks(planning, network);
  placeDynamic(planning, inOrder(dynamics, name), network);
}

/** Makes room in the record. What has become free meanwhile may be in use, and its mark may leave no room for a hold. */
function settle(planning: Planning): void {
  const { network } = planning;
  do trimReleased(planning); while (
    network !== undefined && markInUse(planning, network, { isSettled: true })
  );
}

/** Says what could not be done, when it is settled who has what: the next plan says the same. */
function explain(
  planning: Planning,
  requests: readonly OpenRequest[],
  network: PoolNetwork,
): void {
  for (const request of requests) {
    if (request.primary.requested !== undefined) refuseStatic(planning, request, network);
  }
  noteMarks(planning, network);
  noteOutOfRange(planning, network);
}

function finish(planning: Planning): Plan {
  const { next, input, outcomes, limits, network, notes, sightings, poolName } = planning;
  noteInUse(planning);
  keepDecliners(planning);
  noteLost(planning);
  if (next.size >= limits.warnEntries) {
    const message = `IPPool ${poolName} has ${next.size} entries of at most ${limits.maxEntries}`;
    notes.add("PoolNearlyFull", message);
  }
  if (network !== undefined) planning.wake(next.conflicts.firstEnd());
  planning.wake(Math.ceil(next.released.firstEnd() / RELEASED_SWEEP_MS) * RELEASED_SWEEP_MS);
  const told = { ntpServers: nextNtpServers(input), clients: toldClients(planning) };
  const ipv4 = next.toStatus(network?.range, told);
  return {
    ipv4,
    changed: ipv4 !== input.pool.status?.ipv4,
    outcomes: outcomes.byClaim,
    notes: notes.all(),
    sightings,
    holders: outcomes.holders,
    ...(planning.wakeAt === Infinity ? {} : { wakeAt: planning.wakeAt }),
  };
}

/** Who has nothing since its guest declined it goes on deciding for its MAC address, or each plan would hear another claim. */
function keepDecliners({ next, clients, outcomes }: Planning): void {
  for (const [address, { mac }] of next.conflicts.entries()) {
    const primary = clients.find(mac)?.primary;
    if (primary === undefined || outcomes.byClaim.get(primary.id)?.address !== undefined) continue;
    outcomes.holders.set(formatIPv4(address), primary);
  }
}

/**
 * Holds of freed addresses give way where the record becomes too big, those that end first. Those of VMs that have moved
 * to another address stay, since they guard addresses that may still be in use; they count as entries do.
 */
function trimReleased(planning: Planning): void {
  const { next, limits, clients } = planning;
  const held = next.conflicts.size + next.released.size;
  const surplus = Math.ceil((next.size + held * HOLD_ENTRIES - limits.maxEntries) / HOLD_ENTRIES);
  if (surplus <= 0) return;
  const ending = [...next.released.entries()].filter(([, { mac }]) => !clients.wants(mac))
    .sort(givingWay(planning));
  for (const [address] of ending.slice(0, surplus)) next.endHold(address);
}

type NtpServers = IPv4Status["ntpServers"];

function nextNtpServers({ pool, ntpServers }: PlanInput): NtpServers {
  const recorded = pool.status?.ipv4?.ntpServers;
  if (ntpServers === undefined || areSame(ntpServers, recorded ?? {})) return recorded;
  return Object.keys(ntpServers).length === 0 ? undefined : ntpServers;
}

function areSame(a: NonNullable<NtpServers>, b: NonNullable<NtpServers>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && String(a[name]) === String(b[name]));
}
