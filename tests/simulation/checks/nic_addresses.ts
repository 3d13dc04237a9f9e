/**
 * A NIC of a VM keeps its address, whatever becomes of its MAC address, its objects, or the record.
 *
 * @module
 */
import { networkOfPool } from "../../../core/api/network.ts";
import { namespaceProblem } from "../../../core/api/tenancy.ts";
import { MANAGED_DHCP, Mark, STATIC_IP_ANNOTATION_PREFIX } from "../../../core/api/names.ts";
import type {
  IPPool,
  VirtualMachine,
  VirtualMachineNetworkConfig,
} from "../../../core/api/types.ts";
import { poolNetwork } from "../../../core/ipam/mod.ts";
import { normalizeMac, parseIPv4, rangeContains } from "../../../core/net/mod.ts";
import { notedNics } from "../../../core/vmnetcfg/noted_addresses.ts";
import { type ShownNic, shownNics } from "../../../core/vmnetcfg/nics.ts";
import { keyOf } from "../../../kube/mod.ts";
import { type Hypervisor, isMadeUp } from "../world/hypervisor.ts";
import type { Pods, SimPod } from "../world/kubelet.ts";
import type { World } from "../world/world.ts";
import { type AddressUsers, AT_ONCE_MS } from "./address_users.ts";
import type { ClaimedNics, Shown } from "./claimed_nics.ts";
import { STALE_MS } from "./liveness.ts";
import { entriesOf } from "./record_history.ts";

/** What a NIC had. */
interface Had {
  readonly address: string;
  readonly mac: string;
  /** Of its VM. */
  readonly uid: string;
  /** Network and name. */
  readonly nic: string;
  readonly seenAt: number;
  /** Until when the record said so. */
  readonly hadUntil: number;
  /** UID of the pool that recorded it. */
  readonly pool: string | undefined;
  /** How it gave that back since: its VM opted out or may not use the network, a restore took its object or what that told of it, or that was paused or deleted, or it has the MAC address of another VM. */
  readonly gaveBack?: "opted out" | "restored" | "otherwise";
  /** When it gave that back. */
  readonly gaveBackAt?: number;
  /** Whether its machine was told to have that. */
  readonly isTold: boolean;
  /** What its machine was told before, where it was not told of this. */
  readonly former?: Had;
}

/** What each NIC had. */
export class NicAddresses {
  readonly #claimed: ClaimedNics;
  readonly #users: AddressUsers;
  /** `UID network NIC` -> the address that it had last. */
  readonly #had = new Map<string, Had>();
  /** `network MAC` -> UID of the VM that had it first: a copy of a VM has nothing to keep. */
  readonly #owners = new Map<string, string>();
  /** Network -> when the last one of its pools was made, whether a restore took that or not. */
  readonly #lastMadeAt = new Map<string, number>();
  /** UID of a pool -> whether it was paused when it was made. */
  readonly #madePaused = new Map<string | undefined, boolean>();
  /** UID of a pool -> when its record was first written. */
  readonly #writtenAt = new Map<string | undefined, number>();
  /** `network address MAC` -> until when the record last said that it rests. */
  readonly #restsUntil = new Map<string, number>();
  /** `network address MAC` -> until when the record last gave that one the address. */
  readonly #givenUntil = new Map<string, number>();
  /** `network address MAC` -> when the record last said that it rests. */
  readonly #restedAt = new Map<string, number>();
  /** `network address` -> when the record last said that another machine uses it. */
  readonly #inConflictAt = new Map<string, number>();
  /** Network -> when its record was last written where CustomResourceDefinitions drop what rests, or may be taken to. */
  readonly #droppedAt = new Map<string, number>();
  /** When a restore came last, and the pods that were there: their agents know of what it took. */
  #restored: { readonly at: number; readonly pods: readonly SimPod[] } = { at: -1, pods: [] };

  constructor(claimed: ClaimedNics, users: AddressUsers) {
    this.#claimed = claimed;
    this.#users = users;
  }

  /** Takes in an object as it is now. Answers the networks on which it may tell whose a MAC address is. */
  onConfig(config: VirtualMachineNetworkConfig | undefined): readonly string[] {
    const nics = config === undefined ? [] : shownNics(config);
    const uid = config?.metadata.ownerReferences?.[0]?.uid ?? "";
    for (const nic of nics) {
      this.#passOn(uid, nic);
      if (nic.reason === "NamespaceNotAllowed") this.#shutOut(uid, nic);
    }
    return nics.filter(({ state }) => state === "Allocated").flatMap((
      { network = "", macAddress },
    ) => this.#claimed.isShared(network, normalizeMac(macAddress)) ? [network] : []);
  }

  /** A restore took the object of a VM, or put it back to before it showed or noted what a NIC has. */
  onForgotten({ before, after, now }: {
    readonly before: VirtualMachineNetworkConfig;
    readonly after: VirtualMachineNetworkConfig | undefined;
    readonly now: number;
  }): void {
    const is = after?.metadata.uid === before.metadata.uid ? after : undefined;
    const nics = is === undefined ? [] : [...shownNics(is), ...notedNics(is).values()];
    const known = new Set(nics.map(({ network, address }) => `${network} ${address}`));
    for (const { uid } of before.metadata.ownerReferences ?? []) {
      this.#giveBack(uid, "restored", now, known);
    }
  }

  /** An agent told a machine what it has. */
  onTold(
    network: string,
    { address, mac }: { readonly address: string; readonly mac: string },
  ): void {
    for (const [id, had] of this.#had) {
      const isIt = had.address === address && had.mac === mac && had.nic.startsWith(`${network} `);
      if (isIt) this.#had.set(id, { ...had, isTold: true });
    }
  }

  /** A restore takes what was recorded since: nobody has to keep what no machine was told. */
  onRestore({ kubelet, timeline }: World): void {
    this.#restored = { at: timeline.now, pods: kubelet.pods };
    for (const [id, { isTold, former }] of this.#had) {
      if (isTold) continue;
      if (former === undefined) this.#had.delete(id);
      else this.#had.set(id, former);
    }
  }

  /** A VM that is gone has nothing to keep, also where a restore brings it back: it is what it was then. */
  onGone(uid: string | undefined): void {
    for (const [id, had] of this.#had) if (had.uid === uid) this.#had.delete(id);
  }

  /** A pool's record is about to be another one: until now a NIC had what it says. */
  onLeft(pool: IPPool, now: number): void {
    const network = networkOfPool(pool) ?? "";
    const entries = entriesOf(pool);
    for (const [address, mac] of entries) {
      this.#givenUntil.set(`${network} ${address} ${mac}`, now);
    }
    for (const [address, { macAddress }] of Object.entries(pool.status?.ipv4?.released ?? {})) {
      this.#restedAt.set(`${network} ${address} ${macAddress}`, now);
    }
    for (const [id, had] of this.#had) {
      const isHad = had.nic.startsWith(`${network} `) && entries.get(had.address) === had.mac;
      if (isHad) this.#had.set(id, { ...had, hadUntil: now });
    }
  }

  /** NICs that have another address than they had, and nobody asked for that, one sentence each. */
  look(pool: IPPool, world: World): readonly string[] {
    const { cluster, hypervisor, kubelet, takenByHand, deletedConfigs, timeline } = world;
    const network = networkOfPool(pool) ?? "";
    const addresses = new Map([...entriesOf(pool)].map(([address, mac]) => [mac, address]));
    const found: string[] = [];
    const access = world.accessTo(network);
    const isRefused = ({ metadata: { namespace } }: VirtualMachine) =>
      namespaceProblem(access, namespace) !== undefined;
    const droppedAt = this.#droppedAt.get(network) ?? -Infinity;
    // Who has not seen yet that they keep all of it again writes nothing that they would drop.
    const { released: left, conflicts: marked } = pool.status?.ipv4 ?? {};
    const isUnseen = timeline.now - cluster.hadGoCrdsAt < STALE_MS && left === undefined &&
      marked === undefined;
    if (cluster.hasGoCrds || isUnseen) this.#droppedAt.set(network, timeline.now);
    const madePaused = this.#madePaused.get(pool.metadata.uid) ?? pool.spec.paused === true;
    this.#madePaused.set(pool.metadata.uid, madePaused);
    const writtenAt = this.#writtenAt.get(pool.metadata.uid) ?? timeline.now;
    if (pool.status?.ipv4 !== undefined) this.#writtenAt.set(pool.metadata.uid, writtenAt);
    const madeAt = Date.parse(pool.metadata.creationTimestamp ?? "") - timeline.wall + timeline.now;
    const lastMadeAt = Math.max(this.#lastMadeAt.get(network) ?? -Infinity, madeAt);
    this.#lastMadeAt.set(network, lastMadeAt);
    this.#forgetRemoved(hypervisor);
    for (const [address, hold] of Object.entries(pool.status?.ipv4?.released ?? {})) {
      const until = Date.parse(hold.until) - timeline.wall + timeline.now;
      this.#restsUntil.set(`${network} ${address} ${hold.macAddress}`, until);
    }
    for (const [address, mark] of Object.entries(pool.status?.ipv4?.allocated ?? {})) {
      if (mark === Mark.CONFLICT) this.#inConflictAt.set(`${network} ${address}`, timeline.now);
    }
    for (const vm of hypervisor.vms.list()) {
      const { annotations = {} } = vm.metadata;
      const isOptedOut = annotations[MANAGED_DHCP] !== undefined;
      if (isOptedOut || this.#claimed.isReleasing(keyOf(vm))) {
        this.#giveBack(vm.metadata.uid, isOptedOut ? "opted out" : "otherwise", timeline.now);
        continue;
      }
      const { uid = "", nics = [] } = hypervisor.machine(keyOf(vm)) ?? {};
      for (const { network: of, mac, nic } of nics) {
        if (of !== network) continue;
        const isAsking = annotations[`${STATIC_IP_ANNOTATION_PREFIX}${nic}`] !== undefined;
        const now = addresses.get(mac);
        const id = `${uid} ${network} ${nic}`;
        const before = this.#had.get(id);
        if (now === undefined) {
          if (before && isRefused(vm)) {
            this.#had.set(id, { ...before, gaveBack: "opted out", gaveBackAt: timeline.now });
          }
          continue;
        }
        const shown = { key: keyOf(vm), network, mac, address: now };
        if (!this.#isOwner(uid, shown)) {
          // Who takes the MAC address of another VM gives back what it had with its own.
          const isLeft = before !== undefined && before.mac !== mac &&
            addresses.get(before.mac) !== before.address;
          if (isLeft) {
            this.#had.set(id, { gaveBack: "otherwise", gaveBackAt: timeline.now, ...before });
          }
          continue;
        }
        const seenAt = timeline.now;
        const isSame = before?.address === now;
        const former = before?.isTold === true && !isSame ? before : before?.former;
        this.#had.set(id, {
          address: now,
          mac,
          uid,
          nic: `${network} ${nic}`,
          seenAt,
          hadUntil: seenAt,
          pool: pool.metadata.uid,
          isTold: isSame && before.isTold,
          ...(former && { former }),
        });
        if (before === undefined || before.address === now || isAsking) continue;
        // It asked for another before it had that no more, as late as anybody may hear of it, also while it did not run, or since.
        if (this.#claimed.askedAt(network, mac) + STALE_MS > before.hadUntil) continue;
        const { address } = before;
        const inConflictAt = this.#inConflictAt.get(`${network} ${address}`) ?? -Infinity;
        const isFound = takenByHand.has(`${network} ${address}`) && inConflictAt >= before.seenAt;
        const { allocated = {}, released = {}, conflicts = {} } = pool.status?.ipv4 ?? {};
        if (isFound || isTaken(pool, address)) continue;
        // Somebody else had it since, and may still use it.
        const restsFor = released[address]?.macAddress ?? "";
        const isTheirs = restsFor !== mac && restsFor !== before.mac;
        const theirsUntil = this.#givenUntil.get(`${network} ${address} ${restsFor}`) ?? -Infinity;
        if (isTheirs && theirsUntil > before.hadUntil) continue;
        // Who was given it by name meanwhile and declined it, as this one's machine uses it, waits for it.
        const { macAddress: decliner, usedBy } = conflicts[address] ?? {};
        const isUsedByIt = usedBy === mac || usedBy === before.mac;
        const isOthers = decliner !== undefined && decliner !== mac;
        if (isUsedByIt && isOthers && this.#claimed.asksFor(network, decliner, address)) continue;
        // Of a pool that is made again without its record nobody knows that a machine with a former MAC address is the NIC's own.
        const isMadeAgain = before.pool !== pool.metadata.uid;
        if (isMadeAgain && usedBy === before.mac && usedBy !== mac) continue;
        // A restore brought its former MAC address, and a record without it: agents tell of its later one, which nothing tells to be its own.
        const isKept = before.mac !== mac && released[address]?.macAddress === before.mac;
        if (isKept && this.#restored.at >= before.seenAt) continue;
        const deletedAt = deletedConfigs.get(keyOf(vm)) ?? Infinity;
        const deletedUntil = Math.max(deletedAt, this.#claimed.goneAt(keyOf(vm)));
        const isDeleted = deletedConfigs.has(keyOf(vm)) && deletedUntil >= before.seenAt;
        // What a person's deletion of the object gave back rests in the record alone, for its time: that of one that was paused, too.
        const restsUntil = this.#restsUntil.get(`${network} ${address} ${before.mac}`) ?? Infinity;
        const isDropped = droppedAt >= Math.min(before.hadUntil, deletedAt);
        if (isDeleted && (isDropped || restsUntil <= timeline.now)) continue;
        // The record was lost, with what rests by it, and nobody wrote it anew from the object, nor served the pool, before the object was lost, too.
        if (isDeleted && isMadeAgain && (madePaused || writtenAt >= deletedAt)) continue;
        // Whoever recorded it was ended before an object showed it, or a machine was told.
        if (isMadeAgain && !before.isTold && !this.#claimed.shows({ ...shown, address })) continue;
        // Who may not use the network has by its record alone what it had.
        if (isMadeAgain && isRefused(vm)) continue;
        // A restore took object and entry. Agents know of them, and go with a pool that is made again, also where another restore undoes that, or before they hear of it.
        const { gaveBack, gaveBackAt = Infinity } = before;
        const areAgentsGone = lastMadeAt > gaveBackAt ||
          gaveBackAt === this.#restored.at && this.#areUnheard(network, kubelet);
        if (gaveBack === "restored" && areAgentsGone) continue;
        // Who edits the MAC address and deletes the object before it was written anew leaves nothing that ties both together.
        const editedAt = this.#claimed.editedAt(network, mac);
        const isUntold = isDeleted && this.#claimed.namedAt(shown) >= deletedAt ||
          Math.abs(editedAt - deletedAt) < AT_ONCE_MS;
        if (before.mac !== mac && isUntold) continue;
        // Nor is there anything where that is edited back: the NIC takes along what its object, written anew, got with the other MAC address.
        const isBetween = (other: string) => {
          const namedAt = this.#claimed.namedAt({ ...shown, mac: other });
          return other !== before.mac && namedAt >= deletedAt && namedAt < Infinity &&
            !this.#claimed.isHeldBy(uid, { network, mac: other });
        };
        if (isDeleted && this.#givenSince(`${network} ${now}`, deletedAt).some(isBetween)) continue;
        // Of a MAC address that was made up nobody knows whose it was, once a person deleted the object and its machine is another one.
        if (isDeleted && isMadeUp(before.mac) && before.mac !== mac && editedAt > deletedAt) {
          continue;
        }
        // Who takes the MAC address of another VM gets what that one leaves behind.
        const isShared = this.#claimed.isShared(network, mac);
        if (before.mac !== mac && isShared) continue;
        // What one of them asks for by name both have, also when that one is gone.
        if (isShared && this.#claimed.asksFor(network, mac, now)) continue;
        // What a copy was told to have since is as good as what somebody notes who might not use the network.
        if (isShared && gaveBack === "opted out") continue;
        // Who comes back to a MAC address has what the record gave that one.
        const isRecorded = this.#givenUntil.get(`${network} ${now} ${mac}`) === timeline.now;
        if (before.mac !== mac && isRecorded) continue;
        // What other CustomResourceDefinitions dropped told that its own machine uses what is marked; who writes the mark anew knows nobody to name.
        const isMarked = allocated[address] === Mark.CONFLICT;
        const isNameless = decliner === undefined && usedBy === undefined;
        if (isMarked && isNameless && droppedAt >= before.seenAt) continue;
        // A pool that is made again without its record gives back what is in its range, which may have been edited, also while it was paused.
        if (isMadeAgain && !isInRange(pool, address)) continue;
        // Who wants what it gave back gets it again, but nothing outside the range; its note goes by its MAC address.
        if (gaveBack !== undefined && !isInRange(pool, address)) continue;
        // What rests for it goes before what its object only notes: where a clock was behind, or leases were made shorter, that is what it had before.
        const isResting = this.#restedAt.get(`${network} ${now} ${mac}`) === timeline.now;
        if (gaveBack !== undefined && restsUntil <= timeline.now && isResting) continue;
        const isOtherwise = gaveBack === undefined || gaveBack === "otherwise";
        if (!isOtherwise && before.mac !== mac) continue;
        // A person gave the NIC's place away to another VM with its MAC address.
        const isGivenAway = Math.abs(timeline.now - deletedAt) < AT_ONCE_MS;
        if (isGivenAway && isShared) continue;
        // The machine of a VM that borrowed the former MAC address goes on using what it was told.
        const isBorrowed = this.#claimed.isShared(network, before.mac);
        const own = isBorrowed ? [mac] : [mac, before.mac];
        if (this.#users.usedByAnother(`${network} ${address}`, own, timeline.now)) continue;
        found.push(
          `${nic} of VM ${keyOf(vm)} (${mac}) had ${address} on ${network}, and has ${now}`,
        );
      }
    }
    return found;
  }

  /** The MAC addresses that the record has given `network address` since then. */
  #givenSince(id: string, since: number): readonly string[] {
    return [...this.#givenUntil].filter(([key, until]) => key.startsWith(`${id} `) && until > since)
      .map(([key]) => key.slice(id.length + 1));
  }

  /** Whether all agents of a network that were there as a restore came are gone, and had not heard the server since. */
  #areUnheard(network: string, kubelet: Pods): boolean {
    const { at, pods } = this.#restored;
    return pods.filter(({ networks }) => networks.some(({ nad }) => nad === network)).every((pod) =>
      !kubelet.pods.includes(pod) && (pod.agent?.link.heardAt ?? -Infinity) < at
    );
  }

  /** @param known `network address` of what it did not give back */
  #giveBack(
    uid: string | undefined,
    gaveBack: Required<Had>["gaveBack"],
    now: number,
    known: ReadonlySet<string> = new Set(),
  ): void {
    for (const [id, had] of this.#had) {
      const [network] = had.nic.split(" ");
      if (known.has(`${network} ${had.address}`)) continue;
      const isOtherwise = had.gaveBack === undefined || had.gaveBack === "otherwise";
      if (had.uid === uid && isOtherwise) {
        this.#had.set(id, { ...had, gaveBack, gaveBackAt: now });
      }
    }
  }

  /** The object of a VM tells that it may not use a network, if only for a moment. */
  #shutOut(uid: string, { network = "", macAddress }: ShownNic): void {
    for (const [id, had] of this.#had) {
      const isIt = had.uid === uid && had.nic.startsWith(`${network} `) &&
        had.mac === normalizeMac(macAddress);
      if (isIt) this.#had.set(id, { ...had, gaveBack: "opted out" });
    }
  }

  /** A NIC that a person took away has nothing to keep when it comes again. */
  #forgetRemoved({ vms }: Hypervisor): void {
    const there = new Map(vms.list().map((vm) => [vm.metadata.uid, nicNames(vm)]));
    for (const [id, { uid, nic }] of this.#had) {
      if (there.get(uid)?.has(nic) === false) this.#had.delete(id);
    }
  }

  /** Of several VMs with one MAC address it is the first one's; who comes after it, also where that one's object was deleted, is told by the objects. */
  #isOwner(uid: string, shown: Shown): boolean {
    const { network, mac } = shown;
    const id = `${network} ${mac}`;
    const owner = this.#owners.get(id);
    if (owner === uid) return true;
    const isTheirs = owner !== undefined && this.#claimed.isHeldBy(owner, { network, mac });
    const isOpen = isTheirs || this.#claimed.isShared(network, mac);
    if (isOpen && !this.#claimed.shows(shown)) return false;
    this.#own(uid, { network, mac });
    return true;
  }

  /** A VM has a MAC address. What the one before had with it is somebody else's by now. */
  #own(uid: string, of: Pick<Shown, "network" | "mac">): void {
    const id = `${of.network} ${of.mac}`;
    this.#forget(this.#owners.get(id), of);
    this.#owners.set(id, uid);
  }

  /** Who gave a MAC address up leaves it to the VM that shows an address for it, whether that runs or not, and comes back to it as a copy. */
  #passOn(uid: string, { network = "", macAddress, state }: ShownNic): void {
    const of = { network, mac: normalizeMac(macAddress) };
    const owner = this.#owners.get(`${network} ${of.mac}`);
    if (owner === undefined || owner === uid || !this.#claimed.isHeldBy(uid, of)) return;
    if (this.#claimed.isHeldBy(owner, of)) this.#forget(uid, of);
    else if (state === "Allocated") this.#own(uid, of);
  }

  /** A VM has nothing to keep of what it had with a MAC address. */
  #forget(uid: string | undefined, { network, mac }: Pick<Shown, "network" | "mac">): void {
    for (const [key, had] of this.#had) {
      const isIt = had.uid === uid && had.mac === mac && had.nic.startsWith(`${network} `);
      if (isIt) this.#had.delete(key);
    }
  }
}

/** Network and name of each NIC of a VM, whether it runs or not. */
function nicNames({ spec }: VirtualMachine): ReadonlySet<string> {
  const { networks = [] } = spec?.template?.spec ?? {};
  return new Set(networks.map(({ name, multus }) => `${multus?.networkName} ${name}`));
}

/** Whether an address is somebody else's by now, or nobody may have it. That somebody says it is used is no reason. */
function isTaken({ status }: IPPool, address: string): boolean {
  const holder = status?.ipv4?.allocated?.[address];
  return holder !== undefined && holder !== Mark.CONFLICT;
}

function isInRange(pool: IPPool, address: string): boolean {
  const network = poolNetwork(pool);
  return network.ok && rangeContains(network.value.range, parseIPv4(address));
}
