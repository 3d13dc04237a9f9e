/**
 * Which of two agents hears more networks: interfaces fail, and are taken away.
 *
 * @module
 */
import type { AgentReport, PoolServingReason } from "../../core/api/agent/agent_report.ts";
import { parseAgentReport } from "../../core/api/agent/read_agent_report.ts";
import { AGENT_REPORT_ANNOTATION } from "../../core/api/names.ts";
import type { Lease } from "../../kube/mod.ts";

/** There is nothing to hear packets by. */
export const DEAF: ReadonlySet<PoolServingReason> = new Set(["InterfaceMissing", "SocketFailed"]);

/**
 * Whether an agent that stands by hears a network that the holder of a Lease says it does not, and every network that that one
 * hears: then it serves more, and nobody less.
 */
export function hearsMore(own: AgentReport, held: Lease): boolean {
  const text = held.metadata.annotations?.[AGENT_REPORT_ANNOTATION] ?? "";
  // With each renewal of the Lease it is asked, and hardly ever there is one: only then all of it is read.
  if (![...DEAF].some((reason) => text.includes(reason))) return false;
  const report = parseAgentReport(text);
  // Until a new holder has reported, the report is that of the one before it.
  if (!report.ok || report.value.pod.name !== held.spec?.holderIdentity) return false;
  const pools = Object.entries(report.value.pools);
  const hears = (pool: string) => {
    const { reason = "NotSynced" } = own.pools[pool] ?? {};
    return reason !== "NotSynced" && !DEAF.has(reason);
  };
  const isDeaf = ([, { reason }]: (typeof pools)[number]) => DEAF.has(reason);
  return pools.some((row) => isDeaf(row) && hears(row[0])) &&
    pools.every((row) => isDeaf(row) || hears(row[0]));
}
