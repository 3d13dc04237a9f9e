/**
 * Which NICs want an address, and since when nobody has changed anything about that.
 *
 * @module
 */
import { MANAGED_DHCP, STATIC_IP_ANNOTATION_PREFIX } from "../../../core/api/names.ts";
import { wholeNetworkName } from "../../../core/api/network.ts";
import type { VirtualMachine, VirtualMachineNetworkConfig } from "../../../core/api/types.ts";
import { normalizeMac } from "../../../core/net/mod.ts";
import { nicKey, type ShownNic, shownNics } from "../../../core/vmnetcfg/nics.ts";
import { keyOf } from "../../../kube/mod.ts";
import type { World } from "../world/world.ts";
import { AT_ONCE_MS } from "./address_users.ts";

/** A NIC that wants an address. */
interface ClaimedNic {
  readonly vm: string;
  readonly uid: string;
  /** The address that it asks for by name; empty where it takes any. */
  readonly asks: string;
  /** Since when it wants that. */
  readonly editedAt: number;
  /** When it last asked for an address by name, or stopped to; -Infinity: it never did. */
  readonly askedAt: number;
  /** When its object was last made, paused or deleted by a person, or the like. */
  touchedAt: number;
}

/** A VM that had a MAC address. */
interface Owner {
  readonly since: number;
  /** When it was gone; `Infinity`: it is there. */
  until: number;
}

/** What an object may show. */
export interface Shown {
  /** Its `namespace/name`. */
  readonly key: string;
  readonly network: string;
  readonly mac: string;
  readonly address: string;
}

/** What a VM has on a network with a MAC address. */
interface Held {
  readonly uid: string;
  readonly asks: string;
  readonly runs: boolean;
  /** Since when nothing has changed about that. */
  since: number;
}

/** All NICs, by `network MAC`. */
export class ClaimedNics {
  readonly #nics = new Map<string, ClaimedNic>();
  /** `network MAC` that more than one VM had at the same time, as far as anybody knows. */
  readonly #shared = new Set<string>();
  /** `network MAC` -> UID of each VM that ever had it. */
  readonly #owners = new Map<string, Map<string, Owner>>();
  /** VM -> its UID. */
  readonly #uids = new Map<string, string>();
  /** VM -> `network MAC` -> what it has, and since when nothing about that has changed. */
  readonly #held = new Map<string, Map<string, Held>>();

  /** `network MAC` -> `namespace/name` of each object that ever had it, also where its VM does not name it -> since when. */
  readonly #objects = new Map<string, Map<string, number>>();
  /** `network MAC` -> `namespace/name` of each object -> the address that it asked for last. */
  readonly #askedByObject = new Map<string, Map<string, string>>();
  /** `namespace/name` of each object -> the NICs that it shows with an address. */
  readonly #shown = new Map<string, readonly ShownNic[]>();
  /** `namespace/name` of each VM whose object is paused: what its MAC address has is somebody else's. */
  readonly #paused = new Set<string>();
  /** `namespace/name` of each VM whose object is going. */
  readonly #going = new Set<string>();
  /** `namespace/name` of each VM whose object was going, and when it was gone. */
  readonly #goneAt = new Map<string, number>();

  /** The NIC, where one VM at a time had its MAC address on this network. */
  find(network: string, mac: string): ClaimedNic | undefined {
    const id = `${network} ${mac}`;
    return this.#shared.has(id) ? undefined : this.#nics.get(id);
  }

  /** The NICs on a network, and whose they are. */
  on(network: string): readonly { readonly mac: string; readonly vm: string }[] {
    return [...this.#nics].flatMap(([id, { vm }]) => {
      const [of, mac = ""] = id.split(" ");
      return of === network ? [{ mac, vm }] : [];
    });
  }

  /** Whether more than one VM ever had a MAC address on this network at the same time: one that is made again is another one, and shares nothing. */
  isShared(network: string, mac: string): boolean {
    return this.#shared.has(`${network} ${mac}`);
  }

  /**
   * The VM that alone had a MAC address at a time, and has run since then with nothing changed, whoever else has the MAC address now: what it
   * has is its own.
   */
  incumbent(network: string, mac: string, at: number): string | undefined {
    const id = `${network} ${mac}`;
    const [first, second] = [...this.#owners.get(id) ?? []].filter(([, { since, until }]) =>
      since < at && until + AT_ONCE_MS >= at
    );
    if (first === undefined || second !== undefined) return undefined;
    const [uid] = first;
    for (const [vm, all] of this.#held) {
      const held = all.get(id);
      if (held?.uid === uid) return held.since < at && held.runs ? vm : undefined;
    }
    return undefined;
  }

  /** Whether a MAC address asks for an address by name, by any VM that has it or by any object, as a reservation does. */
  asksFor(network: string, mac: string, address: string): boolean {
    const id = `${network} ${mac}`;
    return [...this.#held.values()].some((all) => all.get(id)?.asks === address) ||
      [...this.#askedByObject.get(id)?.values() ?? []].includes(address);
  }

  /** Whether a VM asks for an address by name with a MAC address, whoever else has that one. */
  isAskedBy(vm: string, { network, mac, address }: Omit<Shown, "key">): boolean {
    return this.#held.get(vm)?.get(`${network} ${mac}`)?.asks === address;
  }

  /** When a NIC came to have what it has. */
  editedAt(network: string, mac: string): number {
    return this.#nics.get(`${network} ${mac}`)?.editedAt ?? 0;
  }

  /** When a NIC last asked for an address by name, or stopped to; -Infinity: it never did. */
  askedAt(network: string, mac: string): number {
    return this.#nics.get(`${network} ${mac}`)?.askedAt ?? -Infinity;
  }

  /** When an object first named a MAC address; `Infinity`: it never did. */
  namedAt({ key, network, mac }: Omit<Shown, "address">): number {
    return this.#objects.get(`${network} ${mac}`)?.get(key) ?? Infinity;
  }

  /** Whether a VM has a NIC, and wants an address for it. */
  isHeldBy(
    uid: string,
    { network, mac }: { readonly network: string; readonly mac: string },
  ): boolean {
    return [...this.#held.values()].some((all) => all.get(`${network} ${mac}`)?.uid === uid);
  }

  /** Whether any VM has a MAC address on a network, and wants an address for it. */
  isHeld(network: string, mac: string): boolean {
    return [...this.#held.values()].some((all) => all.has(`${network} ${mac}`));
  }

  /** Whether two MAC addresses were of the same VM at any time. */
  areOfOne(network: string, macs: readonly [string, string]): boolean {
    return [this.#owners, this.#objects].some((of) => {
      const [one, other] = macs.map((mac) => of.get(`${network} ${mac}`));
      return one !== undefined && other !== undefined &&
        [...one.keys()].some((owner) => other.has(owner));
    });
  }

  /** Whether a VM has wanted an address for a MAC address since then. */
  isWantedSince(network: string, mac: string, since: number): boolean {
    const nic = this.#nics.get(`${network} ${mac}`);
    return nic !== undefined && nic.editedAt <= since && !this.isPaused(nic.vm);
  }

  /** Whether an object shows an address for a NIC. */
  shows({ key, network, mac, address }: Shown): boolean {
    const of = nicKey(network, mac);
    return this.#shown.get(key)?.some((nic) => nic.key === of && nic.address === address) === true;
  }

  /** Whether the object of a VM is paused. */
  isPaused(vm: string): boolean {
    return this.#paused.has(vm);
  }

  /** Whether the object of a VM gives back what it has, since whenever: it is paused, or going. */
  isReleasing(vm: string): boolean {
    return this.#paused.has(vm) || this.#going.has(vm);
  }

  /** When the object of a VM that was deleted was gone; -Infinity: none ever was. */
  goneAt(vm: string): number {
    return this.#goneAt.get(vm) ?? -Infinity;
  }

  /** Takes in a VM as it is now, under `namespace/name`. */
  onVm(world: World, key: string, vm: VirtualMachine | undefined): void {
    const is = claimsOf(world, vm);
    const { now } = world.timeline;
    const uid = vm?.metadata.uid ?? "";
    const runs = world.hypervisor.machine(key) !== undefined;
    const before = this.#held.get(key);
    this.#held.set(
      key,
      new Map([...is].map(([id, asks]) => {
        const held = before?.get(id);
        const isSame = held?.uid === uid && held.asks === asks && held.runs === runs;
        return [id, isSame ? held : { uid, asks, runs, since: now }];
      })),
    );
    for (const [id, nic] of this.#nics) {
      if (nic.vm === key && !is.has(id)) this.#nics.delete(id);
    }
    for (const owners of this.#owners.values()) {
      for (const [of, owner] of owners) {
        if (of === this.#uids.get(key) && of !== uid) owner.until = now;
        if (of === uid) owner.until = Infinity;
      }
    }
    this.#uids.set(key, uid);
    for (const [id, asks] of is) {
      const owners = this.#owners.get(id) ?? new Map<string, Owner>();
      if (!owners.has(uid)) this.#owners.set(id, owners.set(uid, { since: now, until: Infinity }));
      const there = [...owners.values()].filter(({ until }) => until + AT_ONCE_MS >= now);
      if (there.length > 1) this.#shared.add(id);
      const known = this.#nics.get(id);
      if (known?.vm === key && known.uid === uid && known.asks === asks) continue;
      const askedBefore = known?.uid === uid ? known.asks : "";
      const askedAt = asks !== askedBefore ? now : known?.askedAt ?? -Infinity;
      this.#nics.set(id, { vm: key, uid, asks, editedAt: now, askedAt, touchedAt: now });
    }
  }

  /** Takes in the change of an object: what a person pauses or deletes gives its addresses back. */
  onConfig({ timeline }: World, { before, after }: {
    readonly before: VirtualMachineNetworkConfig | undefined;
    readonly after: VirtualMachineNetworkConfig | undefined;
  }): void {
    const { networkConfig = [], networkConfigs = [] } = after?.spec ?? {};
    for (const { networkName, macAddress, ipAddress } of [...networkConfig, ...networkConfigs]) {
      const network = wholeNetworkName(networkName, after?.metadata.namespace);
      const mac = normalizeMac(macAddress);
      const id = `${network} ${mac}`;
      if (after) {
        const objects = this.#objects.get(id) ?? new Map<string, number>();
        const since = objects.get(keyOf(after)) ?? timeline.now;
        this.#objects.set(id, objects.set(keyOf(after), since));
      }
      if (ipAddress && after) {
        const asked = this.#askedByObject.get(id) ?? new Map<string, string>();
        this.#askedByObject.set(id, asked.set(keyOf(after), ipAddress));
      }
    }
    for (const config of [before, after]) {
      if (config === undefined) continue;
      const shown = after === undefined ? [] : shownNics(after);
      this.#shown.set(keyOf(config), shown.filter(({ state }) => state === "Allocated"));
      mark(this.#paused, keyOf(config), after?.spec.paused === true);
      mark(this.#going, keyOf(config), after?.metadata.deletionTimestamp !== undefined);
    }
    const isSame = before?.metadata.uid === after?.metadata.uid &&
      before?.spec.paused === after?.spec.paused &&
      before?.metadata.deletionTimestamp === after?.metadata.deletionTimestamp;
    if (isSame || before === undefined) return;
    const isGone = before.metadata.deletionTimestamp !== undefined &&
      before.metadata.uid !== after?.metadata.uid;
    if (isGone) this.#goneAt.set(keyOf(before), timeline.now);
    for (const nic of this.#nics.values()) {
      if (nic.vm === keyOf(before)) nic.touchedAt = timeline.now;
    }
    for (const held of this.#held.get(keyOf(before))?.values() ?? []) held.since = timeline.now;
  }
}

function mark(keys: Set<string>, key: string, isSo: boolean): void {
  if (isSo) keys.add(key);
  else keys.delete(key);
}

/** `network MAC` -> what the NIC asks for; none of a VM that is going or wants no managed DHCP. */
function claimsOf({ hypervisor }: World, vm: VirtualMachine | undefined): Map<string, string> {
  const { annotations = {}, deletionTimestamp } = vm?.metadata ?? {};
  const spec = vm?.spec?.template?.spec;
  const claims = new Map<string, string>();
  if (vm === undefined || deletionTimestamp !== undefined) return claims;
  if (annotations[MANAGED_DHCP] !== undefined) return claims;
  const machine = hypervisor.machine(keyOf(vm));
  for (const { name, multus } of spec?.networks ?? []) {
    const network = wholeNetworkName(multus?.networkName, vm.metadata.namespace);
    const { macAddress } = spec?.domain?.devices?.interfaces?.find((one) => one.name === name) ??
      {};
    const mac = macAddress === undefined
      ? machine?.nics.find(({ nic }) => nic === name)?.mac
      : normalizeMac(macAddress);
    if (network === undefined || mac === undefined) continue;
    claims.set(`${network} ${mac}`, annotations[`${STATIC_IP_ANNOTATION_PREFIX}${name}`] ?? "");
  }
  return claims;
}
