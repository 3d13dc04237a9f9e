/**
 * One network as the responder serves it: an IPPool, compiled.
 *
 * @module
 */
import type { FieldError } from "../../api/fields/field_error.ts";
import type { IPPool, IPv4Status } from "../../api/types.ts";
import {
  AddressError,
  type Cidr,
  cidrContains,
  formatCidr,
  isUsable,
  parseCidr,
  parseIPv4,
} from "../../net/mod.ts";
import { NONE } from "../../record/entries.ts";
import { readHolds, type RecordedHolds } from "../../record/holds.ts";
import { MINIMUM_DATAGRAM } from "../wire/constants.ts";
import { hash } from "../wire/octets.ts";
import type { DecisionNetwork } from "./decide.ts";
import { LeaseTable } from "./lease_table.ts";
import { RelayPlaces } from "./relay_places.ts";
import { ClientTable, type ServedClient } from "./client_table.ts";
import { keyOf, OptionSet } from "./option_set.ts";
import type { ReplyOptions } from "./reply_options.ts";
import type { RequestView } from "./request_view.ts";

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
  /** Octets of an IP datagram that the interface can send, at least 576. Default: 1500. */
  readonly mtu?: number;
  /** Whether the pool is what was last known of it, and may be old: then nobody is refused anything (rule 100). Default: false. */
  readonly remembered?: boolean;
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
  /** Whether a client that asks for it is bound by two messages. */
  readonly rapidCommit: boolean;
  /** Octets of an IP datagram at most. */
  readonly mtu: number;
  /** Whether it may be old, so that nobody is refused anything. */
  readonly remembered: boolean;
  /** Who has which address. */
  readonly leases: LeaseTable;
  /** A number that stands for the name. */
  readonly tag: number;
  /** The options of its replies. */
  readonly options: OptionSet;
  /** The clients that are told something of their own; absent where none is. */
  readonly clients: ClientTable | undefined;
  /** The options where every client that lists the same is told the same, and nothing in the fixed part. */
  readonly plain: ReplyOptions | undefined;
  /** The relays that are answered. */
  readonly relays: RelayPlaces;
  readonly #heldUntil: HeldUntil;

  /** Use {@linkcode compilePool}. */
  constructor(parts: ServedNetworkParts) {
    this.name = parts.name;
    this.cidr = parts.cidr;
    this.serverAddress = parts.serverAddress;
    this.serverIds = parts.serverIds;
    this.authoritative = parts.authoritative;
    this.bootp = parts.bootp;
    this.rapidCommit = parts.rapidCommit;
    this.mtu = parts.mtu;
    this.remembered = parts.remembered;
    this.leases = parts.leases;
    const name = Uint8Array.from(parts.name, (character) => character.charCodeAt(0));
    this.tag = hash(name, 0, name.length);
    this.#heldUntil = parts.heldUntil;
    this.options = parts.options;
    this.clients = parts.clients;
    const isPlain = parts.clients === undefined && parts.options.isPlain;
    this.plain = isPlain ? parts.options.plain : undefined;
    this.relays = parts.relays;
  }

  /** Whether an address is inside the subnet. */
  contains(address: number): boolean {
    return cidrContains(this.cidr, address);
  }

  /** Whether another host than the server can have an address. */
  isHost(address: number): boolean {
    return address !== this.serverAddress && isUsable(this.cidr, address);
  }

  /** Whether an address is, or was, a server identifier of this network (rule 28). */
  isServer(address: number): boolean {
    return address === this.serverAddress || this.serverIds.includes(address);
  }

  /** Whether an address is held at `now` because of a conflict. */
  isHeld(address: number, now: number): boolean {
    return this.#heldUntil.size > 0 && (this.#heldUntil.get(address | 0) ?? 0) > now;
  }

  /** What the client of a request is told of its own; nothing where it is told what all are. */
  clientOf(request: RequestView): ServedClient | undefined {
    if (this.clients === undefined || !request.ethernet) return undefined;
    return this.clients.find(request.chaddrHigh, request.chaddrLow);
  }
}

/** Address -> when its hold ends. The address is signed, since V8 makes no object of a number of 32 bits with a sign. */
type HeldUntil = ReadonlyMap<number, number>;

/** What a {@linkcode ServedNetwork} is made of. */
type ServedNetworkParts =
  & Pick<ServedNetwork, "name" | "cidr" | "serverAddress" | "serverIds" | "authoritative" | "bootp">
  & Pick<ServedNetwork, "rapidCommit" | "mtu" | "remembered" | "leases" | "options" | "clients">
  & Pick<ServedNetwork, "relays">
  & { readonly heldUntil: HeldUntil };

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
 * deepStrictEqual(problems.map(({ path }) => path), [["spec", "ipv4Config", "dns", 1]]);
 * ```
 *
 * @param pool The pool
 * @param options What is not in the pool
 * @returns The network and the problems
 */
export function compilePool(pool: IPPool, options: CompileOptions = {}): CompiledPool {
  const problems: FieldError[] = [];
  const report = (problem: FieldError) => void problems.push(problem);
  const { previous, previousServerIds = [] } = options;
  const config = pool.spec.ipv4Config;
  const cidr = attempt("cidr", config.cidr, { read: parseCidr, report });
  const serverAddress = options.serverAddress ??
    attempt("serverIP", config.serverIP, { read: parseIPv4, report });
  if (cidr === undefined || serverAddress === undefined) return { problems };
  if (!isUsable(cidr, serverAddress)) {
    report({
      path: ["spec", "ipv4Config", "serverIP"],
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
      path: ["status", "ipv4", "allocated", address],
      value,
      message: `must be an address of the network and its MAC address: ${why}`,
    });
  }
  const status: Partial<IPv4Status> = pool.status?.ipv4 ?? {};
  const source = { config, status, cidr, server: serverAddress };
  const former = previous?.options;
  const own = former !== undefined && keyOf(former.source) === keyOf(source)
    ? former
    : new OptionSet(source);
  for (const { path, ...rest } of own.problems) {
    report({ path: ["spec", "ipv4Config", ...path], ...rest });
  }
  const recorded = Object(status.clients) as NonNullable<IPv4Status["clients"]>;
  const clients = Object.keys(recorded).length === 0
    ? undefined
    : new ClientTable({ recorded, own, previous: previous?.clients, report });
  const network = new ServedNetwork({
    name: `${pool.metadata.namespace ?? ""}/${pool.metadata.name ?? ""}`,
    cidr,
    serverAddress,
    serverIds: [
      ...new Set([serverAddress, ...(previous?.serverIds ?? []), ...previousServerIds]),
    ],
    authoritative: config.authoritative === true,
    bootp: config.bootp === true,
    rapidCommit: config.rapidCommit === true,
    mtu: Math.max(options.mtu ?? DEFAULT_MTU, MINIMUM_DATAGRAM),
    remembered: options.remembered === true,
    leases,
    heldUntil: readConflicts(status.conflicts, report),
    options: own,
    clients,
    relays: previous?.relays ?? new RelayPlaces(),
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
      path: ["spec", "ipv4Config", field],
      value: text,
      message: `must be an ${error.wanted}: ${error.why}`,
    });
    return undefined;
  }
}

/** Reads `status.ipv4.conflicts`; an entry that cannot be read is reported and left out. */
function readConflicts(
  conflicts: RecordedHolds | undefined,
  report: (problem: FieldError) => void,
): HeldUntil {
  const heldUntil = new Map<number, number>();
  for (const { key, value, address, until } of readHolds(conflicts)) {
    if (address !== NONE && until !== undefined) heldUntil.set(address | 0, until);
    else {
      report({
        path: ["status", "ipv4", "conflicts", key],
        value: value.until,
        message: "must be an IPv4 address and an RFC 3339 time",
      });
    }
  }
  return heldUntil;
}
