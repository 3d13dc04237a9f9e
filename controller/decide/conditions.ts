/**
 * How the controller sets conditions.
 *
 * @module
 */
import { type ConditionUpdate, setCondition } from "../../core/api/condition.ts";
import type { Condition } from "../../core/api/types.ts";

/** Reasons that say no more than the status does. */
const ORDINARY: ReadonlySet<string> = new Set([
  "Allocated",
  "NotPaused",
  "Synced",
  "Registered",
  "Planned",
  "Serving",
  "Running",
]);

/**
 * Sets one condition. What the Go version wrote without a reason stays as it is while its status holds and there is
 * nothing to add, so that taking over a cluster does not rewrite every object.
 *
 * @param now RFC 3339.
 */
export function withAnswer(
  conditions: readonly Condition[],
  update: ConditionUpdate,
  now: string,
): readonly Condition[] {
  const before = conditions.find(({ type }) => type === update.type);
  const kept = before?.status === update.status && before.reason === undefined &&
    ORDINARY.has(update.reason ?? "");
  return kept ? conditions : setCondition(conditions, update, now);
}
