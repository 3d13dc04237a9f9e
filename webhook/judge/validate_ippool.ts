/**
 * What may be done to an IPPool.
 *
 * @module
 */
import { type FieldError, fieldPath } from "../../core/api/fields/field_error.ts";
import { networkOfPool } from "../../core/api/network.ts";
import { namespaceProblem, networkAccess } from "../../core/api/tenancy.ts";
import type { IPPool, IPv4Config, VirtualMachineNetworkConfig } from "../../core/api/types.ts";
import { electPool } from "../../core/ipam/pool/elect_pool.ts";
import { readPoolSpec } from "../../core/ipam/pool/pool_network.ts";
import { type PoolEdit, takenErrors } from "../../core/ipam/pool/validate_pool.ts";
import { readIPv4, readMac } from "../../core/net/mod.ts";
import { NONE, readEntries } from "../../core/record/entries.ts";
import { shownNics, wantedNics } from "../../core/vmnetcfg/nics.ts";
import { usersOf } from "../../core/vmnetcfg/users_of.ts";
import { allow, decide, type Decision, type JudgeOptions } from "./decision.ts";
import { immutableErrors, splitErrors } from "./edit_errors.ts";
import { listNames, nameOf, noNetworkYet, vmOf } from "./names.ts";
import { ownWorldErrors } from "./own_world.ts";
import { poolWarnings } from "./pool_warnings.ts";

const IMMUTABLE = [["spec", "networkName"], ["spec", "ipv4Config", "cidr"]] as const;

/** Judges a new pool, or an edit of `old`. */
export function writeIPPool(
  pool: IPPool,
  old: IPPool | undefined,
  options: JudgeOptions,
): Promise<Decision> {
  return old === undefined ? createIPPool(pool, options) : updateIPPool(pool, old, options);
}

/** A new pool: its values, its network, and who else is there. */
async function createIPPool(pool: IPPool, options: JudgeOptions): Promise<Decision> {
  const { cluster } = options;
  const spec = readPoolSpec(pool);
  const errors = [...spec.errors];
  const network = networkOfPool(pool);
  if (network === undefined) return decide(errors, []);
  const nad = await cluster.network(network);
  const named = { path: ["spec", "networkName"], value: pool.spec.networkName };
  const access = networkAccess(network, { tenancy: options.tenancy, nad });
  const problem = namespaceProblem(access, pool.metadata.namespace);
  if (problem !== undefined && nad !== undefined) errors.push({ ...named, message: problem });
  const others = (await cluster.poolsOn(network)).filter((other) =>
    nameOf(other) !== nameOf(pool) && other.metadata.deletionTimestamp === undefined
  );
  const names = listNames(others.map(nameOf));
  const gives = electPool([...others, unborn(pool)], access);
  if (problem === undefined && gives !== undefined && nameOf(gives) !== nameOf(pool)) {
    const message = `must not be a network that another pool serves: IPPool ${names}`;
    errors.push({ ...named, message });
  }
  errors.push(...ownWorldErrors(pool, options));
  // What others have, and what is noted on the network, is nothing that a namespace learns which may not use it.
  if (problem === undefined) errors.push(...serverErrors(pool, await cluster.configsOn(network)));
  if (spec.errors.length > 0) return decide(errors, []);
  const warnings = [
    ...(nad === undefined ? [`spec.networkName: ${noNetworkYet(network, problem)}`] : []),
    ...poolWarnings(pool, { spec, nad: problem === undefined ? nad : undefined, options }),
  ];
  if (others.length === 0 || gives === undefined || nameOf(gives) !== nameOf(pool)) {
    return decide(errors, warnings);
  }
  const takes =
    `spec.networkName: the pool takes ${network} over from IPPool ${names}; VMs keep what its subnet has`;
  return decide(errors, [...warnings, takes]);
}

/** A new pool as one that is younger than every other, whatever second it is made in. */
function unborn(pool: IPPool): IPPool {
  const { creationTimestamp: _, ...metadata } = pool.metadata;
  return { ...pool, metadata };
}

/** An edit, also by the addresses that are in use. */
async function updateIPPool(
  pool: IPPool,
  old: IPPool,
  options: JudgeOptions,
): Promise<Decision> {
  const { cluster, tenancy } = options;
  const network = networkOfPool(old);
  const nad = network === undefined ? undefined : await cluster.network(network);
  const configs = network === undefined
    ? []
    : usersOf(await cluster.configsOn(network), networkAccess(network, { tenancy, nad }));
  const [spec, oldSpec] = [readPoolSpec(pool), readPoolSpec(old)];
  const found = editErrors(pool, { spec, old, oldSpec, ownerOf: ownersOf(configs, network) });
  const { errors, warnings } = splitErrors(
    [...found, ...ownWorldErrors(pool, options)],
    [...oldSpec.errors, ...ownWorldErrors(old, options)],
  );
  return decide(
    [...immutableErrors(IMMUTABLE, { object: pool, oldObject: old }), ...errors],
    [...warnings, ...(found.length === 0 ? poolWarnings(pool, { spec, nad, options }) : [])],
  );
}

/**
 * Everything that is wrong with an edit. Addresses in use are judged even where some field cannot be read: that one is
 * taken as it was.
 */
function editErrors(pool: IPPool, edit: PoolEdit): readonly FieldError[] {
  const { errors } = edit.spec;
  if (errors.length === 0) return takenErrors(pool, edit);
  const faulty = new Set(errors.map(({ path: [, config, key] }) => config === "ipv4Config" && key));
  const was: Readonly<Record<string, unknown>> = { ...edit.old.spec?.ipv4Config };
  const kept = Object.entries(pool.spec?.ipv4Config ?? {}).filter(([key]) => !faulty.has(key));
  const restored = Object.entries(was).filter(([key]) => faulty.has(key));
  const ipv4Config = Object.fromEntries([...kept, ...restored]) as unknown as IPv4Config;
  const mended = { ...pool, spec: { ...pool.spec, ipv4Config } };
  const spec = readPoolSpec(mended);
  const others = [...spec.errors, ...takenErrors(mended, { ...edit, spec })];
  const known = new Set(errors.map(({ path }) => fieldPath(path)));
  return [...errors, ...others.filter(({ path }) => !known.has(fieldPath(path)))];
}

/** Judges a deletion: VMs that have their addresses from the pool would lose them. */
export async function deleteIPPool(
  pool: IPPool,
  { cluster, tenancy }: JudgeOptions,
): Promise<Decision> {
  const network = networkOfPool(pool);
  if (network === undefined) return allow();
  const pools = (await cluster.poolsOn(network)).filter((other) => nameOf(other) !== nameOf(pool));
  const access = networkAccess(network, { tenancy, nad: await cluster.network(network) });
  const elected = electPool([...pools, pool], access);
  if (elected !== pool && isTakenOver(pool, elected)) return allow();
  const users = usersOf(await cluster.configsOn(network), access).filter(({ metadata }) =>
    metadata.deletionTimestamp === undefined
  );
  if (users.length === 0) return allow();
  const message = `serves the network ${network}, which is in use by VirtualMachineNetworkConfig ${
    listNames(users.map(nameOf).sort())
  }: delete the VMs or take their NICs off the network first`;
  return { allowed: false, warnings: [], refusal: { reason: "Conflict", message } };
}

/** Whether another pool records every MAC address that a pool does, so that nobody loses an address with it. */
function isTakenOver(pool: IPPool, by: IPPool | undefined): boolean {
  const known = new Set(macsOf(by));
  return macsOf(pool).every((mac) => known.has(mac));
}

function macsOf(pool: IPPool | undefined): readonly number[] {
  return readEntries(pool?.status?.ipv4?.allocated).map(({ mac }) => mac)
    .filter((mac) => mac !== NONE);
}

/** A new pool whose server would sit on an address that VMs of its network already show. */
function serverErrors(
  pool: IPPool,
  configs: readonly VirtualMachineNetworkConfig[],
): readonly FieldError[] {
  const value: unknown = pool.spec?.ipv4Config?.serverIP;
  const server = typeof value === "string" ? readIPv4(value) : -1;
  if (server < 0) return [];
  const network = networkOfPool(pool);
  for (const config of configs) {
    const taken = shownNics(config).find((nic) =>
      nic.state === "Allocated" && nic.network === network &&
      readIPv4(nic.address ?? "") === server
    );
    if (taken === undefined) continue;
    const message = `must not be an address in use: ${vmOf(config)} (${taken.macAddress}) has it`;
    return [{ path: ["spec", "ipv4Config", "serverIP"], value, message }];
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
    for (const nic of wantedNics(config)) {
      if (nic.network === network) owners.set(readMac(nic.macAddress), vmOf(config));
    }
  }
  return (macAddress) => owners.get(readMac(macAddress));
}
