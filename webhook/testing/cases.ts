/**
 * Requests and the whole answers to them: one suite for every runtime.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/types.ts";

/** A request, as plain data. */
export interface CaseRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer, as plain data. */
export interface CaseAnswer {
  readonly status: number;
  readonly contentType: string | null;
  readonly allow: string | null;
  readonly body: unknown;
}

/** One request and the whole answer that is wanted. */
export interface Case {
  /** A sentence. */
  readonly name: string;
  readonly request: CaseRequest;
  readonly answer: CaseAnswer;
}

/** Reads an answer. */
export async function readAnswer(response: Response): Promise<CaseAnswer> {
  const text = await response.text();
  return {
    status: response.status,
    contentType: response.headers.get("content-type"),
    allow: response.headers.get("allow"),
    body: text === "" ? null : JSON.parse(text),
  };
}

/** The fields of an AdmissionRequest that cases differ in. */
interface Asked {
  readonly operation?: string;
  readonly kind?: string;
  readonly group?: string;
  readonly object?: KubeObject | null;
  readonly oldObject?: KubeObject | null;
  readonly subResource?: string;
  readonly username?: string;
  /** Of the request; unset: that of the object. */
  readonly namespace?: string;
  /** Of the request; unset: that of the object. */
  readonly name?: string;
}

/** What a review is answered, without what every answer has. */
interface Reviewed {
  readonly allowed: boolean;
  readonly warnings?: readonly string[];
  /** Operations of the JSON patch. */
  readonly patch?: readonly unknown[];
  /** `code`, `reason`, `message`, `details`. */
  readonly status?: Readonly<Record<string, unknown>>;
}

const UID = "705ab4f5-6393-11e8-b7cc-42010a800002";
const JSON_TYPE = "application/json";

/** A case of a well-formed review. */
export function review(
  name: string,
  { path = "/validate", ...asked }: Asked & { readonly path?: string },
  wanted: Reviewed,
): Case {
  const object = asked.object ?? asked.oldObject;
  const { patch, status, ...plain } = wanted;
  const body = {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: UID,
      kind: {
        group: asked.group ?? "network.harvesterhci.io",
        version: "v1alpha1",
        kind: asked.kind ?? object?.kind ?? "IPPool",
      },
      operation: asked.operation ?? "CREATE",
      ...(asked.subResource === undefined ? {} : { subResource: asked.subResource }),
      namespace: asked.namespace ?? object?.metadata.namespace ?? "default",
      name: asked.name ?? object?.metadata.name ?? "",
      userInfo: { username: asked.username ?? "administrator" },
      object: asked.object ?? null,
      oldObject: asked.oldObject ?? null,
    },
  };
  return {
    name,
    request: post(path, JSON.stringify(body)),
    answer: reviewAnswer({
      uid: UID,
      ...plain,
      ...(patch === undefined
        ? {}
        : { patchType: "JSONPatch", patch: btoa(JSON.stringify(patch)) }),
      ...(status === undefined ? {} : { status: statusObject(status) }),
    }),
  };
}

/** A case whose body is given as text. */
export function raw(
  name: string,
  request: Partial<CaseRequest>,
  answer: Partial<CaseAnswer>,
): Case {
  return {
    name,
    request: request.method === undefined
      ? { ...post("/validate", ""), ...request }
      : { method: "GET", path: "/validate", headers: {}, ...request },
    answer: { status: 200, contentType: JSON_TYPE, allow: null, body: null, ...answer },
  };
}

/** An answer that is an AdmissionReview. */
export function reviewAnswer(response: Readonly<Record<string, unknown>>): CaseAnswer {
  const body = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response };
  return { status: 200, contentType: JSON_TYPE, allow: null, body };
}

/** A `metav1.Status` that says what failed. */
export function statusObject(status: Readonly<Record<string, unknown>>): unknown {
  return { apiVersion: "v1", kind: "Status", metadata: {}, status: "Failure", ...status };
}

/** The status of a refusal for these fields: path -> message with its value. */
export function invalid(
  kind: string,
  name: string,
  fields: readonly (readonly [path: string, message: string])[],
): Readonly<Record<string, unknown>> {
  const all = fields.map(([path, message]) => `${path}: ${message}`);
  return {
    code: 422,
    reason: "Invalid",
    message: `${kind} "${name}" is invalid: ${all.length === 1 ? all[0] : `[${all.join(", ")}]`}`,
    details: {
      name,
      group: "network.harvesterhci.io",
      kind,
      causes: fields.map(([field, message]) => ({
        reason: message.startsWith("Invalid value") ? "FieldValueInvalid" : "FieldValueRequired",
        message,
        field,
      })),
    },
  };
}

function post(path: string, body: string): CaseRequest {
  return { method: "POST", path, headers: { "content-type": JSON_TYPE }, body };
}
