/**
 * Telling failures apart.
 *
 * @module
 */
import { statusOf } from "../../kube/errors.ts";

const REFUSALS: ReadonlySet<number> = new Set([400, 403, 405, 413, 415, 422]);

/** Whether the API server refused a write for what it says, so that the same write will be refused again. */
export function isPermanent(error: unknown): boolean {
  return REFUSALS.has(statusOf(error) ?? 0);
}
