/**
 * Times as Kubernetes writes them. Nothing here reads a clock.
 *
 * @module
 */

/**
 * Writes a time as `metav1.Time` does: RFC 3339, UTC, whole seconds.
 *
 * @param ms Milliseconds since the epoch.
 * @throws {RangeError} where that is no time.
 *
 * @example
 * ```ts
 * import { toTimestamp } from "@vm-dhcp/vm-dhcp/api";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * equal(toTimestamp(1708003041999), "2024-02-15T13:17:21Z");
 * ```
 */
export function toTimestamp(ms: number): string {
  if (Number.isNaN(new Date(ms).getTime())) throw new RangeError(`Cannot write a time: ${ms}`);
  return `${new Date(ms).toISOString().slice(0, -".000Z".length)}Z`;
}

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/**
 * Reads an RFC 3339 time.
 *
 * @returns Milliseconds since the epoch; `undefined` for anything that is no such time.
 *
 * @example
 * ```ts
 * import { fromTimestamp } from "@vm-dhcp/vm-dhcp/api";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * equal(fromTimestamp("2024-02-15T13:17:21Z"), 1708003041000);
 * equal(fromTimestamp("yesterday"), undefined);
 * ```
 */
export function fromTimestamp(text: string | undefined): number | undefined {
  if (text === undefined || !RFC_3339.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
