/**
 * What the API server adds to new objects of built-in kinds.
 *
 * @module
 */
import type { JsonValue } from "../../kube/seam.ts";
import { ensureObject, isObject, type JsonObject, textAt } from "./json.ts";
import { metadataOf } from "./metadata.ts";
import type { ResourceType } from "./resource_type.ts";
import { memberSchema, type Schema } from "./schema.ts";

/** Completes a new object in place. */
export function completeNew(object: JsonObject, type: ResourceType): void {
  if (type.custom) return;
  COMPLETIONS[type.kind]?.(object);
}

/** Brings any version of an object of a built-in kind into the form in which it is stored. */
export function completeStored(object: JsonObject, type: ResourceType): void {
  if (type.custom) return;
  if (type.schema !== undefined) dropEmpty(object, type.schema);
  if (type.kind === "Event") {
    object.eventTime ??= null;
    object.reportingComponent ??= "";
    object.reportingInstance ??= "";
  }
}

/** Drops empty lists and maps, as their Go types do. Empty structs stay. */
function dropEmpty(value: JsonValue | undefined, schema: Schema): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items !== undefined) { for (const item of value) dropEmpty(item, items); }
    return;
  }
  if (!isObject(value)) return;
  for (const [key, member] of Object.entries(value)) {
    const next = memberSchema(schema, key);
    if (next === undefined) continue;
    const emptyList = Array.isArray(member) && member.length === 0;
    const isMap = next.additionalProperties !== undefined && next.properties === undefined;
    if (emptyList || (isMap && isObject(member) && Object.keys(member).length === 0)) {
      delete value[key];
    } else dropEmpty(member, next);
  }
}

const COMPLETIONS: Readonly<Record<string, (object: JsonObject) => void>> = {
  Namespace(object) {
    const labels = ensureObject(metadataOf(object), "labels");
    labels["kubernetes.io/metadata.name"] = metadataOf(object).name ?? "";
    ensureObject(object, "spec").finalizers = ["kubernetes"];
    object.status = { phase: "Active" };
  },
  Secret(object) {
    object.type ??= "Opaque";
    const { stringData } = object;
    if (!isObject(stringData)) return;
    const data = ensureObject(object, "data");
    for (const [key, value] of Object.entries(stringData)) {
      data[key] = new TextEncoder().encode(String(value)).toBase64();
    }
    delete object.stringData;
  },
  Pod(object) {
    if (textAt(ensureObject(object, "status"), "phase") === "") {
      ensureObject(object, "status").phase = "Pending";
    }
  },
  Service(object) {
    const spec = ensureObject(object, "spec");
    spec.type ??= "ClusterIP";
    spec.sessionAffinity ??= "None";
  },
  Deployment(object) {
    const spec = ensureObject(object, "spec");
    spec.replicas ??= 1;
    spec.revisionHistoryLimit ??= 10;
    spec.progressDeadlineSeconds ??= 600;
    spec.strategy ??= {
      type: "RollingUpdate",
      rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" },
    };
  },
};
