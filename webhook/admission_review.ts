/**
 * AdmissionReview, version `admission.k8s.io/v1`: what an API server asks.
 *
 * @module
 */
import type { KubeObject } from "../core/api/types.ts";

/** The only version that is spoken. */
export const REVIEW_VERSION = "admission.k8s.io/v1";

/** What is to be done with an object. */
export type Operation = "CREATE" | "UPDATE" | "DELETE" | "CONNECT";

const OPERATIONS: readonly string[] = [
  "CREATE",
  "UPDATE",
  "DELETE",
  "CONNECT",
] satisfies Operation[];

/** The part of `admission/v1.AdmissionRequest` that is looked at. */
export interface AdmissionRequest {
  /** Names the request; the answer repeats it. */
  readonly uid: string;
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly operation: Operation;
  /** Such as `status`; empty: the object itself. */
  readonly subResource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** Who asks. */
  readonly username: string;
  /** The object as it would be; absent for a deletion. */
  readonly object: KubeObject | undefined;
  /** The object as it is; absent for a creation. */
  readonly oldObject: KubeObject | undefined;
}

/** A review that was read, or why it could not be; with its uid where it has one. */
export type ReadReview =
  | { readonly ok: true; readonly request: AdmissionRequest }
  | { readonly ok: false; readonly uid: string | undefined; readonly message: string };

/** Reads an AdmissionReview. */
export function readReview(body: unknown): ReadReview {
  const review = asRecord(body);
  const request = asRecord(review?.request);
  const uid = asText(request?.uid);
  const fail = (message: string): ReadReview => ({ ok: false, uid, message });
  if (review === undefined) return fail("Cannot read the AdmissionReview: it is no object");
  if (review.kind !== "AdmissionReview") {
    return fail(`Cannot read the AdmissionReview: its kind is ${JSON.stringify(review.kind)}`);
  }
  if (review.apiVersion !== REVIEW_VERSION) {
    const found = JSON.stringify(review.apiVersion);
    return fail(`Cannot read the AdmissionReview: ${REVIEW_VERSION} is wanted: ${found}`);
  }
  if (request === undefined) return fail("Cannot read the AdmissionReview: it has no request");
  if (uid === undefined || uid === "") {
    return fail("Cannot read the AdmissionReview: its request has no uid");
  }
  const operation = asText(request.operation) ?? "";
  if (!OPERATIONS.includes(operation)) {
    return fail(`Cannot read the AdmissionReview: unknown operation: ${JSON.stringify(operation)}`);
  }
  const objects: Record<string, KubeObject | undefined> = {};
  for (const field of ["object", "oldObject"]) {
    const found = request[field] ?? undefined;
    const object = asObject(found);
    if (found !== undefined && object === undefined) {
      return fail(`Cannot read the AdmissionReview: request.${field} is no object with metadata`);
    }
    objects[field] = object;
  }
  const kind = asRecord(request.kind);
  return {
    ok: true,
    request: {
      uid,
      kind: {
        group: asText(kind?.group) ?? "",
        version: asText(kind?.version) ?? "",
        kind: asText(kind?.kind) ?? "",
      },
      operation: operation as Operation,
      subResource: asText(request.subResource) ?? "",
      namespace: asText(request.namespace),
      name: asText(request.name),
      username: asText(asRecord(request.userInfo)?.username) ?? "",
      object: objects.object,
      oldObject: objects.oldObject,
    },
  };
}

type Json = Readonly<Record<string, unknown>>;

function asRecord(value: unknown): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Json
    : undefined;
}

function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** What has metadata; everything else of it is checked by the schemas. */
function asObject(value: unknown): KubeObject | undefined {
  return asRecord(asRecord(value)?.metadata) === undefined ? undefined : value as KubeObject;
}
