/**
 * What is wrong with a field of an object, and where.
 *
 * @module
 */
import { fewOf } from "./few_of.ts";

/** The keys that lead to a field: `["spec", "ipv4Config", "dns", 1]`; empty for the object itself. {@linkcode fieldPath} is its text. */
export type FieldPath = readonly (string | number)[];

/** One thing that is wrong with one field of an object. */
export interface FieldError {
  /** Where the field is. */
  readonly path: FieldPath;
  /** What stands there; `undefined` where nothing does. */
  readonly value: unknown;
  /** What must be there instead, for an administrator: lower case, no full stop, without path and value. */
  readonly message: string;
}

/** An object that was checked: its value, or everything that is wrong with it (never an empty list). */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/**
 * Writes the path of a field as Kubernetes does.
 *
 * @example
 * ```ts
 * import { fieldPath } from "@vm-dhcp/vm-dhcp/api";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * equal(fieldPath(["spec", "ipv4Config", "dns", 1]), "spec.ipv4Config.dns[1]");
 * equal(fieldPath(["metadata", "labels", "example.com/a"]), "metadata.labels[example.com/a]");
 * ```
 */
export function fieldPath(keys: FieldPath): string {
  let path = "";
  for (const key of keys) {
    if (typeof key === "number" || !/^-*[A-Za-z_][\w-]*$/.test(key)) path += `[${key}]`;
    else path += path === "" ? key : `.${key}`;
  }
  return path;
}

/**
 * Writes field errors as one text: `spec.networkName: must be a string: 7`, joined by `; `. Of more than ten the first are written,
 * and how many there are beside them.
 *
 * @example
 * ```ts
 * import { fieldErrorText } from "@vm-dhcp/vm-dhcp/api";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * equal(
 *   fieldErrorText([{ path: ["spec", "paused"], value: "yes", message: "must be true or false" }]),
 *   'spec.paused: must be true or false: "yes"',
 * );
 * ```
 */
export function fieldErrorText(errors: readonly FieldError[]): string {
  return fewOf(errors.map(({ path, value, message }) => {
    const where = path.length === 0 ? message : `${fieldPath(path)}: ${message}`;
    return value === undefined ? where : `${where}: ${shortJson(value)}`;
  }));
}

const MAX_VALUE_LENGTH = 120;

/** A value as JSON, cut where it is long. */
export function shortJson(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    text = String(value);
  }
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}...` : text;
}
