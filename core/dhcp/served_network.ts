/**
 * One network as the responder serves it: an IPPool, compiled.
 *
 * @module
 */
import type { FieldError } from "../api/field_error.ts";
import type { IPPool } from "../api/types.ts";
import {
  AddressError,
  type Cidr,
  cidrContains,
  formatCidr,
  isUsable,
  parseCidr,
  parseIPv4,
} from "../net/mod.ts";
import { AddressHolds } from "./address_holds.ts";
import { MINIMUM_DATAGRAM } from "./constants.ts";
import type { DecisionNetwork } from "./decide.ts";
import { LeaseTable } from "./lease_table.ts";
import { poolOptions } from "./pool_options.ts";
import { ReplyOptions, type ReplyRuns } from "./reply_options.ts";
import type { OptionBytes } from "./request_options.ts";

/** What {@linkcode compilePool} can be told beside the pool. */
export interface CompileOptions {
  /** The address to serve from, unsigned 32 bits, where it is not the pool's `serverIP`. */
  readonly serverAddress?: number;
  /**
   * What was compiled from this pool before. Its server identifiers stay known (rule 28), and what did not change is
   * taken over.
   */
  readonly previous?: ServedNetwork;
  /** Further addresses that were server identifiers of this network before, unsigned 32 bits. */
  readonly previousServerIds?: readonly number[];
  /** Whether clients without a lease may be refused by DHCPNAK. Default: false. */
  readonly authoritative?: boolean;
  /** Whether clients that speak BOOTP only are answered. Default: false. */
  readonly bootp?: boolean;
  /** Octets of an IP datagram that the interface can send, at least 576. Default: 1500. */
  readonly mtu?: number;
}

/** What {@linkcode compilePool} makes of a pool. */
export interface CompiledPool {
  /** The network; absent where the pool cannot be served at all. */
  readonly network?: ServedNetwork;
  /** Everything in the pool that cannot be used; all else is. */
  readonly problems: readonly FieldError[];
}

const DEFAULT_MTU = 1500;

/**
 * One network as the responder serves it. It is made by {@linkcode compilePool}, never changed, and replaced whole when
 * the pool changes; so the very next reply has what the pool says now (rule 98).
 */
export class ServedNetwork implements DecisionNetwork {
  /** `namespace/name` of the IPPool. */
  readonly name: string;
  /** The subnet. */
  readonly cidr: Cidr;
  /** Server identifier, unsigned 32 bits. */
  readonly serverAddress: number;
  /** All server identifiers this network ever had as far as is known, the present one first. */
  readonly serverIds: readonly number[];
  /** Whether clients without a lease may be refused. */
  readonly authoritative: boolean;
  /** Whether BOOTP is answered. */
  readonly bootp: boolean;
  /** Octets of an IP datagram at most. */
  readonly mtu: number;
  /** Who has which address. */
  readonly leases: LeaseTable;
  /** A number that stands for the name. */
  readonly tag: number;
  readonly #holds: AddressHolds;
  readonly #options: ReplyOptions;

  /** Use {@linkcode compilePool}. */
  constructor(parts: ServedNetworkParts) {
    this.name = parts.name;
    this.cidr = parts.cidr;
    this.serverAddress = parts.serverAddress;
    this.serverIds = parts.serverIds;
    this.authoritative = parts.authoritative;
    this.bootp = parts.bootp;
    this.mtu = parts.mtu;
    this.leases = parts.leases;
    this.tag = tagOf(parts.name);
    this.#holds = parts.holds;
    const { previous } = parts;
    const same = previous !== undefined && previous.#options.equals(parts.options);
    this.#options = same ? previous.#options : parts.options;
  }

  /** The encoded options of its replies. */
  get options(): ReplyOptions {
    return this.#options;
  }

  /** Whether an address is inside the subnet. */
  contains(address: number): boolean {
    return cidrContains(this.cidr, address);
  }

  /** Whether an address is, or was, a server identifier of this network (rule 28). */
  isServer(address: number): boolean {
    return address === this.serverAddress || this.serverIds.includes(address);
  }

  /** Whether an address is held at `now` because of a conflict. */
  isHeld(address: number, now: number): boolean {
    return this.#holds.has(address, now);
  }

  /** The encoded options of the replies to a parameter request list. */
  runsFor(list: OptionBytes): ReplyRuns {
    return this.#options.for(list);
  }
}

/** What a {@linkcode ServedNetwork} is made of. */
export interface ServedNetworkParts {
  readonly name: string;
  readonly cidr: Cidr;
  readonly serverAddress: number;
  readonly serverIds: readonly number[];
  readonly authoritative: boolean;
  readonly bootp: boolean;
  readonly mtu: number;
  readonly leases: LeaseTable;
  readonly holds: AddressHolds;
  readonly options: ReplyOptions;
  readonly previous?: ServedNetwork | undefined;
}

/**
 * Compiles an IPPool into the network that a {@linkcode Responder} serves. Whatever in the pool cannot be used is left
 * out and reported; only a subnet or a server address that cannot be read leaves no network.
 *
 * Leases come from `status.ipv4.allocated`, addresses that are not offered from `status.ipv4.conflicts`, and what the
 * host names in `ntp` stand for from `status.ipv4.ntpServers`.
 *
 * @example
 * ```ts
 * import { compilePool } from "@vm-dhcp/vm-dhcp/dhcp";
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 *
 * const { network, problems } = compilePool({
 *   apiVersion: "network.harvesterhci.io/v1alpha1",
 *   kind: "IPPool",
 *   metadata: { namespace: "default", name: "net-48" },
 *   spec: {
 *     networkName: "default/net-48",
 *     ipv4Config: { cidr: "192.168.48.0/24", serverIP: "192.168.48.77", dns: ["1.1.1.1", "::1"] },
 *   },
 *   status: {
 *     ipv4: { allocated: { "192.168.48.81": "52:54:00:11:22:01" }, used: 1, available: 9 },
 *   },
 * });
 * strictEqual(network?.leases.size, 1);
 * deepStrictEqual(problems.map(({ path }) => path), ["spec.ipv4Config.dns[1]"]);
 * ```
 *
 * @param pool The pool
 * @param options What is not in the pool
 * @returns The network and the problems
 */
export function compilePool(pool: IPPool, options: CompileOptions = {}): CompiledPool {
  const problems: FieldError[] = [];
  const report = (problem: FieldError) => void problems.push(problem);
  const { previous, previousServerIds = [], authoritative = false, bootp = false } = options;
  const config = pool.spec.ipv4Config;
  const cidr = attempt("cidr", config.cidr, { read: parseCidr, report });
  const serverAddress = options.serverAddress ??
    attempt("serverIP", config.serverIP, { read: parseIPv4, report });
  if (cidr === undefined || serverAddress === undefined) return { problems };
  if (!isUsable(cidr, serverAddress)) {
    report({
      path: "spec.ipv4Config.serverIP",
      value: config.serverIP,
      message: `must be a host address of ${formatCidr(cidr)}`,
    });
    return { problems };
  }
  const leases = new LeaseTable(pool.status?.ipv4?.allocated, {
    contains: (address) => isUsable(cidr, address),
  });
  for (const { address, value, why } of leases.refused) {
    report({
      path: `status.ipv4.allocated[${address}]`,
      value,
      message: `must be an address of the network and its MAC address: ${why}`,
    });
  }
  const network = new ServedNetwork({
    name: `${pool.metadata.namespace ?? ""}/${pool.metadata.name ?? ""}`,
    cidr,
    serverAddress,
    serverIds: [
      ...new Set([serverAddress, ...(previous?.serverIds ?? []), ...previousServerIds]),
    ],
    authoritative,
    bootp,
    mtu: Math.max(options.mtu ?? DEFAULT_MTU, MINIMUM_DATAGRAM),
    leases,
    holds: new AddressHolds(pool.status?.ipv4?.conflicts ?? {}, report),
    options: new ReplyOptions(poolOptions(pool, { cidr, server: serverAddress, report })),
    previous,
  });
  return { network, problems };
}

/** Reads a field that the network cannot do without. */
function attempt<T>(
  field: string,
  text: string | undefined,
  how: { read: (text: string) => T; report: (problem: FieldError) => void },
): T | undefined {
  try {
    return how.read(text ?? "");
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    how.report({
      path: `spec.ipv4Config.${field}`,
      value: text,
      message: `must be an ${error.wanted}: ${error.why}`,
    });
    return undefined;
  }
}

/** FNV-1a over the characters. */
function tagOf(name: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  return h;
}
