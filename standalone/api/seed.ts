/**
 * The objects that are there from the start: system namespaces and the CustomResourceDefinitions.
 *
 * @module
 */
import type { ApiContext } from "./api_context.ts";
import { equal, type JsonObject, objectAt, sorted, textAt } from "./json.ts";
import { metadataOf, randomUid, timestamp } from "./metadata.ts";
import { SYSTEM_NAMESPACES } from "./namespaces.ts";

/** Writes what is missing or, of the definitions, not up to date. */
export function seed(context: ApiContext, crds: readonly JsonObject[]): void {
  context.store.transaction(() => {
    for (const name of SYSTEM_NAMESPACES) seedNamespace(context, name);
    for (const crd of crds) seedDefinition(context, crd);
  });
}

function seedNamespace(context: ApiContext, name: string): void {
  const id = { resource: "namespaces", namespace: "", name };
  if (context.store.get(id) !== undefined) return;
  context.store.write(id, "ADDED", (revision) =>
    sorted({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name,
        uid: randomUid(context.random),
        resourceVersion: String(revision),
        creationTimestamp: timestamp(context),
        labels: { "kubernetes.io/metadata.name": name },
      },
      spec: { finalizers: ["kubernetes"] },
      status: { phase: "Active" },
    }));
}

function seedDefinition(context: ApiContext, crd: JsonObject): void {
  const resource = "customresourcedefinitions.apiextensions.k8s.io";
  const id = { resource, namespace: "", name: textAt(metadataOf(crd), "name") };
  const stored = context.store.get(id);
  const before = stored === undefined ? undefined : JSON.parse(stored.body) as JsonObject;
  if (before !== undefined && equal(before.spec, sorted(objectAt(crd, "spec")))) return;
  const now = timestamp(context);
  context.store.write(id, before === undefined ? "ADDED" : "MODIFIED", (revision) =>
    sorted({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: {
        ...(before === undefined
          ? { uid: randomUid(context.random), creationTimestamp: now, generation: 1 }
          : { ...metadataOf(before), generation: Number(metadataOf(before).generation) + 1 }),
        name: id.name,
        resourceVersion: String(revision),
      },
      spec: objectAt(crd, "spec"),
      status: statusOf(crd, now),
    }));
}

function statusOf(crd: JsonObject, now: string): JsonObject {
  const names = objectAt(objectAt(crd, "spec"), "names");
  const condition = (type: string, reason: string, message: string): JsonObject => ({
    type,
    status: "True",
    reason,
    message,
    lastTransitionTime: now,
  });
  return {
    acceptedNames: names,
    conditions: [
      condition("NamesAccepted", "NoConflicts", "no conflicts found"),
      condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
    ],
    storedVersions: [textAt(objectAt({ v: firstVersion(crd) }, "v"), "name")],
  };
}

function firstVersion(crd: JsonObject): JsonObject {
  const versions = objectAt(crd, "spec").versions;
  const [first] = Array.isArray(versions) ? versions : [];
  return objectAt({ first: first ?? null }, "first");
}
