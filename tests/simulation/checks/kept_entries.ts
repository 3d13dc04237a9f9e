/**
 * What is recorded stays as long as somebody wants it, and rests when it is given back.
 *
 * @module
 */
import { networkOfPool } from "../../../core/api/network.ts";
import { Mark } from "../../../core/api/names.ts";
import { namespaceProblem } from "../../../core/api/tenancy.ts";
import type { IPPool } from "../../../core/api/types.ts";
import { formatIPv4, parseIPv4 } from "../../../core/net/mod.ts";
import { keyOf } from "../../../kube/mod.ts";
import type { World } from "../world/world.ts";
import type { ClaimedNics } from "./claimed_nics.ts";
import { STALE_MS } from "./liveness.ts";
import { entriesOf } from "./record_history.ts";

/** An address that was given back rests for as long as an agent may renew its lease, and then that lasts; of longer ones, this. */
const LONGEST_LEASE_MS = 3_600_000;
/** Timestamps are whole seconds. */
const ROUNDED_MS = 2_000;
/** A wall clock is right if it is off by no more. */
const RIGHT_MS = 1_000;

/** How often a controller looks at what CustomResourceDefinitions keep: it writes nothing else meanwhile. */
const LOOK_AT_CRDS_MS = 600_000;

/** A commit of a pool. */
interface Commit {
  readonly before: IPPool | undefined;
  readonly after: IPPool;
}

/** Who gets what rests for whom. */
export interface Return {
  readonly address: string;
  readonly from: string;
  readonly to: string;
}

/** An address that was given back. */
interface Rest {
  /** Whose it was. */
  mac: string;
  readonly until: number;
  /** Whether a CustomResourceDefinition that has no place for it dropped it from the record. */
  isDropped: boolean;
}

/** Looks at what becomes of entries. */
export class KeptEntries {
  readonly #nics: ClaimedNics;
  /** `pool address` -> since when its entry is what it is. */
  readonly #since = new Map<string, number>();
  /** `pool address` -> whose it was, and until when it rests. */
  readonly #resting = new Map<string, Rest>();
  /** `pool address MAC` of those that got what still rested, as nothing else was free, or no record said so -> when. */
  readonly #early = new Map<string, number>();
  /** Times in the record are those of who leads: one whose clock jumped makes them mean nothing. */
  #isClockWrong = false;

  constructor(nics: ClaimedNics) {
    this.#nics = nics;
  }

  /** What was taken from its owner, or given too soon, one sentence each; `goesBack`: whether what rests is kept for another one from then on. */
  look(
    world: World,
    { before, after, goesBack = () => false }: Commit & {
      readonly goesBack?: (what: Return) => boolean;
    },
  ): readonly string[] {
    const key = keyOf(after);
    const network = networkOfPool(after) ?? "";
    const { now, wall } = world.timeline;
    this.#isClockWrong ||= world.controllers.some(({ process: { clock }, election }) =>
      election.leading && Math.abs(clock.now() - wall) > RIGHT_MS
    );
    if (before?.metadata.uid !== after.metadata.uid) this.#forgetPool(key);
    const was = entriesOf(before);
    const is = entriesOf(after);
    const addresses = new Map([...is].map(([address, mac]) => [mac, address]));
    const mayDrop = now - world.cluster.hadGoCrdsAt < LOOK_AT_CRDS_MS;
    const found: string[] = [];
    for (const [address, mac] of was) {
      if (is.get(address) === mac) continue;
      const owner = this.#ownerOf({ key, network, address, mac }, addresses.get(mac));
      // Who plans a pool that was made again may hear late that an object gives back what it has.
      const mayGo = owner === undefined || this.#nics.isReleasing(owner) ||
        isInConflict(after, address) ||
        isClosed(world, network, owner) && !this.#nics.shows({ key: owner, network, mac, address });
      if (!mayGo) {
        found.push(`${address} of ${key} is taken from ${mac} of VM ${owner}, which wants it`);
      }
      const leaseMs = (before?.spec.ipv4Config.leaseTime ?? Infinity) * 1_000;
      const until = now + Math.min(leaseMs, LONGEST_LEASE_MS) + STALE_MS - ROUNDED_MS;
      this.#resting.set(`${key} ${address}`, { mac, until, isDropped: false });
    }
    if (mayDrop) this.#noteDropped({ before, after }, world.timeline);
    const { allocated = {}, released = {} } = after.status?.ipv4 ?? {};
    for (const [id, rest] of this.#resting) {
      const [pool, address = ""] = id.split(" ");
      if (pool !== key) continue;
      const isNowhere = allocated[address] === undefined && released[address] === undefined;
      rest.isDropped ||= world.cluster.hasGoCrds || mayDrop && isNowhere;
      const to = is.get(address) ?? released[address]?.macAddress ?? "";
      if (goesBack({ address, from: rest.mac, to })) rest.mac = to;
    }
    for (const [address, mac] of is) {
      const id = `${key} ${address}`;
      if (was.get(address) !== mac) {
        if (this.#isTooSoon(world, { id, network, address, mac, before, after })) {
          found.push(
            `${address} of ${key} is given to ${mac} while it rests, and others are free`,
          );
        }
        this.#since.set(id, now);
        this.#resting.delete(id);
      }
    }
    return found;
  }

  /** What rested by the word of the record alone, as what agents told of after a restore, and does so no more. */
  #noteDropped({ before, after }: Commit, { now, wall }: World["timeline"]): void {
    const { allocated = {}, released: left = {} } = after.status?.ipv4 ?? {};
    for (const [address, hold] of Object.entries(before?.status?.ipv4?.released ?? {})) {
      const id = `${keyOf(after)} ${address}`;
      const until = Date.parse(hold.until ?? "") - wall + now;
      const isSeen = (this.#resting.get(id)?.until ?? 0) > now;
      if (isSeen || left[address] !== undefined || allocated[address] !== undefined) continue;
      if (until > now) {
        this.#resting.set(id, { mac: hold.macAddress ?? "", until, isDropped: true });
      }
    }
  }

  /** A pool that was made again knows nothing of what its namesake had given back. */
  #forgetPool(key: string): void {
    for (const id of this.#resting.keys()) {
      if (id.startsWith(`${key} `)) this.#resting.delete(id);
    }
  }

  /** The record was put back to an earlier time. */
  forget(): void {
    this.#resting.clear();
    this.#since.clear();
  }

  /**
   * The VM that has a right to what an entry gave it; one that has another address now only where others have its MAC address, too, and
   * it does not ask for that other address itself.
   */
  #ownerOf({ key, network, address, mac }: {
    readonly key: string;
    readonly network: string;
    readonly address: string;
    readonly mac: string;
  }, other: string | undefined): string | undefined {
    const since = this.#since.get(`${key} ${address}`);
    if (since === undefined) return undefined;
    if (this.#nics.isShared(network, mac)) {
      const owner = this.#nics.incumbent(network, mac, since);
      const isMoved = owner !== undefined && other !== undefined &&
        this.#nics.isAskedBy(owner, { network, mac, address: other });
      return isMoved ? undefined : owner;
    }
    const nic = this.#nics.find(network, mac);
    return other !== undefined || nic === undefined || nic.touchedAt > since ? undefined : nic.vm;
  }

  #isTooSoon(world: World, { id, network, address, mac, before, after }: Commit & {
    readonly id: string;
    readonly network: string;
    readonly address: string;
    readonly mac: string;
  }): boolean {
    const rest = this.#resting.get(id);
    const { now } = world.timeline;
    if (rest === undefined) this.#noteEarly(world, { id, address, mac, before, after });
    if (rest === undefined || rest.mac === mac || rest.until <= now) return false;
    if (this.#isClockWrong) return false;
    if (this.#nics.areOfOne(network, [rest.mac, mac])) return false;
    if (this.#nics.asksFor(network, mac, address)) return false;
    // Who declined it, as the other one's machine uses it, uses it no more.
    const { macAddress, usedBy } = before?.status?.ipv4?.conflicts?.[address] ?? {};
    if (macAddress === rest.mac && usedBy === mac) return false;
    const isTooSoon = !rest.isDropped && this.#isAnyFree(after, { mac, timeline: world.timeline });
    if (!isTooSoon) this.#early.set(`${id} ${mac}`, now);
    return isTooSoon;
  }

  /** Who gets what rests by the word of the record alone, as after a restore, where nothing else is free. */
  #noteEarly({ timeline }: World, { id, address, mac, before, after }: Commit & {
    readonly id: string;
    readonly address: string;
    readonly mac: string;
  }): void {
    const { macAddress, until = "" } = before?.status?.ipv4?.released?.[address] ?? {};
    const isAnothers = macAddress !== mac && Date.parse(until) > timeline.wall;
    if (!isAnothers || this.#isAnyFree(after, { mac, timeline })) return;
    this.#early.set(`${id} ${mac}`, timeline.now);
  }

  /**
   * Whether a MAC address may have an address of who was told to have it at a time: nothing else was free since, no record said that it rests, or the clock of who
   * leads jumped.
   */
  mayBeEarly(
    key: string,
    { address, mac }: { readonly address: string; readonly mac: string },
    toldAt: number,
  ): boolean {
    const early = this.#early.get(`${key} ${address} ${mac}`) ?? -Infinity;
    return this.#isClockWrong || early >= toldAt;
  }

  /** Whether an address of the range is nobody's, and does not rest: by what was seen, or for others by the word of the record alone. */
  #isAnyFree(
    pool: IPPool,
    { mac, timeline: { now, wall } }: {
      readonly mac: string;
      readonly timeline: World["timeline"];
    },
  ): boolean {
    const { start, end } = pool.spec.ipv4Config.pool ?? {};
    if (start === undefined || end === undefined) return false;
    const { allocated = {}, released = {} } = pool.status?.ipv4 ?? {};
    for (let at = parseIPv4(start); at <= parseIPv4(end); at++) {
      const address = formatIPv4(at);
      const rest = this.#resting.get(`${keyOf(pool)} ${address}`)?.until ?? 0;
      const { macAddress, until = "" } = released[address] ?? {};
      const isHeld = macAddress !== mac && Date.parse(until) > wall;
      if (allocated[address] === undefined && rest <= now && !isHeld) return true;
    }
    return false;
  }
}

/** Whether the namespace of a VM may not use a network: it keeps what its object was told of. */
function isClosed(world: World, network: string, vm: string): boolean {
  const [namespace] = vm.split("/");
  return namespaceProblem(world.accessTo(network), namespace) !== undefined;
}

/** Whether another machine uses an address. A mark of another kind never takes the place of a VM. */
function isInConflict({ status }: IPPool, address: string): boolean {
  return status?.ipv4?.allocated?.[address] === Mark.CONFLICT ||
    status?.ipv4?.conflicts?.[address] !== undefined;
}
