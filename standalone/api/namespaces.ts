/**
 * Namespaces: the ones that are always there, and what their deletion means.
 *
 * @module
 */
import type { ApiContext } from "./api_context.ts";
import { metadataOf } from "./metadata.ts";
import type { JsonObject } from "./json.ts";
import type { Route } from "./route.ts";
import { forbidden, StatusError } from "./status_error.ts";

/** Namespaces that exist from the start and cannot be deleted. */
export const SYSTEM_NAMESPACES: readonly string[] = [
  "default",
  "kube-node-lease",
  "kube-public",
  "kube-system",
];

/** Throws where an object cannot be created because of its namespace: missing (404) or being deleted (403). */
export function refuseInTerminatingNamespace(
  context: ApiContext,
  { type, namespace = "" }: Route,
  name: string,
): void {
  if (!type.namespaced) return;
  const stored = context.store.get({ resource: "namespaces", namespace: "", name: namespace });
  if (stored === undefined) {
    throw new StatusError(404, "NotFound", `namespaces ${JSON.stringify(namespace)} not found`, {
      name: namespace,
      kind: "namespaces",
    });
  }
  if (metadataOf(JSON.parse(stored.body) as JsonObject).deletionTimestamp === undefined) return;
  throw forbidden(type, name, {
    why: `unable to create new content in namespace ${namespace} because it is being terminated`,
    causes: [{
      reason: "NamespaceTerminating",
      message: `namespace ${namespace} is being terminated`,
      field: "metadata.namespace",
    }],
  });
}
