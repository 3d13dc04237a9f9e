/**
 * What the API server adds to new objects of built-in kinds.
 *
 * @module
 */
import { ensureObject, isObject, type JsonObject, textAt } from "./json.ts";
import { metadataOf } from "./metadata.ts";
import type { ResourceType } from "./resource_type.ts";

/** Completes a new object in place. */
export function completeNew(object: JsonObject, type: ResourceType): void {
  if (type.custom) return;
  COMPLETIONS[type.kind]?.(object);
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
