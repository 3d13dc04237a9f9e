import { formatIPv4, formatMac, rangeContains, readIPv4 } from "../../net/mod.ts";
import type { FieldError, FieldPath } from "../../api/fields/field_error.ts";
import type { IPPool } from "../../api/types.ts";
import { type PoolNetwork, type PoolSpec, readPoolSpec } from "./pool_network.ts";
import { NONE, readEntries, type RecordEntry } from "../../record/entries.ts";

/** What {@linkcode validatePool} looks at beside the pool. */
export interface ValidatePoolOptions {
  /** The pool before the edit, with its status; absent for a new one. */
  readonly old?: IPPool;
  /** Names who has a MAC address (canonical form) on the pool's network, for the errors. */
  readonly ownerOf?: (macAddress: string) => string | undefined;
}

/**
 * Checks the spec of a pool as a whole, as a person's edit: everything that `parseIPPool` finds, and what the edit would
 * do to addresses that are in use: no server, router, exclude or end of the range may be put where an address is in use
 * that was free of it before. What already was so does not stand in the way of other edits.
 *
 * The planner itself never needs this: it gives nobody's address away, whatever the spec says.
 *
 * @example
 * ```ts
 * import { validatePool } from "@vm-dhcp/vm-dhcp/ipam";
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const pool = (exclude: string[]) => ({
 *   apiVersion: "network.harvesterhci.io/v1alpha1",
 *   kind: "IPPool",
 *   metadata: { name: "net-48", namespace: "default" },
 *   spec: { networkName: "default/net-48", ipv4Config: { cidr: "192.168.48.0/24", pool: { exclude } } },
 *   status: { ipv4: { allocated: { "192.168.48.84": "ca:70:82:e6:84:6e" }, used: 1, available: 252 } },
 * });
 * deepStrictEqual(validatePool(pool(["192.168.48.84"]), { old: pool([]) }), [{
 *   path: ["spec", "ipv4Config", "pool", "exclude", 0],
 *   value: "192.168.48.84",
 *   message: "must not be an address in use: ca:70:82:e6:84:6e has it",
 * }]);
 * ```
 *
 * @param pool The pool as it would be
 * @param options The pool as it is, and who is who
 * @returns Every error at once; empty where the pool is good
 */
export function validatePool(
  pool: IPPool,
  options: ValidatePoolOptions = {},
): readonly FieldError[] {
  const { old, ...more } = options;
  const spec = readPoolSpec(pool);
  if (old === undefined) return spec.errors;
  const oldSpec = readPoolSpec(old);
  return [...spec.errors, ...takenErrors(pool, { spec, old, oldSpec, ...more })];
}

/** An edit of a pool. */
export interface PoolEdit {
  /** What the pool says then. */
  readonly spec: PoolSpec;
  /** The pool as it is, with its status. */
  readonly old: IPPool;
  /** What that says. */
  readonly oldSpec: PoolSpec;
  /** As in {@linkcode ValidatePoolOptions}. */
  readonly ownerOf?: (macAddress: string) => string | undefined;
}

/** How many owners one error names. */
const NAMED = 5;

/** What an edit would do to addresses that are in use; nothing where the pool's network cannot be told. */
export function takenErrors(pool: IPPool, edit: PoolEdit): readonly FieldError[] {
  const { network } = edit.spec;
  if (!network.ok) return [];
  const before = edit.oldSpec.network;
  const inUse = readEntries(edit.old.status?.ipv4?.allocated)
    .filter(({ address, mac }) => address !== NONE && mac !== NONE);
  const was = before.ok ? before.value : undefined;
  const errors: FieldError[] = [];
  for (const { path, value, isNew } of fieldsOf(pool, was)) {
    const address = readIPv4(value);
    const entry = isNew ? inUse.find((lease) => lease.address === address) : undefined;
    if (entry === undefined) continue;
    const message = `must not be an address in use: ${ownerText(entry, edit)} has it`;
    errors.push({ path, value, message });
  }
  return was === undefined
    ? errors
    : [...errors, ...rangeErrors(network.value, { was, inUse, edit })];
}

interface Field {
  readonly path: FieldPath;
  readonly value: string;
  /** Whether the field takes the address away from VMs that could have it before. */
  readonly isNew: boolean;
}

const CONFIG = ["spec", "ipv4Config"] as const;

function fieldsOf(pool: IPPool, was: PoolNetwork | undefined): readonly Field[] {
  const { serverIP, router, pool: range } = pool.spec.ipv4Config;
  const isNew = (text: string) => {
    const address = readIPv4(text);
    return was?.reserved.has(address) !== true && was?.excluded.has(address) !== true;
  };
  return [
    ...field(["serverIP"], serverIP),
    ...(range?.exclude ?? []).flatMap((value, index) => field(["pool", "exclude", index], value)),
    ...field(["router"], router),
  ].map(({ path, value }) => ({ path, value, isNew: isNew(value) }));
}

function field(keys: FieldPath, value: string | undefined): readonly Omit<Field, "isNew">[] {
  return value === undefined ? [] : [{ path: [...CONFIG, ...keys], value }];
}

/** Addresses in use that the old range had and the new one has not. */
function rangeErrors(
  { range }: PoolNetwork,
  { was, inUse, edit }: {
    readonly was: PoolNetwork;
    readonly inUse: readonly RecordEntry[];
    readonly edit: PoolEdit;
  },
): readonly FieldError[] {
  const lost = { start: [] as string[], end: [] as string[] };
  for (const entry of inUse) {
    const { key, address } = entry;
    if (!rangeContains(was.range, address) || rangeContains(range, address)) continue;
    lost[address < range.start ? "start" : "end"].push(`${key} of ${ownerText(entry, edit)}`);
  }
  return (["start", "end"] as const).filter((side) => lost[side].length > 0).map((side) => ({
    path: [...CONFIG, "pool", side],
    value: formatIPv4(range[side]),
    message: `must not leave out addresses in use: ${lost[side].slice(0, NAMED).join(", ")}${
      lost[side].length > NAMED ? ` and ${lost[side].length - NAMED} more` : ""
    }`,
  }));
}

function ownerText(entry: RecordEntry, edit: PoolEdit): string {
  const mac = formatMac(entry.mac);
  const owner = edit.ownerOf?.(mac);
  return owner === undefined ? mac : `${owner} (${mac})`;
}
