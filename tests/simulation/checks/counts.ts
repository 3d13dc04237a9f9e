/**
 * What a pool counts is what it records.
 *
 * @module
 */
import type { IPPool } from "../../../core/api/types.ts";
import { parseIPv4, readIPv4 } from "../../../core/net/mod.ts";
import { keyOf } from "../../../kube/mod.ts";
import { entriesOf } from "./record_history.ts";

/** What of a pool's counts is wrong, one sentence each. */
export function miscounts(pool: IPPool): readonly string[] {
  const { allocated = {}, used, available } = pool.status?.ipv4 ?? {};
  const { start, end } = pool.spec.ipv4Config.pool ?? {};
  if (used === undefined || start === undefined || end === undefined) return [];
  const [first, last] = [parseIPv4(start), parseIPv4(end)];
  const taken = Object.keys(allocated).map(readIPv4).filter((at) => at >= first && at <= last);
  const free = last - first + 1 - taken.length;
  const entries = entriesOf(pool).size;
  const said: string[] = [];
  if (used !== entries) said.push(`${keyOf(pool)}: used is ${used}, entries are ${entries}`);
  if (available !== free) said.push(`${keyOf(pool)}: available is ${available}, free are ${free}`);
  return said;
}
