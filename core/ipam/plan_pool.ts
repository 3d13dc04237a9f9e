import { rangeContains, rangeSize, readMac } from "../net/mod.ts";
import type { IPv4Status } from "../api/types.ts";
import { HOLD_ENTRIES, RELEASED_SWEEP_MS } from "./limits.ts";
import { addMarks, dropMarks } from "./marks.ts";
import { placeDynamic } from "./place_dynamic.ts";
import { placeStatic, refuseStatic } from "./place_static.ts";
import { Planning } from "./planning.ts";
import type { PoolNetwork } from "./pool_network.ts";
import { noteOutOfRange, settleRecord } from "./settle.ts";
import { reasonUnfit } from "./stations.ts";
import type { Plan, PlanInput } from "./types.ts";
import { inOrder, type Wish } from "./wish.ts";

/**
 * Plans the whole next state of one pool: who has which address, and why somebody has none.
 *
 * Pure: the same input gives the same plan, whatever the order of the claims, and planning again what was planned
 * changes nothing. The rules, in the order in which they are applied:
 *
 * 1. What is recorded for a MAC address stays as long as a claim wants it, also outside the range, under an exclude and
 *    while the pool is paused. It goes when its last claim is `releasing`, when a guest declined it, when another
 *    address is asked for and can be had, or when nobody claims it for {@linkcode ORPHAN_AGE_MS}.
 * 2. Marks follow the spec (`EXCLUDED`, `RESERVED`) and declined addresses (`CONFLICT`), but never replace a MAC address.
 * 3. A claim that names an address gets exactly that or a reason; older claims first.
 * 4. Every other claim gets an address of the range: its former one, else one that follows from its MAC address. A freed
 *    address goes to another MAC address only when its hold is over or nothing else is left, or when it is asked for by
 *    name and its former owner is gone.
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
  const { network, stations, answers } = planning;
  for (const claim of stations.unfit) {
    const why = reasonUnfit(readMac(claim.macAddress));
    const message = `MAC address ${JSON.stringify(claim.macAddress)} cannot be used: ${why}`;
    const isReleasing = claim.state === "releasing";
    answers.put(claim, { reason: isReleasing ? "Released" : "InvalidMacAddress", message });
  }
  const wishes = settleRecord(planning);
  if (network !== undefined) fulfil(planning, wishes, network);
  wishes.forEach(({ station, given, kept, refusal }) => {
    answers.station(station, { address: given ?? kept, refusal });
  });
  return finish(planning);
}

/** Gives out addresses, and marks what is not to be given. */
function fulfil(planning: Planning, wishes: readonly Wish[], network: PoolNetwork): void {
  const statics = wishes.filter(({ requested }) => requested !== undefined);
  const dynamics = statics.length === 0
    ? wishes
    : wishes.filter(({ requested }) => requested === undefined);
  dropMarks(planning, network);
  placeStatic(planning, inOrder(statics), network);
  addMarks(planning, network);
  placeDynamic(planning, inOrder(dynamics), network);
  for (const wish of statics) refuseStatic(planning, wish, network);
  noteOutOfRange(planning, network);
}

function finish(planning: Planning): Plan {
  const { draft, input, answers, limits, notes, sightings, poolName } = planning;
  trimReleased(planning);
  if (draft.size >= limits.warnEntries) {
    const message = `IPPool ${poolName} has ${draft.size} entries of at most ${limits.maxEntries}`;
    notes.add("PoolNearlyFull", message);
  }
  if (planning.network !== undefined) planning.wake(draft.conflicts.firstEnd());
  planning.wake(Math.ceil(draft.released.firstEnd() / RELEASED_SWEEP_MS) * RELEASED_SWEEP_MS);
  const ipv4 = nextStatus(planning);
  return {
    ipv4,
    changed: ipv4 !== input.pool.status?.ipv4,
    outcomes: answers.outcomes,
    notes: notes.all(),
    sightings,
    ...(planning.wakeAt === Infinity ? {} : { wakeAt: planning.wakeAt }),
  };
}

/**
 * Holds of freed addresses give way where the record becomes too big, those that end first. Those of VMs that have moved
 * to another address stay: they are few, and guard addresses that may still be in use.
 */
function trimReleased({ draft, limits, stations }: Planning): void {
  const held = draft.conflicts.size + draft.released.size;
  const surplus = Math.ceil((draft.size + held * HOLD_ENTRIES - limits.maxEntries) / HOLD_ENTRIES);
  if (surplus <= 0 || draft.released.size === 0) return;
  const ending = [...draft.released.entries()].filter(([, { mac }]) => !stations.wants(mac))
    .sort(([a, holdA], [b, holdB]) => holdA.until - holdB.until || a - b);
  for (const [address] of ending.slice(0, surplus)) draft.endHold(address);
}

function nextStatus({ draft, input, network }: Planning): IPv4Status {
  const recorded = input.pool.status?.ipv4;
  const allocated = draft.toAllocated();
  const released = draft.released.toRecorded();
  const conflicts = draft.conflicts.toRecorded();
  const ntpServers = nextNtpServers(input);
  const used = draft.used();
  const available = network === undefined ? recorded?.available ?? 0 : freeIn(draft, network);
  const isSame = recorded !== undefined && allocated === recorded.allocated &&
    released === recorded.released && conflicts === recorded.conflicts &&
    ntpServers === recorded.ntpServers && used === recorded.used &&
    available === recorded.available;
  if (isSame) return recorded;
  const { allocated: _, released: _r, conflicts: _c, ntpServers: _n, ...others } = recorded ??
    { used, available };
  return {
    ...(allocated === undefined ? {} : { allocated }),
    ...others,
    used,
    available,
    ...(released === undefined ? {} : { released }),
    ...(conflicts === undefined ? {} : { conflicts }),
    ...(ntpServers === undefined ? {} : { ntpServers }),
  };
}

/** Addresses of the range without an entry; one that is only held could still be given out. */
function freeIn({ blocked, released }: Planning["draft"], { range }: PoolNetwork): number {
  let held = 0;
  for (const [address] of released.entries()) if (rangeContains(range, address)) held++;
  return rangeSize(range) - blocked.countIn(range) + held;
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
