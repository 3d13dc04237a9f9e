/**
 * What may be done to an IPPool.
 *
 * @module
 */
import type { FieldError } from "../core/api/field_error.ts";
import { parseIPPool } from "../core/api/ippool.ts";
import { networkStatusesOf } from "../core/api/network_configs.ts";
import type {
  IPPool,
  IPv4Config,
  KubeObject,
  VirtualMachineNetworkConfig,
} from "../core/api/types.ts";
import { electPool } from "../core/ipam/elect_pool.ts";
import { validatePool } from "../core/ipam/validate_pool.ts";
import { readIPv4, readMac } from "../core/net/mod.ts";
import type { ClusterView } from "./cluster_view.ts";
import { allow, decide, type Decision } from "./decision.ts";
import { immutableErrors } from "./immutable.ts";
import { listNames, nameOf, networkOfPool, wholeNetwork } from "./networks.ts";
import { poolWarnings, type WarningOptions } from "./pool_warnings.ts";
import { ratchet } from "./ratchet.ts";

/** What judging a pool needs. */
export interface PoolJudge extends WarningOptions {
  readonly cluster: ClusterView;
}

const IMMUTABLE = [["spec", "networkName"], ["spec", "ipv4Config", "cidr"]] as const;

/** Judges a new pool: its values, its network, and who else is there. */
export async function createIPPool(object: KubeObject, judge: PoolJudge): Promise<Decision> {
  const checked = parseIPPool(withoutStatus(object));
  const pool = object as IPPool;
  const network = networkOfPool(pool);
  const errors = checked.ok ? [] : [...checked.errors];
  if (network === undefined) return decide(errors, []);
  const nad = await judge.cluster.network(network);
  const path = "spec.networkName";
  if (nad === undefined) {
    const message = `must name a NetworkAttachmentDefinition: there is no ${network}`;
    errors.push({ path, value: pool.spec.networkName, message });
  }
  const others = (await judge.cluster.poolsOn(network)).filter((other) =>
    nameOf(other) !== nameOf(pool) && other.metadata.deletionTimestamp === undefined
  );
  if (others.length > 0) {
    const message = `must not be a network that another pool serves: IPPool ${
      listNames(others.map(nameOf))
    }`;
    errors.push({ path, value: pool.spec.networkName, message });
  }
  errors.push(...serverErrors(pool, await judge.cluster.configsOn(network)));
  return decide(errors, checked.ok ? poolWarnings(pool, nad, judge) : []);
}

/** Judges an edit, also by the addresses that are in use. */
export async function updateIPPool(
  object: KubeObject,
  oldObject: KubeObject,
  judge: PoolJudge,
): Promise<Decision> {
  const [pool, old] = [object as IPPool, oldObject as IPPool];
  const network = networkOfPool(old);
  const configs = network === undefined ? [] : await judge.cluster.configsOn(network);
  const before = parseIPPool(withoutStatus(oldObject));
  const found = editErrors(pool, { old, ownerOf: ownersOf(configs, network) });
  const { errors, warnings } = ratchet(found, before.ok ? [] : before.errors);
  const changed = immutableErrors(IMMUTABLE, { object, oldObject });
  const nad = network === undefined ? undefined : await judge.cluster.network(network);
  return decide(
    [...changed, ...errors],
    [...warnings, ...(found.length === 0 ? poolWarnings(pool, nad, judge) : [])],
  );
}

interface Edit {
  readonly old: IPPool;
  readonly ownerOf: (macAddress: string) => string | undefined;
}

/**
 * Everything that is wrong with an edit. Addresses in use are judged even where some field cannot be read: that one is
 * taken as it was.
 */
function editErrors(pool: IPPool, edit: Edit): readonly FieldError[] {
  const found = validatePool(pool, edit);
  const faulty = new Set(found.map(({ path }) => /^spec\.ipv4Config\.(\w+)/.exec(path)?.[1]));
  const was: Readonly<Record<string, unknown>> = { ...edit.old.spec?.ipv4Config };
  const kept = Object.entries(pool.spec?.ipv4Config ?? {}).filter(([key]) => !faulty.has(key));
  const restored = Object.entries(was).filter(([key]) => faulty.has(key));
  const ipv4Config = Object.fromEntries([...kept, ...restored]) as unknown as IPv4Config;
  const others = validatePool({ ...pool, spec: { ...pool.spec, ipv4Config } }, edit);
  const known = new Set(found.map(({ path }) => path));
  return [...found, ...others.filter(({ path }) => !known.has(path))];
}

/** Judges a deletion: VMs that have their addresses from the pool would lose them. */
export async function deleteIPPool(oldObject: KubeObject, judge: PoolJudge): Promise<Decision> {
  const pool = oldObject as IPPool;
  const network = networkOfPool(pool);
  if (network === undefined) return allow();
  const pools = (await judge.cluster.poolsOn(network)).filter((other) =>
    nameOf(other) !== nameOf(pool)
  );
  if (electPool([...pools, pool]) !== pool && !hasAddresses(pool)) return allow();
  const users = (await judge.cluster.configsOn(network)).filter(({ metadata }) =>
    metadata.deletionTimestamp === undefined
  );
  if (users.length === 0) return allow();
  const message = `serves the network ${network}, which is in use by VirtualMachineNetworkConfig ${
    listNames(users.map(nameOf).sort())
  }: delete the VMs or take their NICs off the network first`;
  return { allowed: false, warnings: [], refusal: { reason: "Conflict", message } };
}

function hasAddresses(pool: IPPool): boolean {
  return Object.values(pool.status?.ipv4?.allocated ?? {}).some((value) => readMac(value) >= 0);
}

/** A new pool whose server would sit on an address that VMs of its network already show. */
function serverErrors(
  pool: IPPool,
  configs: readonly VirtualMachineNetworkConfig[],
): readonly FieldError[] {
  const value = pool.spec?.ipv4Config?.serverIP;
  if (typeof value !== "string" || readIPv4(value) < 0) return [];
  const network = networkOfPool(pool);
  for (const config of configs) {
    const taken = networkStatusesOf(config).find(({ networkName, allocatedIPAddress, state }) =>
      state === "Allocated" && wholeNetwork(networkName, config.metadata.namespace) === network &&
      readIPv4(allocatedIPAddress ?? "") === readIPv4(value)
    );
    if (taken === undefined) continue;
    const message = `must not be an address in use: ${vmOf(config)} (${taken.macAddress}) has it`;
    return [{ path: "spec.ipv4Config.serverIP", value, message }];
  }
  return [];
}

/** Names who has a MAC address on a network. */
function ownersOf(
  configs: readonly VirtualMachineNetworkConfig[],
  network: string | undefined,
): (macAddress: string) => string | undefined {
  const owners = new Map<number, string>();
  for (const config of configs) {
    for (const nic of config.spec.networkConfig ?? config.spec.networkConfigs ?? []) {
      if (wholeNetwork(nic.networkName, config.metadata.namespace) !== network) continue;
      owners.set(readMac(nic.macAddress), vmOf(config));
    }
  }
  return (macAddress) => owners.get(readMac(macAddress));
}

/** `VM namespace/name` of a VirtualMachineNetworkConfig. */
export function vmOf(config: VirtualMachineNetworkConfig): string {
  return `VM ${config.metadata.namespace ?? ""}/${config.spec.vmName}`;
}

function withoutStatus(object: KubeObject): unknown {
  const { status: _, ...rest } = object as IPPool;
  return rest;
}
