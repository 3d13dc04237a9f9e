/**
 * What is legal in an IPPool but unwise. API servers cut a warning after 256 bytes.
 *
 * @module
 */
import { ROUTE_ANNOTATION } from "../../core/api/names.ts";
import type { IPPool, NetworkAttachmentDefinition } from "../../core/api/types.ts";
import type { PoolNetwork, PoolSpec } from "../../core/ipam/pool/pool_network.ts";
import {
  type Cidr,
  cidrContains,
  cidrsOverlap,
  formatCidr,
  formatRange,
  rangeContains,
  rangeSize,
  readIPv4,
} from "../../core/net/mod.ts";
import type { JudgeOptions } from "./decision.ts";
import { optionWarnings } from "./option_warnings.ts";

/** What warnings look at beside the pool. */
interface WarningFacts {
  /** What its spec says. */
  readonly spec: PoolSpec;
  /** Its network, if there is one. */
  readonly nad: NetworkAttachmentDefinition | undefined;
  readonly options: JudgeOptions;
}

/** One sentence for everything that is unwise in a pool without errors. */
export function poolWarnings(
  pool: IPPool,
  { spec: { network }, nad, options }: WarningFacts,
): readonly string[] {
  if (!network.ok) return [];
  return [
    ...subnetWarnings(pool, network.value.cidr, options),
    ...rangeWarnings(pool, network.value),
    ...optionWarnings(pool.spec.ipv4Config, network.value),
    ...serverWarnings(pool, nad),
  ];
}

function subnetWarnings(
  pool: IPPool,
  cidr: Cidr,
  { serviceCidrs }: JudgeOptions,
): readonly string[] {
  const path = "spec.ipv4Config.cidr";
  const overlaps = serviceCidrs.filter((other) => cidrsOverlap(cidr, other)).map((other) =>
    `${path}: ${formatCidr(cidr)} overlaps the cluster's Services, ${
      formatCidr(other)
    }: VMs with a NIC on both networks reach only one of them`
  );
  const { cidr: text } = pool.spec.ipv4Config;
  return cidr.address === cidr.network
    ? overlaps
    : [...overlaps, `${path}: ${text} has host bits; it means ${formatCidr(cidr)}`];
}

function rangeWarnings(pool: IPPool, network: PoolNetwork): readonly string[] {
  const { range, reserved, excluded, cidr } = network;
  const kept = [...new Set([...reserved, ...excluded])].filter((address) =>
    rangeContains(range, address)
  );
  const empty = kept.length < rangeSize(range) ? [] : [
    `spec.ipv4Config.pool: no address of ${
      formatRange(range)
    } is left for VMs: all are excluded or reserved`,
  ];
  const idle = (pool.spec.ipv4Config.pool?.exclude ?? []).flatMap((text, index) =>
    cidrContains(cidr, readIPv4(text)) ? [] : [
      `spec.ipv4Config.pool.exclude[${index}]: ${text} lies outside ${
        formatCidr(cidr)
      }: it excludes nothing`,
    ]
  );
  return [...empty, ...idle];
}

function serverWarnings(
  pool: IPPool,
  nad: NetworkAttachmentDefinition | undefined,
): readonly string[] {
  const server = nad === undefined ? undefined : foreignDhcpServer(nad);
  if (server === undefined || server === pool.spec.ipv4Config.serverIP) return [];
  return [
    `spec.networkName: another DHCP server, ${server}, answers on this network: VMs may get their addresses from it`,
  ];
}

/** Modes in which Harvester asked a DHCP server for the route. */
const BY_DHCP: readonly unknown[] = ["auto", "dhcp"];

/** Address of the DHCP server that Harvester found on the network; `undefined` where it knows none. */
function foreignDhcpServer(nad: NetworkAttachmentDefinition): string | undefined {
  const text = nad.metadata.annotations?.[ROUTE_ANNOTATION];
  if (text === undefined) return undefined;
  try {
    const { mode, serverIPAddr } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (!BY_DHCP.includes(mode) || typeof serverIPAddr !== "string") return undefined;
    return serverIPAddr === "" ? undefined : serverIPAddr;
  } catch {
    // Somebody else's note, and no JSON object: it says nothing.
    return undefined;
  }
}
