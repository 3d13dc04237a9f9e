/**
 * Fields that may not change.
 *
 * @module
 */
import { type FieldError, fieldPath } from "../core/api/field_error.ts";

/** An error for each of these fields that is not as it was. The CRDs' CEL rules say the same. */
export function immutableErrors(
  fields: readonly (readonly string[])[],
  { object, oldObject }: { readonly object: unknown; readonly oldObject: unknown },
): readonly FieldError[] {
  return fields.flatMap((keys) => {
    const [was, is] = [valueAt(oldObject, keys), valueAt(object, keys)];
    if (was === undefined || was === is) return [];
    const message = `must not change: it was ${JSON.stringify(was)}`;
    return [{ path: fieldPath(keys), value: is ?? "", message }];
  });
}

function valueAt(object: unknown, keys: readonly string[]): unknown {
  let value = object;
  for (const key of keys) value = (value as Readonly<Record<string, unknown>> | undefined)?.[key];
  return value;
}
