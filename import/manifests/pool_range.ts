/**
 * The addresses of a pool: its range, and the server's own.
 *
 * @module
 */
import type { PoolRange } from "../../core/api/types.ts";
import {
  type AddressRange,
  type Cidr,
  formatCidr,
  formatIPv4,
  isUsable,
  readIPv4,
} from "../../core/net/mod.ts";
import type { DraftPool, DraftRange } from "../source/draft.ts";
import type { Ledger } from "../source/ledger.ts";

/** More addresses than this are not listed as excluded. */
const MAX_GAPS = 1_024;
/** More addresses than this are not tried for the server. */
const MAX_TRIES = 65_536;

/**
 * One range of all: what lies between two is excluded, and what is withheld. Reserved addresses are not, for their machines
 * have them.
 */
export function poolRange(
  pool: DraftPool,
  { reserved, withheld, ledger }: {
    readonly reserved: ReadonlySet<number>;
    readonly withheld: ReadonlySet<number>;
    readonly ledger: Ledger;
  },
): PoolRange | undefined {
  const ranges = fitting(pool, ledger);
  const [first] = ranges;
  if (first === undefined) {
    ledger.note(
      pool.statement,
      pool.ranges.length > 0
        ? "no range is left: VMs get addresses of the whole subnet"
        : "no range: there only known machines got addresses, here every VM of the network gets one",
      pool,
    );
    const excluded = [...withheld].filter((address) => isUsable(pool.cidr, address));
    return excluded.length === 0 ? undefined : { exclude: sorted(excluded) };
  }
  let { start, end } = first;
  const gaps: number[] = [];
  ledger.say(first.statement);
  for (const range of ranges.slice(1)) {
    const gap = range.start - end - 1;
    if (gap > MAX_GAPS - gaps.length) {
      const text = `${formatIPv4(range.start)} to ${formatIPv4(range.end)}`;
      ledger.note(
        range.statement,
        `a pool has one range; ${text} is too far from the others`,
        pool,
      );
      continue;
    }
    for (let address = end + 1; address < range.start; address++) {
      if (!reserved.has(address)) gaps.push(address);
    }
    end = Math.max(end, range.end);
    start = Math.min(start, range.start);
    ledger.say(range.statement);
  }
  const excluded = new Set([
    ...gaps,
    ...[...withheld].filter((address) => address >= start && address <= end),
  ]);
  return {
    start: formatIPv4(start),
    end: formatIPv4(end),
    ...(excluded.size > 0 && { exclude: sorted([...excluded]) }),
  };
}

function sorted(addresses: readonly number[]): readonly string[] {
  return addresses.toSorted((a, b) => a - b).map(formatIPv4);
}

/** The ranges in order, without what is no host's address in them. */
function fitting(pool: DraftPool, ledger: Ledger): readonly DraftRange[] {
  const { ranges, cidr } = pool;
  return ranges.flatMap(({ statement, ...range }) => {
    const start = Math.max(range.start, cidr.firstUsable);
    const end = Math.min(range.end, cidr.lastUsable);
    if (start > end) {
      ledger.note(statement, `it is no range of hosts of ${formatCidr(cidr)}`, pool);
      return [];
    }
    if (start > range.start || end < range.end) {
      const hosts = `${formatIPv4(start)} to ${formatIPv4(end)}`;
      ledger.note(statement, `of these, hosts of ${formatCidr(cidr)} are ${hosts}`, pool);
    }
    return [{ start, end, statement }];
  }).toSorted((a, b) => a.start - b.start);
}

/**
 * The address that is asked for; else the last one outside the range that nothing in the file names, for routers are
 * rather among the first; else one within that was not handed out.
 */
export function chooseServer(
  pool: DraftPool,
  { asked, router, named, range, reserved, ledger }: {
    readonly asked: unknown;
    readonly router: unknown;
    /** Addresses that the file names. */
    readonly named: readonly string[];
    /** What is handed out here. */
    readonly range: PoolRange | undefined;
    readonly reserved: ReadonlySet<number>;
    readonly ledger: Ledger;
  },
): string | undefined {
  const { cidr, ranges, statement } = pool;
  const address = readIPv4(String(asked ?? ""));
  if (address >= 0 && asked !== router && isUsable(cidr, address) && !reserved.has(address)) {
    return formatIPv4(address);
  }
  const taken = new Set([...named.map(readIPv4), ...reserved, readIPv4(String(router ?? ""))]);
  const [start, end] = [range?.start, range?.end].map((text) => readIPv4(text ?? ""));
  const whole = start === undefined || end === undefined || start < 0 ? [] : [{ start, end }];
  const one = lastFree(cidr, { taken, ranges: [...whole, ...ranges] }) ??
    lastFree(cidr, { taken, ranges });
  if (one === undefined) {
    ledger.note(statement, "the server needs an address of its own, and none is left", pool);
    return undefined;
  }
  const text = formatIPv4(one);
  ledger.note(
    statement,
    `the server needs an address of its own; serverIP ${text} is in no statement, check that it is free`,
    pool,
  );
  return text;
}

/** The last address that is neither taken nor in a range. */
function lastFree(
  cidr: Cidr,
  { taken, ranges }: {
    readonly taken: ReadonlySet<number>;
    readonly ranges: readonly AddressRange[];
  },
): number | undefined {
  let one = cidr.lastUsable;
  for (let tried = 0; tried < MAX_TRIES && isUsable(cidr, one); tried++) {
    const inRange = ranges.find(({ start, end }) => one >= start && one <= end);
    if (inRange !== undefined) one = inRange.start - 1;
    else if (taken.has(one)) one--;
    else return one;
  }
  return undefined;
}
