/**
 * The networks that fuzzed packets come from, as numbers that the oracle computes with, and as the pools that the
 * product is given. Nothing is read back from the product.
 *
 * @module
 */
import fc from "fast-check";
import type { RecordedClient } from "../../../core/api/client_options.ts";
import type { IPPool, IPv4Config } from "../../../core/api/types.ts";

/** What a pool says beyond the first fields. */
interface MorePlan {
  readonly mtu: number;
  /** Number of routes. */
  readonly routes: number;
  readonly nextServer: boolean;
  /** Which of `BOOT_FILES`. */
  readonly boot: 0 | 1 | 2;
  readonly tftp: boolean;
  /** A boot file for the user class iPXE. */
  readonly ipxe: boolean;
  readonly hostnames: boolean;
  readonly honour: boolean;
  readonly maxLease: number;
  readonly rapid: boolean;
  /** Number of options that are spelled out; the first is always sent. */
  readonly spelled: number;
  readonly vendor: boolean;
  /** Client 1 has options of its own. */
  readonly own: boolean;
}

/** A network, as far as it varies. */
export interface NetworkPlan {
  readonly prefix: number;
  /** Which of a few subnets; two networks may have the same one. */
  readonly subnet: number;
  readonly router: boolean;
  readonly dns: number;
  readonly ntp: number;
  readonly domainName: boolean;
  /** Number of search domains. */
  readonly search: number;
  readonly leaseTime: number;
  readonly authoritative: boolean;
  readonly bootp: boolean;
  readonly mtu: number;
  /** The first client's address is held because of a conflict. */
  readonly held: boolean;
  /** Octets of the buffer for a reply. */
  readonly capacity: number;
  /** Inputs that were kept before there was any of it have none. */
  readonly more?: MorePlan;
}

/** A network as the oracle knows it. Addresses are unsigned 32-bit numbers. */
export interface KnownNetwork {
  readonly plan: NetworkPlan;
  readonly base: number;
  readonly mask: number;
  readonly broadcast: number;
  readonly server: number;
  /** Every server identifier that it ever had. */
  readonly servers: readonly number[];
  readonly router: number;
  readonly dns: readonly number[];
  readonly ntp: readonly number[];
  readonly domainName: string;
  readonly search: readonly string[];
  /** MAC address, 12 hex digits -> address. */
  readonly leases: ReadonlyMap<string, number>;
  readonly held: ReadonlySet<number>;
}

/** Where options that the pool spells out begin. */
export const SPELLED = 160;
/** The names of the boot files of a plan. */
export const BOOT_FILES = ["", "pxelinux.0", `http://boot/${"f".repeat(140)}`] as const;
export const IPXE_FILE = "http://boot/start.ipxe";
export const OWN_FILE = "own.efi";
export const TFTP_SERVER = "tftp.example.com";
export const OWN_MTU = 1300;

/** When the packets come: milliseconds since the epoch. */
export const BEGIN = Date.UTC(2026, 0, 1, 12);
/** Clients 0 to 2 have a lease on each network, 3 has none. */
export const CLIENTS: readonly string[] = [
  "525400000001",
  "0200000000fd",
  "5254ffffffff",
  "525400999999",
];

const more: fc.Arbitrary<MorePlan> = fc.record({
  mtu: fc.constantFrom(0, 68, 1_450, 9_000),
  routes: fc.constantFrom(0, 1, 3, 40),
  nextServer: fc.boolean(),
  boot: fc.constantFrom(0, 1, 2),
  tftp: fc.boolean(),
  ipxe: fc.boolean(),
  hostnames: fc.boolean(),
  honour: fc.boolean(),
  maxLease: fc.constantFrom(0, 3, 600, 86_400, 0xffffffff),
  rapid: fc.boolean(),
  spelled: fc.constantFrom(0, 1, 5, 64),
  vendor: fc.boolean(),
  own: fc.boolean(),
}, { noNullPrototype: true });

/** Networks. */
export const networkPlans: fc.Arbitrary<NetworkPlan> = fc.record({
  prefix: fc.constantFrom(24, 24, 16, 29, 22, 8),
  subnet: fc.nat(2),
  router: fc.boolean(),
  dns: fc.constantFrom(0, 1, 2, 5, 100),
  ntp: fc.constantFrom(0, 1, 3),
  domainName: fc.boolean(),
  search: fc.constantFrom(0, 1, 2, 9, 40),
  leaseTime: fc.constantFrom(60, 3_600, 1, 31_536_000, 0xffffffff),
  authoritative: fc.boolean(),
  bootp: fc.boolean(),
  mtu: fc.constantFrom(1_500, 1_500, 576, 600, 9_000),
  held: fc.constantFrom(false, false, true),
  capacity: fc.constantFrom(1_472, 1_472, 300, 548, 301),
  more,
}, { noNullPrototype: true });

/** What the plan means. */
export function knownNetwork(plan: NetworkPlan): KnownNetwork {
  const mask = (0xffffffff << (32 - plan.prefix)) >>> 0;
  const base = ([0x0a400000, 0xc0a83000, 0xac100000][plan.subnet] ?? 0) & mask;
  const at = (host: number): number => (base + host) >>> 0;
  const leases = new Map(CLIENTS.slice(0, 3).map((mac, index) => [mac, at(3 + index)]));
  const list = (length: number, third: number): number[] =>
    Array.from({ length }, (_, index) => 0x08080000 + third * 256 + index + 1);
  return {
    plan,
    base: base >>> 0,
    mask,
    broadcast: (base | ~mask) >>> 0,
    server: at(1),
    servers: [at(1), at(6)],
    router: plan.router ? at(2) : 0,
    dns: list(plan.dns, 1),
    ntp: list(plan.ntp, 2),
    domainName: plan.domainName ? "tenant.example.com" : "",
    search: Array.from(
      { length: plan.search },
      (_, index) => `d${index}.team-${index % 3}.example.com`,
    ),
    leases,
    held: new Set(plan.held ? [at(3)] : []),
  };
}

/** The pool that the product is given. */
export function poolOf(network: KnownNetwork, name: string): IPPool {
  const { plan } = network;
  const allocated: Record<string, string> = {
    [text(network.server)]: "RESERVED",
    [text(network.base + 6)]: "EXCLUDED",
  };
  for (const [mac, address] of network.leases) {
    allocated[text(address)] = mac.replace(/(..)(?=.)/g, "$1:").toUpperCase();
  }
  const until = new Date(BEGIN + 3_600_000).toISOString();
  const conflicts = Object.fromEntries([...network.held].map((one) => [text(one), { until }]));
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { namespace: "default", name },
    spec: {
      networkName: `default/${name}`,
      ipv4Config: {
        cidr: `${text(network.base)}/${plan.prefix}`,
        serverIP: text(network.server),
        leaseTime: plan.leaseTime,
        authoritative: plan.authoritative,
        bootp: plan.bootp,
        ...(network.router === 0 ? {} : { router: text(network.router) }),
        ...(network.domainName === "" ? {} : { domainName: network.domainName }),
        dns: network.dns.map(text),
        ntp: network.ntp.map(text),
        domainSearch: [...network.search],
        ...(plan.more === undefined ? {} : moreConfig(plan.more, network)),
      },
    },
    status: {
      ipv4: { allocated, used: 3, available: 1, conflicts, clients: clientsOf(plan.more) },
    },
  } as IPPool;
}

function moreConfig(more: MorePlan, network: KnownNetwork): Partial<IPv4Config> {
  const file = BOOT_FILES[more.boot];
  return {
    ...(more.mtu === 0 ? {} : { mtu: more.mtu }),
    routes: Array.from({ length: more.routes }, (_, index) => ({
      destination: `10.${index}.0.0/16`,
      gateway: text(network.base + 2),
    })),
    ...(more.nextServer ? { nextServer: text(network.base + 4) } : {}),
    ...(file === "" ? {} : { bootFileName: file }),
    ...(more.tftp ? { tftpServerName: TFTP_SERVER } : {}),
    bootFiles: more.ipxe ? [{ userClass: "iPXE", fileName: IPXE_FILE }] : [],
    hostnames: more.hostnames,
    honourRequestedLeaseTime: more.honour,
    ...(more.maxLease === 0 ? {} : { maxLeaseTime: more.maxLease }),
    rapidCommit: more.rapid,
    options: Array.from({ length: more.spelled }, (_, index) => ({
      code: SPELLED + index,
      type: "uint8",
      value: String(index),
      always: index === 0,
    })),
    vendorOptions: more.vendor ? [{ enterprise: 4491, code: 1, type: "uint8", value: "7" }] : [],
  };
}

function clientsOf(more: MorePlan | undefined): Record<string, RecordedClient> {
  const mac = (index: number) => (CLIENTS[index] ?? "").replace(/(..)(?=.)/g, "$1:");
  const options = { router: "", mtu: OWN_MTU, bootFileName: OWN_FILE };
  return {
    [mac(0)]: { hostName: "vm-0" },
    [mac(1)]: { hostName: "vm-1", ...(more?.own === true ? { options } : {}) },
  };
}

/** Four-part decimal. */
export function text(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}
