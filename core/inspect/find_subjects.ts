/**
 * Whom somebody means: a VM, a vmnetcfg, a MAC address or an IP address.
 *
 * @module
 */
import { fieldErrorText } from "../api/fields/field_error.ts";
import { readVirtualMachine, readVirtualMachineInstance } from "../api/foreign/foreign.ts";
import { wholeNetworkName } from "../api/network.ts";
import type { IPPool, VirtualMachine, VirtualMachineNetworkConfig } from "../api/types.ts";
import { interfacesOf } from "../ipam/vm/interfaces_of.ts";
import { ownInstance } from "../ipam/vm/vm_state.ts";
import { formatIPv4, formatMac, readIPv4, readMac } from "../net/mod.ts";
import { cidrContains, parseCidr } from "../net/cidr.ts";
import { wantedNics } from "../vmnetcfg/nics.ts";
import { vmKeyOf } from "../vmnetcfg/vm_owner.ts";
import type { NicFacts } from "./nic_facts.ts";
import { nameOf, poolsOfNetwork, type World } from "./world.ts";
import { indexOf } from "./world_index.ts";

/** What somebody typed. */
interface Asked {
  /** `NAME`, `NAMESPACE/NAME`, `vm/NAME`, `vmnetcfg/NAME`, a MAC address in any notation, or an IPv4 address. */
  readonly of: string;
  /** Only objects of this namespace; of an IP address, only pools of it. */
  readonly namespace?: string | undefined;
}

/** What `kubectl` lets people write before a name. */
const KINDS = /^(vm|vms|virtualmachines?|vmnetcfgs?|virtualmachinenetworkconfigs?)\/(?=.)/i;

/**
 * Everything that is meant: one for each NIC, of no more than `most`; none where nothing of the kind is known. Looks at each object a
 * few times at most, however many are meant.
 */
export function findSubjects(world: World, asked: Asked, most = Infinity): readonly NicFacts[] {
  return taken(subjectsOf(world, { ...asked, of: asked.of.trim() }), most);
}

function subjectsOf(world: World, asked: Asked): Iterable<NicFacts> {
  const { of: text, namespace } = asked;
  const address = readIPv4(text);
  if (address >= 0) return byAddress(world, { address, namespace });
  const mac = readMac(text);
  if (mac >= 0) return byMac(world, { mac, namespace });
  const [whole] = taken(byName(world, asked), 1);
  const of = whole === undefined ? text.replace(KINDS, "") : text;
  return byName(world, { of, namespace });
}

function taken<T>(all: Iterable<T>, most: number): readonly T[] {
  const some: T[] = [];
  for (const one of all) {
    if (some.length >= most) break;
    some.push(one);
  }
  return some;
}

function* byName(world: World, { of, namespace }: Asked): Generator<NicFacts> {
  const slash = of.indexOf("/");
  const name = of.slice(slash + 1);
  const inside = slash < 0 ? namespace : of.slice(0, slash);
  const isMeant = ({ metadata }: VirtualMachine | VirtualMachineNetworkConfig) =>
    metadata.name === name && (inside === undefined || metadata.namespace === inside);
  const keys = new Set<string>();
  for (const vm of world.vms.filter(isMeant)) {
    keys.add(nameOf(vm));
    yield* nicsOfVm(world, vm);
  }
  for (const config of world.configs.filter(isMeant)) {
    if (!keys.has(vmKeyOf(config) ?? "")) yield* ofConfig(world, config);
  }
}

interface AskedMac {
  readonly mac: number;
  readonly namespace?: string | undefined;
  /** VMs that may have it, where no vmnetcfg asks for it. */
  readonly mentioning?: ReadonlyMap<number, readonly VirtualMachine[]>;
}

function* byMac(world: World, asked: AskedMac): Generator<NicFacts> {
  const { mac, namespace } = asked;
  const index = indexOf(world);
  const isMeant = (object: VirtualMachine | VirtualMachineNetworkConfig) =>
    namespace === undefined || object.metadata.namespace === namespace;
  const isMac = ({ macAddress = "" }: NicFacts) => readMac(macAddress) === mac;
  const configs = index.configsWithMac(mac).filter(isMeant);
  let isAny = false;
  const present = new Set<string>();
  // Only where none asks for it VMs are looked through, which takes ten times as long.
  const vms = configs.length === 0
    ? (asked.mentioning ?? index.vmsMentioning([mac])).get(mac)?.filter(isMeant) ?? []
    : [...new Set(configs.map((config) => index.vm(vmKeyOf(config) ?? "")))]
      .filter((vm) => vm !== undefined);
  for (const vm of vms) {
    present.add(nameOf(vm));
    for (const facts of nicsOfVm(world, vm).filter(isMac)) {
      isAny = true;
      yield facts;
    }
  }
  for (const config of configs) {
    if (present.has(vmKeyOf(config) ?? "")) continue;
    for (const facts of nicsOfConfig(world, config).filter(isMac)) {
      isAny = true;
      yield facts;
    }
  }
  if (isAny) return;
  const macAddress = formatMac(mac);
  const pool = world.pools.find((pool) => index.addressesIn(pool, mac).length > 0);
  yield {
    world,
    subject: `MAC address ${macAddress}`,
    macAddress,
    problems: [],
    ...(pool && { pool, ...networkOf(pool) }),
  };
}

function* byAddress(
  world: World,
  { address, namespace }: { readonly address: number; readonly namespace: string | undefined },
): Generator<NicFacts> {
  const text = formatIPv4(address);
  const pools = world.pools.filter((pool) =>
    (namespace === undefined || pool.metadata.namespace === namespace) && covers(pool, address)
  );
  const macIn = ({ status }: IPPool) => {
    const value = status?.ipv4?.allocated?.[text];
    return value === undefined ? -1 : readMac(value);
  };
  const index = indexOf(world);
  // Every tenant may have the same subnet: VMs are looked through once for all of them.
  const unasked = pools.map(macIn)
    .filter((mac) => mac >= 0 && index.configsWithMac(mac).length === 0);
  const mentioning = index.vmsMentioning(unasked);
  for (const pool of pools) {
    const { network = "" } = networkOf(pool);
    const mac = macIn(pool);
    const nics = mac < 0 ? asking(world, { network, address }) : ofNetwork(
      byMac(world, { mac, mentioning }),
      (facts) => facts.network === undefined || facts.network === network,
    );
    let isAny = false;
    for (const facts of nics) {
      isAny = true;
      yield facts;
    }
    if (isAny) continue;
    yield {
      world,
      subject: `address ${text} of IPPool ${nameOf(pool)}`,
      network,
      pool,
      address: text,
      problems: [],
      ...(mac < 0 ? {} : { macAddress: formatMac(mac) }),
    };
  }
}

function* ofNetwork(
  all: Iterable<NicFacts>,
  isMeant: (facts: NicFacts) => boolean,
): Generator<NicFacts> {
  for (const facts of all) if (isMeant(facts)) yield facts;
}

/** NICs that want an address which nobody has. */
function* asking(
  world: World,
  { network, address }: { readonly network: string; readonly address: number },
): Generator<NicFacts> {
  for (const config of indexOf(world).configsWanting(network, address)) {
    yield* ofConfig(world, config).filter((facts) => facts.network === network);
  }
}

function ofConfig(world: World, config: VirtualMachineNetworkConfig): readonly NicFacts[] {
  const vm = indexOf(world).vm(vmKeyOf(config) ?? "");
  return vm === undefined ? nicsOfConfig(world, config) : nicsOfVm(world, vm);
}

function covers(pool: IPPool, address: number): boolean {
  if (pool.status?.ipv4?.allocated?.[formatIPv4(address)] !== undefined) return true;
  try {
    return cidrContains(parseCidr(pool.spec.ipv4Config.cidr), address);
  } catch {
    return false; // A pool whose cidr cannot be read has no addresses.
  }
}

function networkOf(pool: IPPool): { readonly network?: string } {
  const network = wholeNetworkName(pool.spec?.networkName, pool.metadata.namespace);
  return network === undefined ? {} : { network };
}

/** What is known of the NICs of a VM, each; where it has none that could get an address, of the VM alone. */
function nicsOfVm(world: World, vm: VirtualMachine): readonly NicFacts[] {
  const key = nameOf(vm);
  const index = indexOf(world);
  const vmi = ownInstance(vm, index.vmi(key));
  const same = index.config(key);
  const config = same !== undefined && vmKeyOf(same) === key ? same : index.configOfVm(key);
  const common = {
    world,
    vm,
    ...(vmi && { vmi }),
    ...(config && { config }),
    ...(same !== undefined && vmKeyOf(same) !== key ? { inTheWay: same } : {}),
  };
  const checked = readVirtualMachine(vm);
  if (!checked.ok) {
    const unreadable = `The VirtualMachine cannot be read: ${fieldErrorText(checked.errors)}`;
    return [{ ...common, subject: `VM ${key}`, unreadable, problems: [] }];
  }
  const instance = vmi && readVirtualMachineInstance(vmi);
  const namespaceLabel = index.managedLabel(vm.metadata.namespace);
  const { nics, problems, optedOut = [] } = interfacesOf(checked.value, {
    ...(instance?.ok === true ? { vmi: instance.value } : {}),
    ...(namespaceLabel === undefined ? {} : { namespaceLabel }),
  });
  const about = (name: string) => problems.filter(({ nic }) => nic === name);
  const subject = (name: string) => `VM ${key}, NIC ${name}`;
  const listed = new Set([...nics, ...optedOut].map(({ name }) => name));
  const lost = new Set(
    problems.flatMap(({ nic, reason }) =>
      nic === undefined || listed.has(nic) || reason === "UnknownNic" ? [] : [nic]
    ),
  );
  const facts: NicFacts[] = [
    ...nics.map(({ name, network, macAddress }) => ({
      ...common,
      subject: subject(name),
      nic: name,
      network,
      ...(macAddress === undefined ? {} : { macAddress }),
      problems: about(name),
      ...serving(world, network),
    })),
    ...optedOut.map((one) => ({
      ...common,
      subject: subject(one.name),
      nic: one.name,
      network: one.network,
      ...(one.macAddress === undefined ? {} : { macAddress: one.macAddress }),
      optedOut: one,
      problems: about(one.name),
      ...serving(world, one.network),
    })),
    ...[...lost].map((name) => ({
      ...common,
      subject: subject(name),
      nic: name,
      problems: about(name),
    })),
  ];
  return facts.length > 0 ? facts : [{ ...common, subject: `VM ${key}`, problems }];
}

/** The NICs of an object whose VM is not there. */
function nicsOfConfig(world: World, config: VirtualMachineNetworkConfig): readonly NicFacts[] {
  const key = nameOf(config);
  const nics = wantedNics(config);
  if (nics.length === 0) return [{ world, config, subject: `vmnetcfg ${key}`, problems: [] }];
  return nics.map(({ network, networkName, macAddress }) => {
    const mac = readMac(macAddress);
    return {
      world,
      config,
      subject: `vmnetcfg ${key}, ${macAddress} on ${networkName}`,
      network: network ?? networkName,
      macAddress: mac < 0 ? macAddress : formatMac(mac),
      problems: [],
      ...(network === undefined ? {} : serving(world, network)),
    };
  });
}

function serving(world: World, network: string): { readonly pool?: IPPool } {
  const { serving: pool } = poolsOfNetwork(world, network);
  return pool === undefined ? {} : { pool };
}
