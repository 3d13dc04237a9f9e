/**
 * The options of writes, from their queries and bodies.
 *
 * @module
 */
import type { JsonValue } from "../../../kube/rest_client.ts";
import type { ApiRequest } from "../http/exchange.ts";
import { requireJson } from "../http/http.ts";
import { invalid, type StatusError } from "../http/status_error.ts";
import { isObject, listAt, objectAt, textAt } from "../json.ts";

const VALIDATIONS = ["Ignore", "Strict", "Warn"] as const;

/** Options of a write. */
export interface WriteOptions {
  readonly dryRun: boolean;
  /** How strict unknown fields are taken. */
  readonly fieldValidation: typeof VALIDATIONS[number];
}

const KINDS: Readonly<Record<string, string>> = {
  POST: "CreateOptions",
  PATCH: "PatchOptions",
  DELETE: "DeleteOptions",
};

/** Reads the options of a write. Throws a 422 for values that are not known. */
export function writeOptions({ method, query }: ApiRequest): WriteOptions {
  const kind = KINDS[method] ?? "UpdateOptions";
  const dryRun = query.getAll("dryRun");
  if (dryRun.some((one) => one !== "All")) {
    throw refused(kind, { field: "dryRun", value: dryRun, supported: ["All"] });
  }
  const value = query.get("fieldValidation") ?? "";
  const fieldValidation = VALIDATIONS.find((one) => one === (value === "" ? "Warn" : value));
  if (fieldValidation === undefined) {
    const supported = ["", ...VALIDATIONS];
    throw refused(kind, { field: "fieldValidation", value, supported });
  }
  return { dryRun: dryRun.length > 0, fieldValidation };
}

/** `metav1.DeleteOptions`. */
export interface DeleteOptions {
  readonly dryRun: boolean;
  /** Unset: `Background`, unless the object's finalizers say otherwise. */
  readonly propagationPolicy?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

const POLICIES: readonly string[] = ["Foreground", "Background", "Orphan"];

/** Reads DeleteOptions from body and query; the body's count first. Throws a 422 for values that are not known. */
export function deleteOptions(request: ApiRequest): DeleteOptions {
  const { query, body } = request;
  if (body !== undefined) requireJson(request);
  const given = isObject(body) ? body : {};
  const preconditions = objectAt(given, "preconditions");
  const { dryRun } = writeOptions(request);
  const policy = textAt(given, "propagationPolicy") || (query.get("propagationPolicy") ?? "");
  if (policy !== "" && !POLICIES.includes(policy)) {
    const supported = [...POLICIES, "nil"];
    throw refused("DeleteOptions", { field: "propagationPolicy", value: policy, supported });
  }
  const uid = textAt(preconditions, "uid");
  const resourceVersion = textAt(preconditions, "resourceVersion");
  return {
    dryRun: dryRun || listAt(given, "dryRun").includes("All"),
    ...(policy === "" ? {} : { propagationPolicy: policy }),
    ...(uid === "" ? {} : { uid }),
    ...(resourceVersion === "" ? {} : { resourceVersion }),
  };
}

/** 422: an option has a value that is not known. */
function refused(
  kind: string,
  { supported, ...error }: {
    readonly field: string;
    readonly value: JsonValue;
    readonly supported: readonly string[];
  },
): StatusError {
  const detail = `supported values: ${supported.map((one) => JSON.stringify(one)).join(", ")}`;
  return invalid({ group: "meta.k8s.io", name: kind }, "", [
    { type: "FieldValueNotSupported", ...error, detail },
  ]);
}
