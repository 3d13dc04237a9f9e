/**
 * What requests are judged by, and what became of one.
 *
 * @module
 */
import type { FieldError } from "../../core/api/fields/field_error.ts";
import type { Tenancy } from "../../core/api/tenancy.ts";
import type { Cidr } from "../../core/net/mod.ts";
import type { ClusterView } from "../cluster/cluster_view.ts";

/** One address that is in use already, and by what. */
export interface OwnAddress {
  /** Four-part decimal; anything else is passed over. */
  readonly address: string;
  /** Whose it is, such as `the API server's`. */
  readonly name: string;
}

/** What requests are judged by. */
export interface JudgeOptions {
  readonly cluster: ClusterView;
  /** The cluster's Service ranges. */
  readonly serviceCidrs: readonly Cidr[];
  /** How tenants stand to each other. */
  readonly tenancy: Tenancy;
  /** Addresses that the cluster needs itself. */
  readonly ownAddresses: readonly OwnAddress[];
  /** Users whose writes are their own business: the controller and the garbage collector. */
  readonly trusted: ReadonlySet<string>;
}

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
