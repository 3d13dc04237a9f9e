/**
 * One error of one field, worded as `k8s.io/apimachinery`'s field errors are.
 *
 * @module
 */
import type { JsonValue } from "../../../kube/rest_client.ts";

/** Why a field is refused, by the strings that `metav1.CauseType` has. */
const TITLES = {
  FieldValueRequired: "Required value",
  FieldValueInvalid: "Invalid value",
  FieldValueTypeInvalid: "Invalid value",
  FieldValueNotSupported: "Unsupported value",
  FieldValueForbidden: "Forbidden",
  FieldValueTooLong: "Too long",
  FieldValueTooMany: "Too many",
} as const;

/** A field error. */
export interface FieldError {
  readonly type: keyof typeof TITLES;
  /** Path, such as `spec.ipv4Config.dns[0]`. */
  readonly field: string;
  /** The refused value; left out where the message must not show it. */
  readonly value?: JsonValue;
  readonly detail?: string;
}

const WITHOUT_VALUE: ReadonlySet<FieldError["type"]> = new Set([
  "FieldValueRequired",
  "FieldValueForbidden",
  "FieldValueTooLong",
]);

/** The field of an error that is about no field. */
export const NO_FIELD = "<nil>";

/** The message of a field error, without its path. */
export function describeFieldError(error: FieldError): string {
  const parts: string[] = [TITLES[error.type]];
  if (!WITHOUT_VALUE.has(error.type) && error.value !== undefined) {
    parts.push(JSON.stringify(error.value));
  }
  if (error.detail !== undefined && error.detail !== "") parts.push(error.detail);
  return parts.join(": ");
}

/** `Invalid value`. */
export function invalidValue(field: string, value: JsonValue, detail: string): FieldError {
  return { type: "FieldValueInvalid", field, value, detail };
}
