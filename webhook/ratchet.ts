/**
 * Errors that an edit did not bring.
 *
 * @module
 */
import type { FieldError } from "../core/api/field_error.ts";

/** What a person is told about errors that were there before an edit and those that it brings. */
export interface Ratcheted {
  /** What the edit brings: it is refused. */
  readonly errors: readonly FieldError[];
  /** What was so before: it does not stand in the way of other edits, but should be mended. */
  readonly warnings: readonly string[];
}

/** Tells the errors that an edit brings from those that were there before, so that old objects can still be edited. */
export function ratchet(errors: readonly FieldError[], before: readonly FieldError[]): Ratcheted {
  const known = new Set(before.map(keyOfError));
  return {
    errors: errors.filter((error) => !known.has(keyOfError(error))),
    warnings: errors.filter((error) => known.has(keyOfError(error)))
      .map(({ path, message }) => `${path}: ${message} (it was so before)`),
  };
}

function keyOfError({ path, value, message }: FieldError): string {
  return JSON.stringify([path, value, message]);
}
