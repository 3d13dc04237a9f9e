/**
 * AdmissionReview, version `admission.k8s.io/v1`: what an API server asks.
 *
 * @module
 */
import { shortJson } from "../../core/api/fields/field_error.ts";
import type { KubeObject } from "../../core/api/types.ts";

/** The only version that is spoken. */
export const REVIEW_VERSION = "admission.k8s.io/v1";

/** Characters at most of what goes into the log, whoever asks; no API server sends more. A ServiceAccount's is the longest username. */
const MOST = {
  name: 253,
  username: "system:serviceaccount:".length + 63 + ":".length + 253,
} as const;

/** What is to be done with an object. */
type Operation = "CREATE" | "UPDATE" | "DELETE" | "CONNECT";

const OPERATIONS: readonly string[] = [
  "CREATE",
  "UPDATE",
  "DELETE",
  "CONNECT",
] satisfies Operation[];

/**
 * What an API server sends with each. Without these there is nothing to judge; another one is not
 * looked at: a creation with an old object would be taken for an edit that changes nothing.
 */
const OBJECTS: Readonly<Record<Operation, readonly ("object" | "oldObject")[]>> = {
  CREATE: ["object"],
  UPDATE: ["object", "oldObject"],
  DELETE: ["oldObject"],
  CONNECT: [],
};

/** Texts in the metadata of every object. */
const TEXTS = [
  "name",
  "generateName",
  "namespace",
  "uid",
  "resourceVersion",
  "creationTimestamp",
  "deletionTimestamp",
] as const satisfies readonly (keyof KubeObject["metadata"])[];

/** The part of `admission/v1.AdmissionRequest` that is looked at. */
export interface AdmissionRequest {
  /** Names the request; the answer repeats it. */
  readonly uid: string;
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly operation: Operation;
  /** Such as `status`; empty: the object itself. */
  readonly subResource: string;
  readonly namespace: string | undefined;
  /** Of the object; what a new one gives for it where the server is to name it; empty where there is neither. */
  readonly name: string;
  /** Who asks. */
  readonly username: string;
  /** The object as it would be; absent for a deletion. */
  readonly object: KubeObject | undefined;
  /** The object as it is; absent for a creation. */
  readonly oldObject: KubeObject | undefined;
}

/** A review that was read, or why it could not be; with its uid where it has one. */
type ReadReview =
  | { readonly ok: true; readonly request: AdmissionRequest }
  | { readonly ok: false; readonly uid: string | undefined; readonly message: string };

/** Reads an AdmissionReview. */
export function readReview(body: unknown): ReadReview {
  const review = asRecord(body);
  const request = asRecord(review?.request);
  const uid = asText(request?.uid) || undefined;
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
  if (uid === undefined) {
    return fail("Cannot read the AdmissionReview: its request has no uid");
  }
  const operation = asText(request.operation) ?? "";
  if (!OPERATIONS.includes(operation)) {
    return fail(`Cannot read the AdmissionReview: unknown operation: ${JSON.stringify(operation)}`);
  }
  const objects: Record<string, KubeObject | undefined> = {};
  for (const field of OBJECTS[operation as Operation]) {
    const found = request[field] ?? undefined;
    if (found === undefined) {
      return fail(`Cannot read the AdmissionReview: ${operation} without request.${field}`);
    }
    const object = asObject(found);
    if (object === undefined) {
      return fail(`Cannot read the AdmissionReview: request.${field} is no object with metadata`);
    }
    const problem = metadataProblem({ ...object.metadata });
    if (problem !== undefined) {
      return fail(`Cannot read the AdmissionReview: request.${field}.metadata.${problem}`);
    }
    objects[field] = object;
  }
  const kind = asRecord(request.kind);
  return {
    ok: true,
    request: {
      uid,
      kind: {
        group: asName(kind?.group) ?? "",
        version: asName(kind?.version) ?? "",
        kind: asName(kind?.kind) ?? "",
      },
      operation: operation as Operation,
      subResource: asText(request.subResource) ?? "",
      namespace: asName(request.namespace),
      name: nameOf(request, objects),
      username: asText(asRecord(request.userInfo)?.username)?.slice(0, MOST.username) ?? "",
      object: objects.object,
      oldObject: objects.oldObject,
    },
  };
}

/** A request to delete many, as a namespace that goes makes it, names none: the object does. */
function nameOf(
  request: Json,
  { object, oldObject }: Readonly<Record<string, KubeObject | undefined>>,
): string {
  const { name, generateName } = (object ?? oldObject)?.metadata ?? {};
  return [request.name, name, generateName].map(asName).find((text) => text) ?? "";
}

type Json = Readonly<Record<string, unknown>>;

function asRecord(value: unknown): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Json
    : undefined;
}

function asText(value: unknown): string | undefined {
  return isText(value) ? value : undefined;
}

/** What an API server has made sure of, and whoever else asks may not know: which field is of another type. */
function metadataProblem(metadata: Json): string | undefined {
  const isTexts = (list: unknown) => Array.isArray(list) && list.every(isText);
  const isMap = (map: unknown) =>
    Object.values(asRecord(map) ?? [0]).every((value) => value === null || isText(value));
  const wanted = [
    ...TEXTS.map((field) => ({ field, is: isText, what: "text" })),
    { field: "finalizers", is: isTexts, what: "list of texts" },
    { field: "labels", is: isMap, what: "map of texts" },
    { field: "annotations", is: isMap, what: "map of texts" },
  ];
  const wrong = wanted.find(({ field, is }) =>
    metadata[field] !== undefined && !is(metadata[field])
  );
  return wrong && `${wrong.field} is no ${wrong.what}: ${shortJson(metadata[wrong.field])}`;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** A name of so many characters at most. */
function asName(value: unknown): string | undefined {
  return asText(value)?.slice(0, MOST.name);
}

/**
 * What has metadata, without what is null in that; everything else of it is checked by the schemas. Kubernetes 1.30 sends a
 * `creationTimestamp` that is null for an object that replaces another one.
 */
function asObject(value: unknown): KubeObject | undefined {
  const metadata = asRecord(asRecord(value)?.metadata);
  if (metadata === undefined) return undefined;
  const present = Object.entries(metadata).filter(([, field]) => field !== null);
  return { ...value as KubeObject, metadata: Object.fromEntries(present) };
}
