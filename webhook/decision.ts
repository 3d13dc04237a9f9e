/**
 * What became of one request.
 *
 * @module
 */
import type { FieldError } from "../core/api/field_error.ts";

/** One operation of a JSON patch (RFC 6902). */
export interface JsonPatchOperation {
  /** Sets the value, whether there is one or not. */
  readonly op: "add";
  /** JSON pointer. */
  readonly path: string;
  /** What stands there then. */
  readonly value: unknown;
}

/** What became of one request. */
export type Decision =
  | {
    readonly allowed: true;
    /** What is legal but unwise. */
    readonly warnings: readonly string[];
    /** What is filled in; empty: nothing. */
    readonly patch: readonly JsonPatchOperation[];
  }
  | {
    readonly allowed: false;
    readonly warnings: readonly string[];
    readonly refusal: Refusal;
  };

/** Why a request is refused. */
export type Refusal =
  /** Fields that cannot stay so. */
  | { readonly reason: "Invalid"; readonly errors: readonly FieldError[] }
  /** Something else stands in the way now. */
  | { readonly reason: "Conflict"; readonly message: string };

/** Lets a request through. */
export function allow(
  more: {
    readonly warnings?: readonly string[];
    readonly patch?: readonly JsonPatchOperation[];
  } = {},
): Decision {
  return { allowed: true, warnings: more.warnings ?? [], patch: more.patch ?? [] };
}

/** Refuses a request where there are errors. */
export function decide(errors: readonly FieldError[], warnings: readonly string[]): Decision {
  return errors.length === 0
    ? allow({ warnings })
    : { allowed: false, warnings, refusal: { reason: "Invalid", errors } };
}
