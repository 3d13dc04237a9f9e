/**
 * Whom somebody means: a VM, a vmnetcfg, a MAC address or an IP address.
 *
 * @module
 */
import { MANAGED_DHCP } from "../api/names.ts";
import { fieldErrorText } from "../api/fields/field_error.ts";
import { readVirtualMachine, readVirtualMachineInstance } from "../api/foreign/foreign.ts";
import { wholeNetworkName } from "../api/network.ts";
import type {
  IPPool,
  VirtualMachine,
  VirtualMachineInstance,
  VirtualMachineNetworkConfig,
} from "../api/types.ts";
import { interfacesOf } from "../ipam/vm/interfaces_of.ts";
import { formatIPv4, formatMac, readIPv4, readMac } from "../net/mod.ts";
import { cidrContains, parseCidr } from "../net/cidr.ts";
import { readEntries } from "../record/entries.ts";
import { wantedNics } from "../vmnetcfg/nics.ts";
import { vmKeyOf } from "../vmnetcfg/vm_owner.ts";
import type { NicFacts } from "./nic_facts.ts";
import { named, nameOf, poolsOfNetwork, type World } from "./world.ts";

/** What somebody typed. */
interface Asked {
  /** `NAME`, `NAMESPACE/NAME`, `vm/NAME`, `vmnetcfg/NAME`, a MAC address in any notation, or an IPv4 address. */
  readonly of: string;
  /** Only objects of this namespace; of an IP address, only pools of it. */
  readonly namespace?: string;
}

/** What `kubectl` lets people write before a name. */
const KINDS = /^(vm|vms|virtualmachines?|vmnetcfgs?|virtualmachinenetworkconfigs?)\/(?=.)/i;

/** Everything that is meant: one for each NIC; none where nothing of the kind is known. */
export function findSubjects(world: World, asked: Asked): readonly NicFacts[] {
  const text = asked.of.trim();
  const address = readIPv4(text);
  if (address >= 0) return byAddress(world, { address, namespace: asked.namespace });
  const mac = readMac(text);
  if (mac >= 0) return byMac(world, { mac, namespace: asked.namespace });
  const found = byName(world, { ...asked, of: text });
  return found.length > 0 || !KINDS.test(text)
    ? found
    : byName(world, { ...asked, of: text.replace(KINDS, "") });
}

function byName(world: World, { of, namespace }: Asked): readonly NicFacts[] {
  const slash = of.indexOf("/");
  const name = of.slice(slash + 1);
  const inside = slash < 0 ? namespace : of.slice(0, slash);
  const isMeant = ({ metadata }: VirtualMachine | VirtualMachineNetworkConfig) =>
    metadata.name === name && (inside === undefined || metadata.namespace === inside);
  const vms = world.vms.filter(isMeant);
  const keys = new Set(vms.map(nameOf));
  const configs = world.configs.filter((config) =>
    isMeant(config) && !keys.has(vmKeyOf(config) ?? "")
  );
  return [
    ...vms.flatMap((vm) => nicsOfVm(world, vm)),
    ...configs.flatMap((config) => {
      const vm = named(world.vms, vmKeyOf(config) ?? "");
      return vm === undefined ? nicsOfConfig(world, config) : nicsOfVm(world, vm);
    }),
  ];
}

function byMac(
  world: World,
  { mac, namespace }: { readonly mac: number; readonly namespace: string | undefined },
): readonly NicFacts[] {
  const isMeant = (object: VirtualMachine | VirtualMachineNetworkConfig) =>
    namespace === undefined || object.metadata.namespace === namespace;
  const configs = world.configs.filter((config) =>
    isMeant(config) && wantedNics(config).some((nic) => readMac(nic.macAddress) === mac)
  );
  const keys = new Set(configs.map(vmKeyOf));
  const isNew = configs.length === 0; // Only then VMs are looked through, which takes ten times as long.
  const vmis = new Map(isNew ? world.vmis.map((vmi) => [nameOf(vmi), vmi]) : []);
  const vms = world.vms.filter((vm) =>
    isMeant(vm) &&
    (isNew ? mentions(vm, { mac, vmi: vmis.get(nameOf(vm)) }) : keys.has(nameOf(vm)))
  );
  const present = new Set(vms.map(nameOf));
  const nics = [
    ...vms.flatMap((vm) => nicsOfVm(world, vm)),
    ...configs.filter((config) => !present.has(vmKeyOf(config) ?? ""))
      .flatMap((config) => nicsOfConfig(world, config)),
  ].filter(({ macAddress = "" }) => readMac(macAddress) === mac);
  if (nics.length > 0) return nics;
  const macAddress = formatMac(mac);
  const pool = world.pools.find((pool) => addressesOf(pool, mac).length > 0);
  return [{
    world,
    subject: `MAC address ${macAddress}`,
    macAddress,
    problems: [],
    ...(pool && { pool, ...networkOf(pool) }),
  }];
}

/** Whether a VM may have a NIC of this MAC address. */
function mentions(
  vm: VirtualMachine,
  { mac, vmi }: { readonly mac: number; readonly vmi: VirtualMachineInstance | undefined },
): boolean {
  // Any spelling: digits alone are compared.
  const digits = formatMac(mac).replaceAll(":", "");
  const text = JSON.stringify([
    vm.metadata.annotations,
    vm.spec?.template?.spec?.domain,
    vmi?.spec?.domain,
    vmi?.status?.interfaces,
  ]).toLowerCase().replace(/[:.-]/g, "");
  return text.includes(digits);
}

function byAddress(
  world: World,
  { address, namespace }: { readonly address: number; readonly namespace: string | undefined },
): readonly NicFacts[] {
  const text = formatIPv4(address);
  const pools = world.pools.filter((pool) =>
    (namespace === undefined || pool.metadata.namespace === namespace) && covers(pool, address)
  );
  return pools.flatMap((pool): readonly NicFacts[] => {
    const { network = "" } = networkOf(pool);
    const value = pool.status?.ipv4?.allocated?.[text];
    const mac = value === undefined ? -1 : readMac(value);
    const nics = mac < 0 ? asking(world, { network, address }) : byMac(world, {
      mac,
      namespace: undefined,
    }).filter((facts) => facts.network === undefined || facts.network === network);
    if (nics.length > 0) return nics;
    return [{
      world,
      subject: `address ${text} of IPPool ${nameOf(pool)}`,
      network,
      pool,
      address: text,
      problems: [],
      ...(mac < 0 ? {} : { macAddress: formatMac(mac) }),
    }];
  });
}

/** NICs that want an address which nobody has. */
function asking(
  world: World,
  { network, address }: { readonly network: string; readonly address: number },
): readonly NicFacts[] {
  return world.configs.flatMap((config) =>
    wantedNics(config).some((nic) =>
        nic.network === network && readIPv4(nic.ipAddress ?? "") === address
      )
      ? ofConfig(world, config).filter((facts) => facts.network === network)
      : []
  );
}

function ofConfig(world: World, config: VirtualMachineNetworkConfig): readonly NicFacts[] {
  const vm = named(world.vms, vmKeyOf(config) ?? "");
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

/** The addresses that a pool records for a MAC address. */
export function addressesOf(pool: IPPool, mac: number): readonly string[] {
  return readEntries(pool.status?.ipv4?.allocated).filter((entry) => entry.mac === mac)
    .map(({ key }) => key);
}

function networkOf(pool: IPPool): { readonly network?: string } {
  const network = wholeNetworkName(pool.spec?.networkName, pool.metadata.namespace);
  return network === undefined ? {} : { network };
}

/** What is known of the NICs of a VM, each; where it has none that could get an address, of the VM alone. */
function nicsOfVm(world: World, vm: VirtualMachine): readonly NicFacts[] {
  const key = nameOf(vm);
  const vmi = named(world.vmis, key);
  const same = world.configs.find((config) => nameOf(config) === key);
  const config = same !== undefined && vmKeyOf(same) === key
    ? same
    : world.configs.find((config) => vmKeyOf(config) === key);
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
  const namespace = world.namespaces.find(({ metadata }) =>
    metadata.name === vm.metadata.namespace
  );
  const namespaceLabel = namespace?.metadata.labels?.[MANAGED_DHCP];
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
