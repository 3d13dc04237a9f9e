/**
 * What has become of each address of a pool.
 *
 * @module
 */
import { Mark } from "../../core/api/names.ts";
import type { IPPool } from "../../core/api/types.ts";
import { readPoolSpec } from "../../core/ipam/pool/pool_network.ts";
import {
  type AddressRange,
  formatIPv4,
  formatMac,
  rangeContains,
  rangeSize,
} from "../../core/net/mod.ts";
import { NONE, readEntries } from "../../core/record/entries.ts";
import { readHolds } from "../../core/record/holds.ts";

/** How an address can be, in the order of the legend. */
export const ADDRESS_STATES = [
  "used",
  "free",
  "held",
  "conflict",
  "excluded",
  "reserved",
] as const;

/** One of {@linkcode ADDRESS_STATES}. */
export type AddressState = typeof ADDRESS_STATES[number];

/** An address that the record says something of. */
export interface AddressRow {
  /** Unsigned 32 bits. */
  readonly address: number;
  /** Four-part decimal. */
  readonly text: string;
  readonly state: Exclude<AddressState, "free">;
  /** Who has it, or had it, canonical; absent where nobody does. */
  readonly macAddress?: string;
  /** The same as a number. */
  readonly mac?: number;
  /** The machine that uses it though it was not given to it. */
  readonly usedBy?: string;
  /** When the hold ends, RFC 3339. */
  readonly until?: string;
  /** Whether it lies outside the range. */
  readonly outside: boolean;
}

/** The addresses of a pool. */
export interface PoolAddresses {
  /** What addresses are given from; absent where the spec cannot be read. */
  readonly range?: AddressRange;
  /** Everything that the record says, by address. */
  readonly rows: readonly AddressRow[];
  /** How many addresses of the range are in each state; `used` counts those outside it as well. */
  readonly counts: Readonly<Record<AddressState, number>>;
}

const STATE_OF_MARK: Readonly<Record<Mark, AddressRow["state"]>> = {
  [Mark.EXCLUDED]: "excluded",
  [Mark.RESERVED]: "reserved",
  [Mark.CONFLICT]: "conflict",
};

/** Reads the record of a pool. Holds that are over at `now` (ms since the epoch) count as free. */
export function poolAddresses(pool: IPPool, now: number): PoolAddresses {
  const { network } = readPoolSpec(pool);
  const range = network.ok ? network.value.range : undefined;
  const isOutside = (address: number) => range === undefined || !rangeContains(range, address);
  const { allocated, released, conflicts } = pool.status?.ipv4 ?? {};
  const held = new Map(readHolds(conflicts).map((hold) => [hold.address, hold]));
  const rows: AddressRow[] = [];
  for (const { key, value, address, mac, mark } of readEntries(allocated)) {
    if (address === NONE || mac === NONE && mark === undefined) continue;
    const hold = mark === Mark.CONFLICT ? held.get(address) : undefined;
    const owner = mac === NONE ? hold?.mac ?? NONE : mac;
    rows.push({
      address,
      text: key,
      state: mark === undefined ? "used" : STATE_OF_MARK[mark],
      ...(owner === NONE
        ? {}
        : { mac: owner, macAddress: owner === mac ? canonical(value, mac) : formatMac(owner) }),
      ...(hold === undefined || hold.usedBy === NONE ? {} : { usedBy: formatMac(hold.usedBy) }),
      ...(hold === undefined ? {} : { until: hold.value.until }),
      outside: isOutside(address),
    });
  }
  const taken = new Set(rows.map(({ address }) => address));
  for (const { address, mac, until, value } of readHolds(released)) {
    if (address === NONE || until === undefined || until <= now || taken.has(address)) continue;
    rows.push({
      address,
      text: formatIPv4(address),
      state: "held",
      ...(mac === NONE ? {} : { mac, macAddress: formatMac(mac) }),
      until: value.until,
      outside: isOutside(address),
    });
  }
  rows.sort((one, other) => one.address - other.address);
  return { ...(range && { range }), rows, counts: countsOf(rows, range) };
}

const CANONICAL = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/;

/** A MAC address in canonical form: nearly all are written so, and making 30,000 texts anew takes long. */
function canonical(text: string, mac: number): string {
  return CANONICAL.test(text) ? text : formatMac(mac);
}

function countsOf(
  rows: readonly AddressRow[],
  range: AddressRange | undefined,
): PoolAddresses["counts"] {
  const counts = { used: 0, free: 0, held: 0, conflict: 0, excluded: 0, reserved: 0 };
  let inside = 0;
  for (const { state, outside } of rows) {
    counts[state]++;
    if (!outside) inside++;
  }
  if (range !== undefined) counts.free = rangeSize(range) - inside;
  return counts;
}

/** The index of the first row at or behind an address. */
export function rowIndex(rows: readonly AddressRow[], address: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.address ?? Infinity) < address) low = middle + 1;
    else high = middle;
  }
  return low;
}
