/**
 * The one place where conditions change.
 *
 * @module
 */
import type { Condition, ConditionStatus } from "./types.ts";

/** What a condition is to say. */
export interface ConditionUpdate {
  /** Which condition. */
  readonly type: string;
  /** What it is to say. */
  readonly status: ConditionStatus;
  /** CamelCase, stable. Unset keeps what stands there as long as the status stays. */
  readonly reason?: string;
  /** For people. Unset keeps what stands there as long as the status stays. */
  readonly message?: string;
}

/**
 * Finds a condition by its type.
 *
 * @example
 * ```ts
 * import { getCondition } from "@vm-dhcp/vm-dhcp/api";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * equal(getCondition([{ type: "Stopped", status: "False" }], "Stopped")?.status, "False");
 * equal(getCondition(undefined, "Stopped"), undefined);
 * ```
 */
export function getCondition(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/**
 * Sets one condition. Where it already says the same, the very same array comes back, so that nothing is written.
 * `lastTransitionTime` changes only with the status, `lastUpdateTime` with anything. The order stays; a new condition
 * comes last.
 *
 * @param now RFC 3339.
 *
 * @example
 * ```ts
 * import { setCondition } from "@vm-dhcp/vm-dhcp/api";
 * import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
 *
 * const first = setCondition(undefined, { type: "Stopped", status: "False" }, "2024-02-15T13:17:21Z");
 * deepEqual(first, [{
 *   type: "Stopped",
 *   status: "False",
 *   lastTransitionTime: "2024-02-15T13:17:21Z",
 *   lastUpdateTime: "2024-02-15T13:17:21Z",
 * }]);
 * equal(setCondition(first, { type: "Stopped", status: "False" }, "2024-02-15T14:00:00Z"), first);
 * ```
 */
export function setCondition(
  conditions: readonly Condition[] | undefined,
  update: ConditionUpdate,
  now: string,
): readonly Condition[] {
  const known = conditions ?? [];
  const before = getCondition(known, update.type);
  const sameStatus = before?.status === update.status;
  const reason = update.reason ?? (sameStatus ? before?.reason : undefined);
  const message = update.message ?? (sameStatus ? before?.message : undefined);
  if (
    before !== undefined && sameStatus && reason === before.reason && message === before.message
  ) {
    return known;
  }
  const after: Condition = {
    type: update.type,
    status: update.status,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    // What the Go version wrote has no lastTransitionTime; its last update is the latest that can have been.
    lastTransitionTime:
      (sameStatus ? before?.lastTransitionTime ?? before?.lastUpdateTime : undefined) ?? now,
    lastUpdateTime: now,
  };
  if (before === undefined) return [...known, after];
  return known.map((condition) => condition === before ? after : condition);
}
