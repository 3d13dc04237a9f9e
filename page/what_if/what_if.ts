/**
 * What would become of the addresses of a pool if it, or what is asked of it, were changed: the planner's own answer. Pure, so that it
 * runs in the browser as well.
 *
 * @module
 */
import { type FieldError, fieldErrorText } from "../../core/api/fields/field_error.ts";
import type { Tenancy } from "../../core/api/tenancy.ts";
import type { IPPool, IPv4Config, PoolRange } from "../../core/api/types.ts";
import { planPool } from "../../core/ipam/plan/plan_pool.ts";
import { validatePool } from "../../core/ipam/pool/validate_pool.ts";
import type { Claim, Plan, PlanNote } from "../../core/ipam/types.ts";
import { formatIPv4, formatMac, readIPv4, readMac } from "../../core/net/mod.ts";

/** How a NIC is asked to have a certain address. */
export type WayToAsk =
  | { readonly by: "annotation"; readonly vm: string; readonly nic: string }
  | { readonly by: "field"; readonly config: string; readonly path: string };

/** Everything that an answer is made from. It goes to the browser as JSON. */
export interface WhatIfFacts {
  readonly pool: IPPool;
  readonly claims: readonly Claim[];
  /** Who may use the network; absent: everybody. */
  readonly access?: {
    readonly network: string;
    readonly tenancy: Tenancy;
    readonly allowed: readonly string[];
  };
  /** The pool that serves the network instead. */
  readonly servedBy?: string;
  /** By MAC address, canonical. */
  readonly ways: Readonly<Record<string, WayToAsk>>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What is to be changed, as it is typed. What is absent stays as it is; an empty text takes a field away. */
export interface WhatIfChange {
  readonly start?: string;
  readonly end?: string;
  /** Addresses and ranges (`A-B`), separated by commas, spaces or line ends. */
  readonly exclude?: string;
  /** Whose NIC asks for {@linkcode WhatIfChange.address}; one that nobody has stands for a reservation. */
  readonly macAddress?: string;
  readonly address?: string;
}

/** What would become of one NIC. */
export interface Move {
  /** `namespace/name` of the VM, or of the VirtualMachineNetworkConfig. */
  readonly name: string;
  readonly macAddress: string;
  readonly from?: string;
  readonly to?: string;
  /** Why, where it would have none, or keeps what it has in spite of what it asks for. */
  readonly message?: string;
}

/** The answer. */
export interface WhatIfResult {
  /** What of it would be refused, or cannot be read: one sentence each. */
  readonly problems: readonly string[];
  /** NICs whose address, or whose lack of one, would be another. */
  readonly moves: readonly Move[];
  /** What the pool's owner would hear about that is not so now. */
  readonly notes: readonly PlanNote[];
  readonly before: Figures;
  readonly after: Figures;
  /** The pool as it would be; absent where its own fields stay as they are. */
  readonly pool?: IPPool;
  /** What is asked for one NIC, and how; absent where nothing is. */
  readonly ask?: { readonly macAddress: string; readonly address: string; readonly way?: WayToAsk };
}

/** How full a pool is. */
interface Figures {
  readonly used: number;
  readonly available: number;
}

/** Addresses that one range of the excludes may have. */
const MAX_RANGE = 4096;

/** Answers. The same facts and the same change give the same answer. */
export function whatIf(facts: WhatIfFacts, change: WhatIfChange): WhatIfResult {
  const problems: string[] = [];
  const pool = changedPool(facts.pool, change, problems);
  const claims = changedClaims(facts, change, problems);
  const plan = (input: { readonly pool: IPPool; readonly claims: readonly Claim[] }): Plan =>
    planPool({
      ...input,
      ...(facts.access === undefined
        ? {}
        : { access: { ...facts.access, allowed: new Set(facts.access.allowed) } }),
      ...(facts.servedBy === undefined ? {} : { servedBy: facts.servedBy }),
      now: facts.now,
    });
  if (pool !== facts.pool) problems.push(...refusals(pool, facts));
  const before = plan({ pool: facts.pool, claims: facts.claims });
  const after = plan({ pool, claims: claims.all });
  const had = new Set(before.notes.map(({ message }) => message));
  return {
    problems,
    moves: movesBetween(before, after),
    notes: after.notes.filter(({ message }) => !had.has(message)),
    before: figuresOf(before),
    after: figuresOf(after),
    ...(pool === facts.pool ? {} : { pool }),
    ...(claims.ask === undefined ? {} : { ask: claims.ask }),
  };
}

function figuresOf({ ipv4: { used, available } }: Plan): Figures {
  return { used, available };
}

/** The pool with what is typed; the very same where that says nothing new. */
function changedPool(pool: IPPool, change: WhatIfChange, problems: string[]): IPPool {
  const { pool: _, ...config }: Partial<IPv4Config> = pool.spec?.ipv4Config ?? {};
  const range = rangeOf(pool);
  const next: Record<string, unknown> = { ...range };
  for (const key of ["start", "end"] as const) {
    const typed = change[key]?.trim();
    if (typed === undefined || typed === (range[key] ?? "")) continue;
    if (typed === "") delete next[key];
    else next[key] = typed;
  }
  if (change.exclude !== undefined) {
    const exclude = readExcludes(change.exclude, problems);
    if (exclude.join() !== (range.exclude ?? []).join()) {
      if (exclude.length === 0) delete next.exclude;
      else next.exclude = exclude;
    }
  }
  const keys = ["start", "end", "exclude"] as const;
  if (keys.every((key) => next[key] === range[key])) return pool;
  const ipv4Config = { ...config as IPv4Config, pool: next };
  return { ...pool, spec: { ...pool.spec, ipv4Config } };
}

/** The range as its author wrote it. What is no range, or no list, counts as absent: no schema may have seen it. */
export function rangeOf(pool: IPPool): PoolRange {
  const { exclude, ...ends }: PoolRange = Object(pool.spec?.ipv4Config?.pool);
  return { ...ends, ...(Array.isArray(exclude) ? { exclude } : {}) };
}

function readExcludes(text: string, problems: string[]): readonly string[] {
  const found: string[] = [];
  for (const word of text.split(/[\s,;]+/).filter((word) => word !== "")) {
    const [first = "", last, ...more] = word.split("-");
    if (last === undefined) {
      found.push(word);
      continue;
    }
    const [start, end] = [readIPv4(first), readIPv4(last)];
    if (start < 0 || end < start || end - start >= MAX_RANGE || more.length > 0) {
      problems.push(
        `Excludes: must be an address or a range of at most ${MAX_RANGE} addresses, such as 192.168.48.10-192.168.48.20: ${word}`,
      );
      continue;
    }
    for (let address = start; address <= end; address++) found.push(formatIPv4(address));
  }
  return found;
}

/** What the webhook would refuse of an edit. */
function refusals(pool: IPPool, { pool: old, claims }: WhatIfFacts): readonly string[] {
  const names = new Map(claims.map((claim) => [readMac(claim.macAddress), nameOf(claim)]));
  const ownerOf = (macAddress: string) => names.get(readMac(macAddress));
  const known = new Set(validatePool(old).map(textOf));
  return validatePool(pool, { old, ownerOf }).map(textOf).filter((text) => !known.has(text));
}

function textOf(error: FieldError): string {
  return fieldErrorText([error]);
}

const NEW_CLAIM = "what-if";

function changedClaims(
  { claims, ways, pool, now }: WhatIfFacts,
  { macAddress = "", address = "" }: WhatIfChange,
  problems: string[],
): { readonly all: readonly Claim[]; readonly ask?: WhatIfResult["ask"] } {
  const typed = [macAddress.trim(), address.trim()] as const;
  if (typed[0] === "" && typed[1] === "") return { all: claims };
  const mac = readMac(typed[0]);
  if (mac < 0) problems.push(`MAC address: must be one such as 52:54:00:12:34:56: ${typed[0]}`);
  if (readIPv4(typed[1]) < 0) {
    problems.push(`Wanted address: must be one such as 192.168.48.84: ${typed[1]}`);
  }
  if (mac < 0 || readIPv4(typed[1]) < 0) return { all: claims };
  const canonical = formatMac(mac);
  const way = Object.hasOwn(ways, canonical) ? ways[canonical] : undefined;
  const ask = {
    macAddress: canonical,
    address: typed[1],
    ...(way === undefined ? {} : { way }),
  };
  let isKnown = false;
  const all = claims.map((claim) => {
    if (claim.state !== "wanted" || readMac(claim.macAddress) !== mac) return claim;
    isKnown = true;
    return { ...claim, requested: typed[1] };
  });
  const namespace = pool.metadata.namespace ?? "default";
  const reservation: Claim = {
    id: NEW_CLAIM,
    owner: { namespace, name: NEW_CLAIM, uid: NEW_CLAIM },
    macAddress: canonical,
    requested: typed[1],
    createdAt: now,
    state: "wanted",
  };
  return { all: isKnown ? all : [...all, reservation], ask };
}

function movesBetween(before: Plan, after: Plan): readonly Move[] {
  const moves: Move[] = [];
  for (const [id, { claim, address, reason, message }] of after.outcomes) {
    const was = before.outcomes.get(id);
    if (was?.address === address && was?.reason === reason) continue;
    moves.push({
      name: id === NEW_CLAIM ? "A new reservation" : nameOf(claim),
      macAddress: claim.macAddress,
      ...(was?.address === undefined ? {} : { from: was.address }),
      ...(address === undefined ? {} : { to: address }),
      ...(reason === "Allocated" ? {} : { message }),
    });
  }
  return moves;
}

function nameOf({ vm, owner, vmName }: Claim): string {
  return `${owner.namespace}/${vm?.name ?? vmName ?? owner.name}`;
}
