import { networkOfPool } from "../../api/network.ts";
import { namespaceProblem } from "../../api/tenancy.ts";
import { fromTimestamp, toTimestamp } from "../../api/timestamp.ts";
import { formatMac, readIPv4, readMac } from "../../net/mod.ts";
import { type Checked, type FieldError, fieldErrorText } from "../../api/fields/field_error.ts";
import { NextRecord } from "../../record/next_record.ts";
import { releasedHoldMs } from "../../record/released_hold.ts";
import { admit } from "../claims/admit.ts";
import { type Client, Clients } from "../claims/clients.ts";
import { NamespaceQuota } from "../claims/namespace_quota.ts";
import { type PoolNetwork, readPoolSpec } from "../pool/pool_network.ts";
import type { Claim, PlanInput, PlanLimits } from "../types.ts";
import { DEFAULT_LIMITS, HOLD_ENTRIES } from "./limits.ts";
import { Notes } from "./notes.ts";
import type { DeclineReport, OpenRequest } from "./open_request.ts";
import { Outcomes, type Refusal } from "./outcomes.ts";
import { takeOver } from "./take_over.ts";

/** MAC address -> the addresses that it declined. */
type Declined = ReadonlyMap<number, ReadonlyMap<number, DeclineReport>>;

/** A client that has another address than its claim had before. */
interface Displaced {
  readonly client: Client;
  readonly primary: Claim;
  readonly address: string;
}

/** One run of the planner: what it was given, and what it has come to so far. */
export class Planning {
  readonly input: PlanInput;
  /** `namespace/name` of the pool. */
  readonly poolName: string;
  /** Absent where the pool's spec cannot be used. */
  readonly network: PoolNetwork | undefined;
  /** Why nothing new is given; absent where addresses are given. */
  readonly frozen: Refusal | undefined;
  /** The next `status.ipv4`. */
  readonly next: NextRecord;
  readonly clients: Clients;
  /** Claims of namespaces that may not use the network, and have nothing of it. */
  readonly strangers: readonly Claim[];
  /** What each namespace holds. */
  readonly quota: NamespaceQuota;
  readonly declined: Declined;
  readonly outcomes: Outcomes = new Outcomes();
  readonly notes: Notes = new Notes();
  readonly limits: PlanLimits;
  /** Clients that have another address than their claim had before. */
  readonly displaced: Displaced[] = [];
  /** Addresses whose marks were lifted, as who uses them wants them. */
  readonly marksLifted: Set<number> = new Set();
  /** Addresses in use that are not marked until it is settled who gets what: nobody but the MAC address given here may have them. */
  readonly leftTo: Map<number, number> = new Map();
  /** Address -> the first of those that ask for it by name. */
  readonly named: Map<number, OpenRequest> = new Map();
  /** The next {@linkcode Plan.sightings}. */
  readonly sightings: Map<string, number> = new Map();
  #going: ReadonlySet<number> | undefined;
  /** The next {@linkcode Plan.wakeAt}; `Infinity` for never. */
  wakeAt = Infinity;

  constructor(input: PlanInput) {
    const { pool, now } = input;
    const { network } = input.spec ?? readPoolSpec(pool);
    this.input = input;
    this.poolName = `${pool.metadata.namespace ?? ""}/${pool.metadata.name ?? ""}`;
    this.network = network.ok ? network.value : undefined;
    this.frozen = frozenBy(input, { name: this.poolName, network });
    if (this.frozen?.until !== undefined) this.wake(this.frozen.until);
    // Without the network nothing can be marked anew, so that nothing recorded may lapse either.
    const lapsed = network.ok ? now : -Infinity;
    this.next = new NextRecord(takeOver(input, this.network, this.notes), {
      released: now,
      conflicts: lapsed,
    });
    const standing = { network: networkOfPool(pool), holders: input.holders };
    const { admitted, strangers } = admit(input, { standing, leases: this.next.leases });
    this.strangers = strangers;
    this.clients = new Clients(admitted, this.next.leases, {
      ...standing,
      conflicts: this.next.conflicts,
    });
    this.quota = new NamespaceQuota(pool);
    this.declined = declinedBy(input);
    this.limits = { ...DEFAULT_LIMITS, ...input.limits };
  }

  /** Why a claim gets nothing new; what it has it keeps. */
  frozenFor({ owner: { namespace } }: Claim): Refusal | undefined {
    if (this.frozen !== undefined) return this.frozen;
    return strangerRefusal(this.input, namespace);
  }

  /** How many addresses rest of clients that have another one now: it is asked for when it is settled who keeps what. */
  get guards(): number {
    const { next, clients } = this;
    const going = this.#going ??= next.macs();
    return next.released.countOf((mac) => going.has(mac) && clients.wants(mac));
  }

  /** Counts {@linkcode guards} anew: whoever was given an address by this plan has another one than those that rest, too. */
  recountGuards(): void {
    this.#going = undefined;
    this.next.released.recount();
  }

  /** When what is freed now of a MAC address may be given to another one. */
  releasedUntil(mac: number): number {
    const { pool, now } = this.input;
    const own = pool.status?.ipv4?.clients?.[formatMac(mac)]?.options;
    return now + releasedHoldMs(pool.spec?.ipv4Config, own?.leaseTime);
  }

  /** Asks for another plan at a time. */
  wake(at: number): void {
    this.wakeAt = Math.min(this.wakeAt, at);
  }
}

/**
 * Reads what the agents report; what cannot be read says nothing, and what comes from the future is of now. That an address was
 * declined is a rumour unless another machine than the client answers for it (rule 49).
 */
function declinedBy({ declined = [], now }: PlanInput): Declined {
  const found = new Map<number, Map<number, DeclineReport>>();
  for (const report of declined) {
    const mac = readMac(report.macAddress);
    const usedBy = readMac(report.usedBy ?? "");
    const address = readIPv4(report.address);
    const at = Math.min(fromTimestamp(report.at) ?? NaN, now);
    if (mac < 0 || usedBy < 0 || usedBy === mac || address < 0 || Number.isNaN(at)) continue;
    const addresses = found.get(mac) ?? new Map<number, DeclineReport>();
    found.set(mac, addresses);
    if ((addresses.get(address)?.at ?? -Infinity) < at) addresses.set(address, { at, usedBy });
  }
  return found;
}

function frozenBy(
  input: PlanInput,
  { name, network }: { readonly name: string; readonly network: Checked<PoolNetwork> },
): Refusal | undefined {
  const { pool, servedBy } = input;
  if (servedBy !== undefined) {
    const message = `The network of IPPool ${name} is served by IPPool ${servedBy}`;
    return { reason: "NetworkAlreadyServed", message };
  }
  const stranger = strangerRefusal(input, pool.metadata.namespace);
  if (stranger !== undefined) return stranger;
  if (!network.ok) return { reason: "PoolInvalid", message: invalid(name, network.errors) };
  if (pool.spec.paused === true) {
    return { reason: "PoolPaused", message: `IPPool ${name} is paused: nothing new is given` };
  }
  const { awaitingUntil: until, now } = input;
  if (until !== undefined && until > now) {
    const message =
      `The record of IPPool ${name} went back to an earlier time: nothing new is given ` +
      `before its agents have said what they gave since, or ${toTimestamp(until)}`;
    return { reason: "AwaitingAgents", message, until };
  }
  return undefined;
}

/** The refusal of a namespace that may not use the network. */
function strangerRefusal({ access }: PlanInput, namespace?: string): Refusal | undefined {
  const problem = access && namespaceProblem(access, namespace);
  if (problem === undefined) return undefined;
  return { reason: "NamespaceNotAllowed", message: `N${problem.slice(1)}` };
}

/** Whether what a pool or a claim has given or got before stays as it is, and is no fault of anybody. */
export function keepsWhatItHas(frozen: Refusal | undefined): boolean {
  return frozen?.reason === "PoolPaused" || frozen?.reason === "NamespaceNotAllowed" ||
    frozen?.reason === "AwaitingAgents";
}

/** The refusal of one more address of a namespace that has all that it may have. */
export function limitRefusal(
  { quota }: Planning,
  { owner: { namespace } }: Claim,
): Refusal | undefined {
  const message = quota.problem(namespace);
  return message === undefined ? undefined : { reason: "NamespaceLimit", message };
}

/**
 * The refusal of one more entry, if the record has all that it can have. Of the holds only those count that do not give way.
 *
 * @param times Of how many times the limit
 */
export function fullRefusal(planning: Planning, times = 1): Refusal | undefined {
  const { next, limits, poolName } = planning;
  const room = limits.maxEntries * times - next.size - next.conflicts.size * HOLD_ENTRIES;
  if (next.released.size * HOLD_ENTRIES < room) return undefined;
  if (planning.guards * HOLD_ENTRIES < room) return undefined;
  const message = `IPPool ${poolName} has the ${limits.maxEntries} entries that one can hold`;
  return { reason: "PoolFull", message };
}

function invalid(name: string, errors: readonly FieldError[]): string {
  return `IPPool ${name} cannot be used: ${fieldErrorText(errors)}`;
}
