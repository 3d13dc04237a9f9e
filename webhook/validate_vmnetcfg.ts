/**
 * What may be done to a VirtualMachineNetworkConfig.
 *
 * @module
 */
import type { FieldError } from "../core/api/field_error.ts";
import { networkConfigsOf, spellingOf } from "../core/api/network_configs.ts";
import type {
  IPPool,
  KubeObject,
  NetworkConfig,
  VirtualMachineNetworkConfig,
} from "../core/api/types.ts";
import { parseVirtualMachineNetworkConfig } from "../core/api/vmnetcfg.ts";
import { electPool } from "../core/ipam/elect_pool.ts";
import { poolNetwork } from "../core/ipam/pool_network.ts";
import { formatCidr, isUsable, readIPv4, readMac } from "../core/net/mod.ts";
import type { ClusterView } from "./cluster_view.ts";
import { decide, type Decision } from "./decision.ts";
import { immutableErrors } from "./immutable.ts";
import { nameOf, wholeNetwork } from "./networks.ts";
import { ratchet } from "./ratchet.ts";
import { sameJson } from "./same_json.ts";
import { vmOf } from "./validate_ippool.ts";

/** Judges a new VirtualMachineNetworkConfig, or an edit of `oldObject`. NICs that an edit leaves alone are not judged again. */
export async function writeVmNetCfg(
  object: KubeObject,
  oldObject: KubeObject | undefined,
  cluster: ClusterView,
): Promise<Decision> {
  const checked = parse(object);
  const before = oldObject === undefined ? [] : parse(oldObject);
  const { errors, warnings } = ratchet(checked, before);
  const changed = oldObject === undefined
    ? []
    : immutableErrors([["spec", "vmName"]], { object, oldObject });
  const found: Found = { errors: [...changed, ...errors], warnings: [...warnings] };
  const config = object as VirtualMachineNetworkConfig;
  const known = oldObject === undefined ? [] : nicsOf(oldObject as VirtualMachineNetworkConfig);
  for (const [index, nic] of nicsOf(config).entries()) {
    if (known.some((other) => sameJson(other, nic))) continue;
    const path = `spec.${spellingOf(config)}[${index}]`;
    await judgeNic({ config, nic, path, cluster }, found);
  }
  return decide(found.errors, found.warnings);
}

interface Found {
  readonly errors: FieldError[];
  readonly warnings: string[];
}

interface Nic {
  readonly config: VirtualMachineNetworkConfig;
  readonly nic: NetworkConfig;
  readonly path: string;
  readonly cluster: ClusterView;
}

function parse(object: KubeObject): readonly FieldError[] {
  const { status: _, ...rest } = object as VirtualMachineNetworkConfig;
  const checked = parseVirtualMachineNetworkConfig(rest);
  return checked.ok ? [] : checked.errors;
}

/** The NICs of an object whose structure may be broken: what is no NIC is left out. */
function nicsOf(config: VirtualMachineNetworkConfig): readonly NetworkConfig[] {
  const configs: unknown = config.spec === undefined ? [] : networkConfigsOf(config);
  return Array.isArray(configs) ? configs.map((nic) => nic ?? {}) : [];
}

async function judgeNic({ config, nic, path, cluster }: Nic, found: Found): Promise<void> {
  const network = wholeNetwork(nic.networkName, config.metadata.namespace);
  if (network === undefined) return;
  if (await cluster.network(network) === undefined) {
    const message = `must name a NetworkAttachmentDefinition: there is no ${network}`;
    found.errors.push({ path: `${path}.networkName`, value: nic.networkName, message });
    return;
  }
  const pool = electPool(await cluster.poolsOn(network));
  if (pool === undefined) {
    found.warnings.push(`${path}.networkName: no IPPool serves ${network} yet`);
  } else if (typeof nic.ipAddress === "string") {
    const message = addressProblem(nic.ipAddress, pool);
    if (message !== undefined) {
      found.errors.push({ path: `${path}.ipAddress`, value: nic.ipAddress, message });
    } else found.warnings.push(...takenWarnings(nic, pool, `${path}.ipAddress`));
  }
  const twin = (await cluster.configsOn(network)).find((other) =>
    nameOf(other) !== nameOf(config) && hasMac(other, { network, macAddress: nic.macAddress })
  );
  if (twin !== undefined) {
    found.warnings.push(
      `${path}.macAddress: ${
        vmOf(twin)
      } has ${nic.macAddress} on ${network} too: only one of both can run`,
    );
  }
}

/** Why no VM can have an address from this pool, however long it waits. */
function addressProblem(text: string, pool: IPPool): string | undefined {
  const address = readIPv4(text);
  const network = poolNetwork(pool);
  if (address < 0 || !network.ok) return undefined;
  const { cidr, reserved, excluded } = network.value;
  const of = `IPPool ${nameOf(pool)}`;
  if (!isUsable(cidr, address)) return `must be a host address of ${formatCidr(cidr)}, ${of}`;
  if (reserved.has(address)) return `must not be the server's or the router's address of ${of}`;
  if (excluded.has(address)) return `must not be an address that ${of} excludes`;
  return undefined;
}

function takenWarnings(nic: NetworkConfig, pool: IPPool, path: string): readonly string[] {
  const address = readIPv4(nic.ipAddress ?? "");
  const owner = Object.entries(pool.status?.ipv4?.allocated ?? {}).find(([key, value]) =>
    readIPv4(key) === address && readMac(value) >= 0
  )?.[1];
  if (owner === undefined || readMac(owner) === readMac(String(nic.macAddress))) return [];
  return [`${path}: ${nic.ipAddress} is in use by ${owner}: the VM waits until it is free`];
}

function hasMac(
  config: VirtualMachineNetworkConfig,
  wanted: { readonly network: string; readonly macAddress: unknown },
): boolean {
  const mac = typeof wanted.macAddress === "string" ? readMac(wanted.macAddress) : -1;
  return mac >= 0 &&
    nicsOf(config).some(({ networkName, macAddress }) =>
      wholeNetwork(networkName, config.metadata.namespace) === wanted.network &&
      typeof macAddress === "string" && readMac(macAddress) === mac
    );
}
