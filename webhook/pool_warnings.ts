/**
 * What is legal in an IPPool but unwise. API servers cut a warning after 256 bytes.
 *
 * @module
 */
import type { IPPool, NetworkAttachmentDefinition } from "../core/api/types.ts";
import { type PoolNetwork, poolNetwork } from "../core/ipam/pool_network.ts";
import {
  type Cidr,
  cidrContains,
  cidrsOverlap,
  formatCidr,
  formatRange,
  rangeContains,
  rangeSize,
  readIPv4,
} from "../core/net/mod.ts";
import { foreignDhcpServer } from "./route_annotation.ts";

/** What warnings look at beside the pool. */
export interface WarningOptions {
  /** The cluster's Service ranges. */
  readonly serviceCidrs: readonly Cidr[];
}

const SHORT_LEASE_SECONDS = 60;

/** One sentence for everything that is unwise in a pool without errors. */
export function poolWarnings(
  pool: IPPool,
  nad: NetworkAttachmentDefinition | undefined,
  options: WarningOptions,
): readonly string[] {
  const network = poolNetwork(pool);
  if (!network.ok) return [];
  return [
    ...subnetWarnings(pool, network.value.cidr, options),
    ...rangeWarnings(pool, network.value),
    ...leaseWarnings(pool),
    ...serverWarnings(pool, nad),
  ];
}

function subnetWarnings(
  pool: IPPool,
  cidr: Cidr,
  { serviceCidrs }: WarningOptions,
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

function leaseWarnings(pool: IPPool): readonly string[] {
  const { leaseTime } = pool.spec.ipv4Config;
  if (leaseTime === undefined || leaseTime >= SHORT_LEASE_SECONDS) return [];
  return [
    `spec.ipv4Config.leaseTime: VMs renew every ${
      leaseTime / 2
    } s; ${SHORT_LEASE_SECONDS} s or more is advised`,
  ];
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
