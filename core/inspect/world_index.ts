/**
 * Where the objects of a world are found without looking through all of them.
 *
 * @module
 */
import { MANAGED_DHCP } from "../api/names.ts";
import type {
  IPPool,
  KubeObject,
  VirtualMachine,
  VirtualMachineInstance,
  VirtualMachineNetworkConfig,
} from "../api/types.ts";
import { formatMac, readIPv4, readMac } from "../net/mod.ts";
import { readEntries } from "../record/entries.ts";
import { wantedNics } from "../vmnetcfg/nics.ts";
import { vmKeyOf } from "../vmnetcfg/vm_owner.ts";
import { nameOf, type World } from "./world.ts";

/** Each part is made when it is first asked for, by one look at each object. */
class WorldIndex {
  readonly #world: World;
  #vms: ReadonlyMap<string, VirtualMachine> | undefined;
  #vmis: ReadonlyMap<string, VirtualMachineInstance> | undefined;
  #configs: ReadonlyMap<string, VirtualMachineNetworkConfig> | undefined;
  #configsOfVms: ReadonlyMap<string, VirtualMachineNetworkConfig> | undefined;
  #labels: ReadonlyMap<string, string | undefined> | undefined;
  #configsByMac: ReadonlyMap<number, readonly VirtualMachineNetworkConfig[]> | undefined;
  #configsByWish: ReadonlyMap<string, readonly VirtualMachineNetworkConfig[]> | undefined;
  readonly #recorded = new Map<IPPool, ReadonlyMap<number, readonly string[]>>();

  constructor(world: World) {
    this.#world = world;
  }

  /** By `namespace/name`. */
  vm(key: string): VirtualMachine | undefined {
    return (this.#vms ??= firstBy(this.#world.vms, nameOf)).get(key);
  }

  /** By `namespace/name`. */
  vmi(key: string): VirtualMachineInstance | undefined {
    return (this.#vmis ??= firstBy(this.#world.vmis, nameOf)).get(key);
  }

  /** By `namespace/name`. */
  config(key: string): VirtualMachineNetworkConfig | undefined {
    return (this.#configs ??= firstBy(this.#world.configs, nameOf)).get(key);
  }

  /** The first that is for a VM, by the VM's `namespace/name`. */
  configOfVm(key: string): VirtualMachineNetworkConfig | undefined {
    return (this.#configsOfVms ??= firstBy(this.#world.configs, vmKeyOf)).get(key);
  }

  /** What the label of a namespace says of DHCP. */
  managedLabel(namespace: string | undefined): string | undefined {
    this.#labels ??= new Map(
      this.#world.namespaces.map(({ metadata: { name, labels } }) => [
        name ?? "",
        labels?.[MANAGED_DHCP],
      ]),
    );
    return namespace === undefined ? undefined : this.#labels.get(namespace);
  }

  /** Those that ask for a MAC address. */
  configsWithMac(mac: number): readonly VirtualMachineNetworkConfig[] {
    this.#configsByMac ??= allBy(
      this.#world.configs,
      (config) => wantedNics(config).map(({ macAddress }) => readMac(macAddress)),
    );
    return this.#configsByMac.get(mac) ?? [];
  }

  /** Those that want an address of a network. */
  configsWanting(network: string, address: number): readonly VirtualMachineNetworkConfig[] {
    this.#configsByWish ??= allBy(
      this.#world.configs,
      (config) =>
        wantedNics(config).map((nic) => `${nic.network} ${readIPv4(nic.ipAddress ?? "")}`),
    );
    return this.#configsByWish.get(`${network} ${address}`) ?? [];
  }

  /** The addresses that a pool records for a MAC address. */
  addressesIn(pool: IPPool, mac: number): readonly string[] {
    let recorded = this.#recorded.get(pool);
    if (recorded === undefined) {
      recorded = recordedBy(pool);
      this.#recorded.set(pool, recorded);
    }
    return recorded.get(mac) ?? [];
  }

  /** VMs that may have a NIC of one of these MAC addresses, in any spelling; those with none are left out. */
  vmsMentioning(macs: readonly number[]): ReadonlyMap<number, readonly VirtualMachine[]> {
    const wanted = new Map(macs.map((mac) => [formatMac(mac).replaceAll(":", ""), mac]));
    const found = new Map<number, VirtualMachine[]>();
    if (wanted.size === 0) return found;
    for (const vm of this.#world.vms) {
      for (const digits of mentioned(vm, { vmi: this.vmi(nameOf(vm)), wanted })) {
        const mac = wanted.get(digits) ?? -1;
        const vms = found.get(mac);
        if (vms === undefined) found.set(mac, [vm]);
        else vms.push(vm);
      }
    }
    return found;
  }
}

const INDEXES = new WeakMap<World, WorldIndex>();

/** The index of a world, which lives as long as the world does. */
export function indexOf(world: World): WorldIndex {
  let index = INDEXES.get(world);
  if (index === undefined) {
    index = new WorldIndex(world);
    INDEXES.set(world, index);
  }
  return index;
}

/** MAC address -> the addresses that a pool records for it. */
function recordedBy(pool: IPPool): ReadonlyMap<number, readonly string[]> {
  const recorded = new Map<number, string[]>();
  for (const { key, mac } of readEntries(pool.status?.ipv4?.allocated)) {
    if (mac < 0) continue;
    const list = recorded.get(mac);
    if (list === undefined) recorded.set(mac, [key]);
    else list.push(key);
  }
  return recorded;
}

/** The first of each key. */
function firstBy<T extends KubeObject>(
  objects: readonly T[],
  keyOf: (object: T) => string | undefined,
): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const object of objects) {
    const key = keyOf(object);
    if (key !== undefined && !found.has(key)) found.set(key, object);
  }
  return found;
}

/** All of each key, each once. */
function allBy<K, T>(objects: readonly T[], keysOf: (object: T) => readonly K[]): Map<K, T[]> {
  const found = new Map<K, T[]>();
  for (const object of objects) {
    for (const key of new Set(keysOf(object))) {
      const list = found.get(key);
      if (list === undefined) found.set(key, [object]);
      else list.push(object);
    }
  }
  return found;
}

/** Digits of a MAC address. */
const DIGITS = 12;

/** Which of the wanted digits stand in what may tell a VM's MAC addresses: any spelling, so digits alone are compared. */
function mentioned(
  vm: VirtualMachine,
  { vmi, wanted }: {
    readonly vmi: VirtualMachineInstance | undefined;
    readonly wanted: ReadonlyMap<string, number>;
  },
): ReadonlySet<string> {
  const text = JSON.stringify([
    vm.metadata.annotations,
    vm.spec?.template?.spec?.domain,
    vmi?.spec?.domain,
    vmi?.status?.interfaces,
  ]).toLowerCase().replace(/[:.-]/g, "");
  const found = new Set<string>();
  for (const [run] of text.matchAll(/[0-9a-f]{12,}/g)) {
    for (let at = 0; at + DIGITS <= run.length; at++) {
      const digits = run.slice(at, at + DIGITS);
      if (wanted.has(digits)) found.add(digits);
    }
  }
  return found;
}
