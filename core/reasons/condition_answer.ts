/**
 * What a condition answers, and how the controller sets it.
 *
 * @module
 */
import { type ConditionUpdate, getCondition, setCondition } from "../api/condition.ts";
import type { Condition, ConditionStatus } from "../api/types.ts";

/** What a condition says. */
export interface ConditionAnswer<Reason extends string> {
  readonly status: ConditionStatus;
  readonly reason: Reason;
  readonly message: string;
}

/** `True`, and why. */
export function yes<Reason extends string>(
  reason: Reason,
  message: string,
): ConditionAnswer<Reason> {
  return { status: "True", reason, message };
}

/** `False`, and why. */
export function no<Reason extends string>(
  reason: Reason,
  message: string,
): ConditionAnswer<Reason> {
  return { status: "False", reason, message };
}

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
 * Sets conditions. What the Go version wrote without a reason stays as it is while its status holds and there is
 * nothing to add, so that taking over a cluster does not rewrite every object.
 *
 * @param now RFC 3339.
 */
export function withAnswers(
  conditions: readonly Condition[] | undefined,
  updates: readonly ConditionUpdate[],
  now: string,
): readonly Condition[] {
  return updates.reduce((known, update) => {
    const before = getCondition(known, update.type);
    const isKept = before?.status === update.status && before.reason === undefined &&
      ORDINARY.has(update.reason ?? "");
    return isKept ? known : setCondition(known, update, now);
  }, conditions ?? []);
}
