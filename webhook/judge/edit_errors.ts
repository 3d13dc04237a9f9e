/**
 * What an edit may not do to an object, and what it is not blamed for.
 *
 * @module
 */
import { valueAt } from "../../core/api/fields/check_schema.ts";
import { type FieldError, type FieldPath, fieldPath } from "../../core/api/fields/field_error.ts";

/** An error for each of these fields that is not as it was. The CRDs' CEL rules say the same. */
export function immutableErrors(
  fields: readonly FieldPath[],
  { object, oldObject }: { readonly object: unknown; readonly oldObject: unknown },
): readonly FieldError[] {
  return fields.flatMap((path) => {
    const [was, is] = [valueAt(oldObject, path), valueAt(object, path)];
    if (was === undefined || was === is) return [];
    const message = `must not change: it was ${JSON.stringify(was)}`;
    return [{ path, value: is ?? "", message }];
  });
}

/**
 * Tells the errors that an edit brings from those that were there before, which become warnings: they do not stand in
 * the way of other edits. Kubernetes calls it validation ratcheting.
 */
export function splitErrors(
  errors: readonly FieldError[],
  before: readonly FieldError[],
): { readonly errors: readonly FieldError[]; readonly warnings: readonly string[] } {
  const known = new Set(before.map(textOf));
  const isOld = (error: FieldError) => known.has(textOf(error));
  return {
    errors: errors.filter((error) => !isOld(error)),
    warnings: errors.filter(isOld)
      .map(({ path, message }) => `${fieldPath(path)}: ${message} (it was so before)`),
  };
}

function textOf({ path, value, message }: FieldError): string {
  return JSON.stringify([path, value, message]);
}
