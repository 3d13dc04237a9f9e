/**
 * What pools and their histories tell is so: no server is called foreign that never was there, and no row is of what never was recorded.
 *
 * @module
 */
import { IPPoolCondition } from "../../../core/api/names.ts";
import type { IPPoolHistory } from "../../../core/api/ippool_history.ts";
import { networkOfPool } from "../../../core/api/network.ts";
import type { IPPool } from "../../../core/api/types.ts";
import { keyOf } from "../../../kube/mod.ts";
import type { World } from "../world/world.ts";
import type { RecordHistory } from "./record_history.ts";

const IPV4 = /\b\d+\.\d+\.\d+\.\d+\b/g;
/** Rows that say that an address became somebody's. */
const GAINS: ReadonlySet<string> = new Set(["given", "moved", "adopted"]);

/** Servers that a pool calls foreign and that never were on its network, one sentence each. */
export function falselyForeign({ foreignServers }: World, pool: IPPool): readonly string[] {
  const condition = pool.status?.conditions?.find(({ type, status }) =>
    type === IPPoolCondition.ForeignDHCPServer && status === "True"
  );
  const named = condition?.message?.match(IPV4) ?? [];
  return named.filter((one) => !foreignServers.has(`${networkOfPool(pool)} ${one}`))
    .map((one) => `${keyOf(pool)} calls ${one} a DHCP server, and there was none`);
}

/** New rows of a history that no record ever bore out, one sentence each. */
export function falselyTold(
  record: RecordHistory,
  { before, after }: {
    readonly before: IPPoolHistory | undefined;
    readonly after: IPPoolHistory | undefined;
  },
): readonly string[] {
  if (after === undefined) return [];
  const known = new Set(before?.changes.map(textOf));
  const key = keyOf(after);
  return after.changes.filter((row) =>
    GAINS.has(row.event) && !known.has(textOf(row)) &&
    record.lastSaid(key, row.address, row.macAddress) === undefined
  ).map((row) => `the history of ${key} tells what no record said: ${textOf(row)}`);
}

function textOf(row: IPPoolHistory["changes"][number]): string {
  return JSON.stringify(row);
}
