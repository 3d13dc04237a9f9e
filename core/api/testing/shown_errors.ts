/**
 * Field errors as tests compare them.
 *
 * @module
 */
import { type Checked, type FieldError, fieldPath } from "../fields/field_error.ts";

/** A field error whose path is text, `spec.ipv4Config.dns[1]`. */
export interface ShownError extends Omit<FieldError, "path"> {
  readonly path: string;
}

/** The errors, their paths as text. */
export function shownErrors(errors: readonly FieldError[]): readonly ShownError[] {
  return errors.map((error) => ({ ...error, path: fieldPath(error.path) }));
}

/** The same, its errors as text. */
export function shown<T>(checked: Checked<T>): unknown {
  return checked.ok ? checked : { ok: false, errors: shownErrors(checked.errors) };
}
