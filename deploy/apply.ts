/**
 * Applies objects to a cluster by server-side apply, and takes them away again.
 *
 * @module
 */
import type { KubeObject } from "../core/api/types.ts";
import type { JsonValue } from "../kube/seam.ts";
import type { KubeClient, Resource } from "../kube/types.ts";
import { FIELD_MANAGER } from "./names.ts";

/** What became of an object. */
export type Change = "created" | "changed" | "unchanged" | "deleted" | "absent";

/** Called for every object. */
export type Report = (object: string, change: Change) => void;

/** Everything that applying and deleting need. */
export interface ApplyOptions {
  readonly client: KubeClient;
  /** Ask the server what would happen, and change nothing. */
  readonly dryRun: boolean;
  readonly report: Report;
  readonly signal: AbortSignal;
}

const PLURALS: Readonly<Record<string, string>> = {
  MutatingWebhookConfiguration: "mutatingwebhookconfigurations",
  ValidatingWebhookConfiguration: "validatingwebhookconfigurations",
};
const CLUSTER_SCOPED = new Set([
  "Namespace",
  "CustomResourceDefinition",
  "ClusterRole",
  "ClusterRoleBinding",
  "MutatingWebhookConfiguration",
  "ValidatingWebhookConfiguration",
]);

/** Applies the objects in their order. A field that another manager changed meanwhile is taken back. */
export async function applyObjects(
  objects: readonly KubeObject[],
  options: ApplyOptions,
): Promise<void> {
  const { client, dryRun, report, signal } = options;
  const absent = new Set<string>();
  for (const object of objects) {
    const namespace = object.metadata.namespace;
    if (namespace !== undefined && absent.has(namespace)) {
      report(describe(object), "created");
      continue;
    }
    const resource = client.of(resourceOf(object));
    const key = keyOf(object);
    const before = await resource.get(key, { signal });
    const after = await resource.patch(key, {
      type: "apply",
      body: object as unknown as JsonValue,
      fieldManager: FIELD_MANAGER,
      force: true,
    }, { dryRun, signal });
    if (dryRun && before === undefined && object.kind === "Namespace") absent.add(key.name);
    report(describe(object), changeOf(before, after));
  }
}

/** Deletes the objects in the reverse of their order. */
export async function deleteObjects(
  objects: readonly KubeObject[],
  options: ApplyOptions,
): Promise<void> {
  const { client, dryRun, report, signal } = options;
  for (const object of objects.toReversed()) {
    const resource = client.of(resourceOf(object));
    const key = keyOf(object);
    const there = dryRun
      ? await resource.get(key, { signal }) !== undefined
      : await resource.delete(key, { propagationPolicy: "Foreground", signal });
    report(describe(object), there ? "deleted" : "absent");
  }
}

/** What an object is to people: `Deployment vm-dhcp/vm-dhcp-controller`. */
export function describe({ kind, metadata }: KubeObject): string {
  const namespace = metadata.namespace === undefined ? "" : `${metadata.namespace}/`;
  return `${kind} ${namespace}${metadata.name}`;
}

function resourceOf({ apiVersion, kind }: KubeObject): Resource<KubeObject> {
  const plural = PLURALS[kind] ?? `${kind.toLowerCase()}s`;
  return { apiVersion, kind, plural, namespaced: !CLUSTER_SCOPED.has(kind) };
}

function keyOf({ metadata }: KubeObject): { readonly name: string; readonly namespace?: string } {
  const { name = "", namespace } = metadata;
  return namespace === undefined ? { name } : { name, namespace };
}

function changeOf(before: KubeObject | undefined, after: KubeObject): Change {
  if (before === undefined) return "created";
  return contentOf(before) === contentOf(after) ? "unchanged" : "changed";
}

/** What an object says, without the server's book-keeping. The server sorts keys. */
function contentOf(object: KubeObject): string {
  const { resourceVersion: _r, generation: _g, managedFields: _m, ...metadata } = object.metadata;
  return JSON.stringify({ ...object, metadata });
}
