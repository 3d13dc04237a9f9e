/**
 * One error of one field, worded as `k8s.io/apimachinery`'s field errors are.
 *
 * @module
 */
import type { JsonValue } from "../../kube/seam.ts";

/** Why a field is refused; the strings that `metav1.CauseType` has. */
export type FieldErrorType =
  | "FieldValueNotFound"
  | "FieldValueRequired"
  | "FieldValueDuplicate"
  | "FieldValueInvalid"
  | "FieldValueTypeInvalid"
  | "FieldValueNotSupported"
  | "FieldValueForbidden"
  | "FieldValueTooLong"
  | "FieldValueTooShort"
  | "FieldValueTooMany"
  | "FieldValueTooFew";

/** A field error. */
export interface FieldError {
  readonly type: FieldErrorType;
  /** Path, such as `spec.ipv4Config.dns[0]`. */
  readonly field: string;
  /** The refused value; left out where the message must not show it. */
  readonly value?: JsonValue;
  readonly detail?: string;
}

const TITLES: Readonly<Record<FieldErrorType, string>> = {
  FieldValueNotFound: "Not found",
  FieldValueRequired: "Required value",
  FieldValueDuplicate: "Duplicate value",
  FieldValueInvalid: "Invalid value",
  FieldValueTypeInvalid: "Invalid value",
  FieldValueNotSupported: "Unsupported value",
  FieldValueForbidden: "Forbidden",
  FieldValueTooLong: "Too long",
  FieldValueTooShort: "Too short",
  FieldValueTooMany: "Too many",
  FieldValueTooFew: "Too few",
};

const WITHOUT_VALUE: ReadonlySet<FieldErrorType> = new Set([
  "FieldValueRequired",
  "FieldValueForbidden",
  "FieldValueTooLong",
  "FieldValueTooShort",
]);

/** The field of an error that is about no field. */
export const NO_FIELD = "<nil>";

/** The message of a field error, without its path. */
export function describeFieldError(error: FieldError): string {
  const parts = [TITLES[error.type]];
  if (!WITHOUT_VALUE.has(error.type) && error.value !== undefined) {
    parts.push(JSON.stringify(error.value));
  }
  if (error.detail !== undefined && error.detail !== "") parts.push(error.detail);
  return parts.join(": ");
}

/** Makes an error of one type. */
export function fieldError(
  type: FieldErrorType,
  field: string,
  more: { readonly value?: JsonValue; readonly detail?: string } = {},
): FieldError {
  return { type, field, ...more };
}

/** `Invalid value`. */
export function invalidValue(field: string, value: JsonValue, detail: string): FieldError {
  return { type: "FieldValueInvalid", field, value, detail };
}
