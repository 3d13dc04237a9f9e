/**
 * Applies objects to a cluster by server-side apply, and takes them away again.
 *
 * @module
 */
import type { KubeObject } from "../core/api/types.ts";
import { statusOf } from "../kube/errors.ts";
import type { Namespace } from "../kube/objects/builtin_types.ts";
import type { JsonValue } from "../kube/rest_client.ts";
import type { KubeClient, Resource, ResourceClient } from "../kube/types.ts";
import type { Clock } from "../runtime/clock.ts";
import { FIELD_MANAGER } from "./names.ts";

/** What became of an object. */
type Change = "created" | "changed" | "unchanged" | "deleted" | "absent";

/** Called for every object. */
export type Report = (object: string, change: Change) => void;

/** Everything that applying and deleting need. */
export interface ApplyOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** Ask the server what would happen, and change nothing. */
  readonly dryRun: boolean;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Time that objects have to go which are being deleted: a pod has 15 s to end, a namespace goes after everything in it. */
const GONE_MS = 120_000;
/** How often is looked whether they are gone. */
const LOOK_MS = 250;

/** Kinds that say something and hold nothing: what cannot be changed into what is wanted is made anew. */
const MADE_ANEW = new Set([
  "ClusterRoleBinding",
  "RoleBinding",
  "MutatingWebhookConfiguration",
  "ValidatingWebhookConfiguration",
]);

const PLURALS: Readonly<Record<string, string>> = {
  MutatingWebhookConfiguration: "mutatingwebhookconfigurations",
  ValidatingWebhookConfiguration: "validatingwebhookconfigurations",
  NetworkPolicy: "networkpolicies",
  ValidatingAdmissionPolicy: "validatingadmissionpolicies",
  SecurityContextConstraints: "securitycontextconstraints",
};
const CLUSTER_SCOPED = new Set([
  "Namespace",
  "CustomResourceDefinition",
  "ClusterRole",
  "ClusterRoleBinding",
  "MutatingWebhookConfiguration",
  "ValidatingWebhookConfiguration",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "SecurityContextConstraints",
]);

/**
 * Applies the objects in their order. A field that another manager changed meanwhile is taken back. What is being deleted counts as
 * absent: it is waited for.
 *
 * @throws {Error} where something does not go in time, and names it.
 */
export async function applyObjects(
  objects: readonly KubeObject[],
  options: ApplyOptions,
): Promise<void> {
  const { client, dryRun, report, signal } = options;
  // Of what will be there after this, the server cannot be asked yet.
  const later = new Set<string>();
  for (const object of objects) {
    const { kind, metadata: { name = "", namespace = "" } } = object;
    if (later.has(namespace)) {
      report(describe(object), "created");
      continue;
    }
    const found = await client.of(resourceOf(object)).get(objectKey(object), { signal });
    const isGoing = found?.metadata.deletionTimestamp !== undefined;
    const before = isGoing ? undefined : found;
    if (dryRun && before === undefined && kind === "Namespace") later.add(name);
    if (isGoing && !dryRun) await untilGone([found], options);
    const after = isGoing && dryRun ? object : await applyOne({ object, before }, options);
    report(describe(object), changeOf(before, after));
  }
}

/** Gives an object as it is after that, or would be. */
async function applyOne(
  { object, before }: { readonly object: KubeObject; readonly before: KubeObject | undefined },
  { client, dryRun, signal }: ApplyOptions,
): Promise<KubeObject> {
  const resource = client.of(resourceOf(object));
  try {
    return await applied(resource, { object, dryRun, signal });
  } catch (error) {
    if (statusOf(error) !== 422 || before === undefined || !MADE_ANEW.has(object.kind)) throw error;
    if (dryRun) return object;
    await resource.delete(objectKey(object), { uid: before.metadata.uid ?? "", signal });
    return await applied(resource, { object, dryRun, signal });
  }
}

function applied(
  resource: ResourceClient<KubeObject>,
  { object, dryRun, signal }: {
    readonly object: KubeObject;
    readonly dryRun: boolean;
    readonly signal: AbortSignal;
  },
): Promise<KubeObject> {
  return resource.patch(objectKey(object), {
    type: "apply",
    body: object as unknown as JsonValue,
    fieldManager: FIELD_MANAGER,
    force: true,
  }, { dryRun, signal });
}

/**
 * Waits until none of the objects is there any more. One that somebody made anew meanwhile is another one.
 *
 * @throws {Error} that names what is left and what holds it, when the time is over.
 */
async function untilGone(
  objects: readonly KubeObject[],
  { client, clock, signal }: Pick<ApplyOptions, "client" | "clock" | "signal">,
): Promise<void> {
  const deadline = clock.monotonic() + GONE_MS;
  for (const object of objects) {
    for (;;) {
      const found = await client.of(resourceOf(object)).get(objectKey(object), { signal });
      const { uid, deletionTimestamp, finalizers = [] } = found?.metadata ?? {};
      if (deletionTimestamp === undefined || uid !== (object.metadata.uid ?? uid)) break;
      if (clock.monotonic() > deadline) {
        const left = [describe(object), ...finalizers.map((name) => `finalizer ${name}`)];
        throw new Error(
          `Wait for what is being deleted: still there after ${GONE_MS / 1000} s: ${
            [...left, ...messagesOf(found)].join("; ")
          }`,
        );
      }
      await clock.sleep(LOOK_MS, signal);
    }
  }
}

/** A Deployment is gone when its pods are; nothing else that is deleted here owns anything. */
function policyOf({ kind }: KubeObject): "Foreground" | "Background" {
  return kind === "Deployment" ? "Foreground" : "Background";
}

/** What a namespace's conditions say of what is left in it. */
function messagesOf(object: KubeObject | undefined): readonly string[] {
  if (object?.kind !== "Namespace") return [];
  const { conditions = [] } = (object as Namespace).status ?? {};
  return conditions.flatMap(({ status, message }) =>
    status === "True" && message !== undefined ? [message] : []
  );
}

/** Deletes the objects in the reverse of their order, and waits until all are gone. */
export async function deleteObjects(
  objects: readonly KubeObject[],
  options: ApplyOptions,
): Promise<void> {
  const { client, dryRun, report, signal } = options;
  for (const object of objects.toReversed()) {
    const resource = client.of(resourceOf(object));
    const key = objectKey(object);
    const there = dryRun
      ? await resource.get(key, { signal }) !== undefined
      : await resource.delete(key, { propagationPolicy: policyOf(object), signal });
    report(describe(object), there ? "deleted" : "absent");
  }
  if (!dryRun) await untilGone(objects, options);
}

/** What an object is to people: `Deployment vm-dhcp/vm-dhcp-controller`. */
export function describe({ kind, metadata }: KubeObject): string {
  const namespace = metadata.namespace === undefined ? "" : `${metadata.namespace}/`;
  return `${kind} ${namespace}${metadata.name}`;
}

/** The resource that an object is of. */
export function resourceOf({ apiVersion, kind }: KubeObject): Resource<KubeObject> {
  const plural = PLURALS[kind] ?? `${kind.toLowerCase()}s`;
  return { apiVersion, kind, plural, namespaced: !CLUSTER_SCOPED.has(kind) };
}

/** The key of an object of any kind. */
export function objectKey(
  { metadata }: KubeObject,
): { readonly name: string; readonly namespace?: string } {
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
