/**
 * What may be done to a VirtualMachineNetworkConfig.
 *
 * @module
 */
import { FieldChecks } from "../../core/api/fields/field_checks.ts";
import { type FieldError, type FieldPath, fieldPath } from "../../core/api/fields/field_error.ts";
import { wholeNetworkName } from "../../core/api/network.ts";
import { networkConfigsOf, spellingOf } from "../../core/api/network_configs.ts";
import { checkClientOptions } from "../../core/api/options/check_client_options.ts";
import {
  namespaceProblem,
  type NetworkAccess,
  networkAccess,
  type Tenancy,
} from "../../core/api/tenancy.ts";
import type { IPPool, NetworkConfig, VirtualMachineNetworkConfig } from "../../core/api/types.ts";
import { parseVirtualMachineNetworkConfig } from "../../core/api/vmnetcfg.ts";
import { MAX_NICS } from "../../core/api/vmnetcfg_schema.ts";
import { limitProblem, namespaceLimit } from "../../core/ipam/claims/namespace_quota.ts";
import { electPool } from "../../core/ipam/pool/elect_pool.ts";
import { type PoolNetwork, poolNetwork } from "../../core/ipam/pool/pool_network.ts";
import { formatCidr, isUsable, readIPv4, readMac } from "../../core/net/mod.ts";
import { NONE, readEntries, type RecordEntry } from "../../core/record/entries.ts";
import { wantedNics } from "../../core/vmnetcfg/nics.ts";
import { usersOf } from "../../core/vmnetcfg/users_of.ts";
import type { ClusterView } from "../cluster/cluster_view.ts";
import { decide, type Decision, type JudgeOptions } from "./decision.ts";
import { immutableErrors, splitErrors } from "./edit_errors.ts";
import { nameOf, noNetworkYet, vmOf } from "./names.ts";

/** Judges a new VirtualMachineNetworkConfig, or an edit of `old`. NICs that an edit leaves alone are not judged again. */
export async function writeVmNetCfg(
  config: VirtualMachineNetworkConfig,
  old: VirtualMachineNetworkConfig | undefined,
  { cluster, tenancy }: JudgeOptions,
): Promise<Decision> {
  const { errors, warnings } = splitErrors(
    errorsOf(config),
    old === undefined ? [] : errorsOf(old),
  );
  const changed = old === undefined
    ? []
    : immutableErrors([["spec", "vmName"]], { object: config, oldObject: old });
  const found: Found = { errors: [...changed, ...errors], warnings: [...warnings] };
  const known = new Set(old === undefined ? [] : nicsOf(old).map(askedBy));
  const networks = new Networks(cluster, tenancy);
  for (const [index, nic] of nicsOf(config).entries()) {
    if (known.has(askedBy(nic))) continue;
    const path = ["spec", spellingOf(config), index];
    await judgeNic({ config, nic, path, networks }, found);
  }
  return decide(found.errors, found.warnings);
}

/** Everything of a NIC that is judged. */
function askedBy({ networkName, macAddress, ipAddress, options }: NetworkConfig): string {
  return JSON.stringify([networkName, macAddress, ipAddress, options]);
}

interface Found {
  readonly errors: FieldError[];
  readonly warnings: string[];
}

interface Nic {
  readonly config: VirtualMachineNetworkConfig;
  readonly nic: NetworkConfig;
  readonly path: FieldPath;
  readonly networks: Networks;
}

function errorsOf({ status: _, ...rest }: VirtualMachineNetworkConfig): readonly FieldError[] {
  const checked = parseVirtualMachineNetworkConfig(rest);
  return checked.ok ? [] : checked.errors;
}

/** The list of a spec that may be broken, each entry at its place, as far as a list may go: what is no NIC says nothing. */
function nicsOf(config: VirtualMachineNetworkConfig): readonly NetworkConfig[] {
  const configs: unknown = config.spec ? networkConfigsOf(config) : [];
  return Array.isArray(configs) ? configs.slice(0, MAX_NICS).map((nic) => nic ?? {}) : [];
}

/** What NICs of one network are judged by. */
interface Network {
  /** Whether there is such a NetworkAttachmentDefinition. */
  readonly isThere: boolean;
  /** Who may use it. */
  readonly access: NetworkAccess;
  /** The pool that serves it. */
  readonly pool: IPPool | undefined;
  /** Of the pool, where it can be read. */
  readonly subnet: PoolNetwork | undefined;
  /** MAC address, as recorded, by the address that it has. */
  readonly taken: ReadonlyMap<number, RecordEntry>;
  /** Everybody who wants an address for a MAC address. */
  readonly users: ReadonlyMap<number, readonly VirtualMachineNetworkConfig[]>;
}

/** Networks, each looked at once for all NICs of a request. */
class Networks {
  readonly #cluster: ClusterView;
  readonly #tenancy: Tenancy;
  readonly #known = new Map<string, Network>();

  constructor(cluster: ClusterView, tenancy: Tenancy) {
    this.#cluster = cluster;
    this.#tenancy = tenancy;
  }

  async get(name: string): Promise<Network> {
    const known = this.#known.get(name) ?? await this.#lookAt(name);
    this.#known.set(name, known);
    return known;
  }

  async #lookAt(name: string): Promise<Network> {
    const cluster = this.#cluster;
    const nad = await cluster.network(name);
    const access = networkAccess(name, { tenancy: this.#tenancy, nad });
    const pool = electPool(await cluster.poolsOn(name), access);
    const subnet = pool && poolNetwork(pool);
    const users = new Map<number, VirtualMachineNetworkConfig[]>();
    for (const config of usersOf(await cluster.configsOn(name), access)) {
      for (const { network, macAddress } of wantedNics(config)) {
        const mac = readMac(macAddress);
        if (network !== name || mac < 0) continue;
        const others = users.get(mac);
        if (others === undefined) users.set(mac, [config]);
        else others.push(config);
      }
    }
    return {
      isThere: nad !== undefined,
      access,
      pool,
      subnet: subnet?.ok === true ? subnet.value : undefined,
      taken: new Map(
        readEntries(pool?.status?.ipv4?.allocated).filter(({ mac }) => mac !== NONE)
          .map((entry) => [entry.address, entry]),
      ),
      users,
    };
  }
}

async function judgeNic({ config, nic, path, networks }: Nic, found: Found): Promise<void> {
  const name = wholeNetworkName(nic.networkName, config.metadata.namespace);
  if (name === undefined) return;
  const { namespace } = config.metadata;
  const network = await networks.get(name);
  const problem = namespaceProblem(network.access, namespace);
  const at = [...path, "networkName"];
  if (problem !== undefined && network.isThere) {
    found.errors.push({ path: at, value: nic.networkName, message: problem });
    return;
  }
  if (!network.isThere) found.warnings.push(`${fieldPath(at)}: ${noNetworkYet(name, problem)}`);
  // Who may not use a network learns nothing of who does.
  if (problem !== undefined) return;
  if (network.isThere && network.pool === undefined) {
    found.warnings.push(`${fieldPath(at)}: no IPPool serves ${name} yet`);
  }
  if (network.pool !== undefined && typeof nic.ipAddress === "string") {
    const message = addressProblem(nic.ipAddress, network);
    if (message !== undefined) {
      found.errors.push({ path: [...path, "ipAddress"], value: nic.ipAddress, message });
    } else found.warnings.push(...takenWarnings(nic, network, fieldPath([...path, "ipAddress"])));
  }
  found.errors.push(...optionErrors(config, [...path, "options"], network));
  found.warnings.push(...limitWarnings(nic, { network, namespace, path }));
  const twin = network.users.get(macOf(nic))?.find((other) => nameOf(other) !== nameOf(config));
  if (twin !== undefined) {
    found.warnings.push(
      `${fieldPath([...path, "macAddress"])}: ${vmOf(twin)} has ${nic.macAddress} on ${name} too: ${
        twin.metadata.namespace === namespace
          ? "only one of both can run"
          : "this NIC gets no address while that one wants it"
      }`,
    );
  }
}

/** The MAC address of a NIC that may be broken: negative where it is none. */
function macOf({ macAddress }: { readonly macAddress?: unknown }): number {
  return typeof macAddress === "string" ? readMac(macAddress) : NONE;
}

/** What a NIC's options say that does not go with its network; what is wrong with them anywhere is said already. */
function optionErrors(
  config: VirtualMachineNetworkConfig,
  path: FieldPath,
  { pool, subnet }: Network,
): readonly FieldError[] {
  if (pool === undefined || subnet === undefined) return [];
  const { cidr, server } = subnet;
  const [here, anywhere] = [{ cidr, server, pool: pool.spec.ipv4Config }, {}].map((network) => {
    const checks = new FieldChecks(config);
    checkClientOptions(checks, path, network);
    return checks.errors;
  });
  return splitErrors(here ?? [], anywhere ?? []).errors;
}

/** A namespace that has all addresses of a pool that it may have. */
function limitWarnings(
  nic: NetworkConfig,
  { network: { pool, taken, users }, namespace = "", path }: {
    readonly network: Network;
    readonly namespace: string | undefined;
    readonly path: FieldPath;
  },
): readonly string[] {
  const limit = pool === undefined ? Infinity : namespaceLimit(pool, namespace);
  if (pool === undefined || limit === Infinity) return [];
  const macs = [...taken.values()].map(({ mac }) => mac).filter((mac) =>
    users.get(mac)?.some(({ metadata }) => metadata.namespace === namespace)
  );
  if (macs.length < limit || macs.includes(macOf(nic))) return [];
  const text = limitProblem(pool, { namespace, held: macs.length, limit });
  return [`${fieldPath([...path, "networkName"])}: ${text}: the NIC waits until it gives one back`];
}

/** Why no VM can have an address from this pool, however long it waits. */
function addressProblem(text: string, { pool, subnet }: Network): string | undefined {
  const address = readIPv4(text);
  if (address < 0 || pool === undefined || subnet === undefined) return undefined;
  const { cidr, reserved, excluded } = subnet;
  const of = `IPPool ${nameOf(pool)}`;
  if (!isUsable(cidr, address)) return `must be a host address of ${formatCidr(cidr)}, ${of}`;
  if (reserved.has(address)) return `must not be the server's or the router's address of ${of}`;
  if (excluded.has(address)) return `must not be an address that ${of} excludes`;
  return undefined;
}

function takenWarnings(nic: NetworkConfig, { taken }: Network, path: string): readonly string[] {
  const entry = taken.get(readIPv4(nic.ipAddress ?? ""));
  if (entry === undefined || entry.mac === macOf(nic)) return [];
  return [`${path}: ${nic.ipAddress} is in use by ${entry.value}: the VM waits until it is free`];
}
