/**
 * Telling failures apart.
 *
 * @module
 */
import { statusOf } from "../kube/errors.ts";

const REFUSALS: ReadonlySet<number> = new Set([400, 403, 405, 413, 415, 422]);

/** Whether the API server refused a write for what it says, so that the same write will be refused again. */
export function isRefused(error: unknown): boolean {
  return REFUSALS.has(statusOf(error) ?? 0);
}

/** What an error says. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
