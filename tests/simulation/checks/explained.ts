/**
 * Who has no address is told why, and that is so.
 *
 * @module
 */
import { networkStatusesOf, wholeNetworkName } from "../../../core/api/mod.ts";
import { networkOfPool } from "../../../core/api/network.ts";
import { MANAGED_DHCP, Mark } from "../../../core/api/names.ts";
import type { IPPool, VirtualMachineNetworkConfig } from "../../../core/api/types.ts";
import { normalizeMac, readIPv4 } from "../../../core/net/mod.ts";
import { wantedNics } from "../../../core/vmnetcfg/nics.ts";
import { keyOf } from "../../../kube/mod.ts";
import type { World } from "../world/world.ts";
import { isServing, type Tenants } from "./serving.ts";

/** What a reason says, and whether it is so. */
type Truth = (about: About) => boolean;

interface About {
  readonly config: VirtualMachineNetworkConfig;
  readonly macAddress: string;
  /** What it asks for by name. */
  readonly requested: number;
  /** Those of the network. */
  readonly pools: readonly IPPool[];
  readonly configs: readonly VirtualMachineNetworkConfig[];
  readonly tenants: Tenants;
}

/** Who has no address for these has its MAC address all the same: its pool was made again without its record, or its namespace has as many as it may. */
const OF_POOLS: ReadonlySet<string> = new Set(["PoolPaused", "PoolInvalid", "NamespaceLimit"]);

/** Who asks for an address that it cannot have has its MAC address, too: both machines would use what either of them got. */
const OF_REQUESTS: ReadonlySet<string> = new Set([
  "InvalidAddress",
  "AddressOutsideNetwork",
  "AddressReserved",
  "AddressExcluded",
  "AddressTaken",
]);

/** Of the reasons that say something about other objects; what a reason says of its own NIC alone is not looked at. */
const TRUTHS: Readonly<Record<string, Truth>> = {
  NoPool: ({ pools }) => !pools.some(mayServe),
  Paused: ({ config }) => config.spec.paused === true,
  PoolPaused: ({ pools, tenants }) =>
    pools.some((pool) =>
      pool.spec.paused === true && isServing(pool, { pools, tenants }) !== false
    ),
  PoolExhausted: ({ pools, tenants }) =>
    pools.some((pool) =>
      pool.status?.ipv4?.available === 0 && isServing(pool, { pools, tenants }) !== false
    ),
  DuplicateMAC: ({ config, macAddress, configs }) =>
    configs.some((other) =>
      other !== config &&
      networkStatusesOf(other).some((nic) =>
        nic.macAddress === macAddress &&
        (nic.state === "Allocated" || OF_POOLS.has(nic.reason ?? "") ||
          OF_REQUESTS.has(nic.reason ?? ""))
      )
    ),
  AddressConflict: ({ pools, requested }) =>
    pools.some(({ status }) => holderOf(status, requested) === Mark.CONFLICT),
  AddressExcluded: ({ pools, requested }) =>
    pools.some(({ spec }) =>
      spec.ipv4Config.pool?.exclude?.some((one) => readIPv4(one) === requested) === true
    ),
  AddressTaken: ({ pools, requested, macAddress }) =>
    pools.some(({ status }) =>
      ![undefined, normalizeMac(macAddress)].includes(
        holderOf(status, requested) ?? holdOf(status, requested),
      )
    ),
  // They end by themselves, long before everything has come to rest.
  PoolNotWritten: () => false,
  AwaitingAgents: () => false,
};

/** What is not explained, or not by what is so, one sentence each. */
export function unexplained(
  tenants: Tenants,
  { pools, configs }: {
    readonly pools: readonly IPPool[];
    readonly configs: readonly VirtualMachineNetworkConfig[];
  },
): readonly string[] {
  return configs.flatMap((config) =>
    networkStatusesOf(config).flatMap(({ state, reason = "", macAddress, networkName }) => {
      if (state === "Allocated") return [];
      if (reason === "") return [`${keyOf(config)}: ${macAddress} has no address, and no reason`];
      const network = wholeNetworkName(networkName, config.metadata.namespace);
      const ofNetwork = pools.filter((pool) => networkOfPool(pool) === network);
      const mac = normalizeMac(macAddress);
      const { ipAddress = "" } = wantedNics(config).find((nic) =>
        nic.network === network && normalizeMac(nic.macAddress) === mac
      ) ?? {};
      const requested = readIPv4(ipAddress);
      const about = { config, macAddress, requested, pools: ofNetwork, configs, tenants };
      const isTrue = TRUTHS[reason]?.(about) ?? true;
      return isTrue ? [] : [`${keyOf(config)}: ${macAddress} has no address: ${reason} is not so`];
    })
  );
}

/** NICs of machines that run on networks with a pool, and of which nothing is said at all, one sentence each. */
export function untold(
  world: World,
  { pools, configs }: {
    readonly pools: readonly IPPool[];
    readonly configs: readonly VirtualMachineNetworkConfig[];
  },
): readonly string[] {
  const networks = new Set(
    pools.filter((pool) => mayServe(pool) && isServing(pool, { pools, tenants: world }) === true)
      .map(networkOfPool),
  );
  return world.hypervisor.vms.list().flatMap((vm) => {
    const key = keyOf(vm);
    if (vm.metadata.annotations?.[MANAGED_DHCP] !== undefined) return [];
    const config = configs.find((one) => keyOf(one) === key);
    const told = new Set((config?.status?.unserved ?? []).map(({ name }) => name));
    const shown = new Set(
      config === undefined
        ? []
        : networkStatusesOf(config).map(({ networkName, macAddress }) =>
          `${wholeNetworkName(networkName, config.metadata.namespace)} ${normalizeMac(macAddress)}`
        ),
    );
    return (world.hypervisor.machine(key)?.nics ?? []).filter(({ nic, network, mac }) =>
      networks.has(network) && !told.has(nic) && !shown.has(`${network} ${mac}`) &&
      world.hypervisor.isShown(mac)
    ).map(({ nic, network, mac }) => `nothing is said of ${nic} (${mac}) of ${key} on ${network}`);
  });
}

/** Who has an address, or what it is marked as. */
function holderOf(status: IPPool["status"], address: number): string | undefined {
  const { allocated = {} } = status?.ipv4 ?? {};
  return Object.entries(allocated).find(([key]) => readIPv4(key) === address)?.[1];
}

/** For whom an address rests. */
function holdOf(status: IPPool["status"], address: number): string | undefined {
  const { released = {} } = status?.ipv4 ?? {};
  return Object.entries(released).find(([key]) => readIPv4(key) === address)?.[1].macAddress;
}

/** Whether a pool is there to stay, and was not refused its network. */
function mayServe({ metadata, status }: IPPool): boolean {
  const registered = status?.conditions?.find(({ type }) => type === "Registered");
  return metadata.deletionTimestamp === undefined && registered?.status !== "False";
}
