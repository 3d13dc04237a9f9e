import { formatIPv4, formatMac, rangeContains, readIPv4 } from "../net/mod.ts";
import type { FieldError } from "../api/field_error.ts";
import { parseIPPool } from "../api/ippool.ts";
import type { IPPool } from "../api/types.ts";
import { type PoolNetwork, poolNetwork } from "./pool_network.ts";
import { NONE, type PoolRecord, readRecord } from "./record.ts";

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
 *   path: "spec.ipv4Config.pool.exclude[0]",
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
  const { status: _, ...specOnly } = pool;
  const checked = parseIPPool(specOnly);
  const network = poolNetwork(pool);
  const errors = checked.ok ? [] : checked.errors;
  if (!network.ok || options.old === undefined) return errors;
  return [...errors, ...editErrors(pool, network.value, { ...options, old: options.old })];
}

interface Edit {
  readonly old: IPPool;
  readonly ownerOf?: (macAddress: string) => string | undefined;
}

/** How many owners one error names. */
const NAMED = 5;

function editErrors(pool: IPPool, network: PoolNetwork, edit: Edit): readonly FieldError[] {
  const before = poolNetwork(edit.old);
  const record = readRecord(edit.old.status?.ipv4?.allocated);
  const was = before.ok ? before.value : undefined;
  const errors: FieldError[] = [];
  for (const { path, value, isNew } of fieldsOf(pool, was)) {
    const entry = isNew ? record.entryAt(readIPv4(value)) : NONE;
    if ((record.macs[entry] ?? NONE) < 0) continue;
    const message = `must not be an address in use: ${ownerText(record, { entry, edit })} has it`;
    errors.push({ path, value, message });
  }
  return was === undefined ? errors : [...errors, ...rangeErrors(network, { was, record, edit })];
}

interface Field {
  readonly path: string;
  readonly value: string;
  /** Whether the field takes the address away from VMs that could have it before. */
  readonly isNew: boolean;
}

const CONFIG = "spec.ipv4Config";

function fieldsOf(pool: IPPool, was: PoolNetwork | undefined): readonly Field[] {
  const { serverIP, router, pool: range } = pool.spec.ipv4Config;
  const isNew = (text: string) => {
    const address = readIPv4(text);
    return was?.reserved.has(address) !== true && was?.excluded.has(address) !== true;
  };
  return [
    ...field("serverIP", serverIP),
    ...(range?.exclude ?? []).flatMap((value, index) => field(`pool.exclude[${index}]`, value)),
    ...field("router", router),
  ].map(({ path, value }) => ({ path, value, isNew: isNew(value) }));
}

function field(name: string, value: string | undefined): readonly Omit<Field, "isNew">[] {
  return value === undefined ? [] : [{ path: `${CONFIG}.${name}`, value }];
}

/** Addresses in use that the old range had and the new one has not. */
function rangeErrors(
  { range }: PoolNetwork,
  { was, record, edit }: {
    readonly was: PoolNetwork;
    readonly record: PoolRecord;
    readonly edit: Edit;
  },
): readonly FieldError[] {
  const lost = { start: [] as string[], end: [] as string[] };
  record.macs.forEach((mac, entry) => {
    const address = record.addresses[entry] ?? NONE;
    if (mac < 0 || !rangeContains(was.range, address) || rangeContains(range, address)) return;
    const side = address < range.start ? "start" : "end";
    lost[side].push(`${formatIPv4(address)} of ${ownerText(record, { entry, edit })}`);
  });
  return (["start", "end"] as const).filter((side) => lost[side].length > 0).map((side) => ({
    path: `${CONFIG}.pool.${side}`,
    value: formatIPv4(range[side]),
    message: `must not leave out addresses in use: ${lost[side].slice(0, NAMED).join(", ")}${
      lost[side].length > NAMED ? ` and ${lost[side].length - NAMED} more` : ""
    }`,
  }));
}

function ownerText(
  record: PoolRecord,
  { entry, edit }: { readonly entry: number; readonly edit: Edit },
): string {
  const mac = formatMac(record.macs[entry] ?? 0);
  const owner = edit.ownerOf?.(mac);
  return owner === undefined ? mac : `${owner} (${mac})`;
}
