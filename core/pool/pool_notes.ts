/**
 * What the owner of an IPPool is told by Events.
 *
 * @module
 */
import { getCondition } from "../api/condition.ts";
import { IPPoolCondition } from "../api/names.ts";
import type { IPPool } from "../api/types.ts";
import type { AgentReason, Note, PoolReason } from "../reasons/reasons.ts";
import { poolConditions, type PoolFacts } from "./pool_status.ts";

/** Conditions that are no news as long as they give these reasons. */
const NO_NEWS: ReadonlySet<PoolReason> = new Set(["Registered", "Planned", "Running", "Paused"]);

/** What stands about a pool: told when it begins. */
export function poolNotes(facts: PoolFacts): readonly Note[] {
  const stated = poolConditions(facts).filter(({ type, reason }) =>
    type !== IPPoolCondition.AgentReady && !NO_NEWS.has(reason)
  ).map(({ reason, message }): Note => ({ type: "Warning", reason, message }));
  const planned = facts.notes.filter(({ reason }) =>
    !stated.some((note) => note.reason === reason)
  );
  return [...stated, ...planned];
}

/** Why agents do not start: news also where they did not serve before. */
const NOT_STARTED: ReadonlySet<string | undefined> = new Set<AgentReason>([
  "NoAgentScheduled",
  "AgentNotRunning",
  "NetworkNotAttached",
  "NetworkIsolated",
]);

/** What became of the agents of a pool with its last write. */
export function agentNotes(before: IPPool, after: IPPool): readonly Note[] {
  const was = getCondition(before.status?.conditions, IPPoolCondition.AgentReady);
  const is = getCondition(after.status?.conditions, IPPoolCondition.AgentReady);
  if (is === undefined || is.reason === "Paused") return [];
  const isNotStarted = NOT_STARTED.has(is.reason) && is.reason !== was?.reason;
  // Agents need a moment to start.
  const isNews = is.status === "True" || was !== undefined;
  if (!isNotStarted && (is.status === was?.status || !isNews)) return [];
  const { reason = "", message = "" } = is;
  return [{
    type: is.status === "True" ? "Normal" : "Warning",
    reason: reason as PoolReason,
    message,
  }];
}
