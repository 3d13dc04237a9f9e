/**
 * Namespaces: the ones that are always there, and what can be made in one.
 *
 * @module
 */
import type { ApiContext } from "../context.ts";
import type { Route } from "../http/route.ts";
import { forbidden, StatusError } from "../http/status_error.ts";
import { type JsonObject, metadataOf } from "../json.ts";
import type { ObjectId } from "../store/versions.ts";
import { newMetadata } from "./metadata.ts";

/** Namespaces that exist from the start and cannot be deleted. */
export const SYSTEM_NAMESPACES: readonly string[] = [
  "default",
  "kube-node-lease",
  "kube-public",
  "kube-system",
];

/** The object of a namespace. */
export function namespaceId(name: string): ObjectId {
  return { resource: "namespaces", namespace: "", name };
}

/** Makes the system namespaces that are not there. */
export function seedNamespaces(context: ApiContext): void {
  const { store } = context;
  store.transaction(() => {
    for (const name of SYSTEM_NAMESPACES) {
      if (store.get(namespaceId(name)) !== undefined) continue;
      const labels = { "kubernetes.io/metadata.name": name };
      store.write(namespaceId(name), "ADDED", {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name, labels, ...newMetadata(context) },
        spec: { finalizers: ["kubernetes"] },
        status: { phase: "Active" },
      });
    }
  });
}

/** Throws where an object cannot be made because of its namespace: missing (404) or being deleted (403). */
export function requireNamespace(
  { store }: ApiContext,
  { kind, namespace = "" }: Route,
  name: string,
): void {
  if (!kind.namespaced) return;
  const stored = store.get(namespaceId(namespace));
  if (stored === undefined) {
    throw new StatusError(404, "NotFound", `namespaces ${JSON.stringify(namespace)} not found`, {
      name: namespace,
      kind: "namespaces",
    });
  }
  const { deletionTimestamp } = metadataOf(JSON.parse(stored.body) as JsonObject);
  if (deletionTimestamp === undefined) return;
  throw forbidden(kind, name, {
    why: `unable to create new content in namespace ${namespace} because it is being terminated`,
    causes: [{
      reason: "NamespaceTerminating",
      message: `namespace ${namespace} is being terminated`,
      field: "metadata.namespace",
    }],
  });
}
