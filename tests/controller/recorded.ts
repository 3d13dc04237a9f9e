/**
 * The objects that the Go version really wrote, put into another cluster.
 *
 * @module
 */
import type { KubeObject, OwnerReference } from "../../core/api/mod.ts";
import {
  IPPOOLS,
  keyOf,
  type KubeClient,
  NAMESPACES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  parseKey,
  type Resource,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";

interface Recorded extends KubeObject {
  readonly status?: object;
}

/** All recorded objects of one resource, as they were read. */
export async function recordedObjects(
  resource: Resource<KubeObject>,
): Promise<readonly Recorded[]> {
  const file = new URL("../recorded/go-objects.json", import.meta.url);
  const { items } = JSON.parse(await Deno.readTextFile(file)) as {
    readonly items: readonly Recorded[];
  };
  return items.filter(({ kind }) => kind === resource.kind);
}

/** Makes the recorded objects again, with their statuses, finalizers and owners. One was being deleted: it is again. */
export async function loadRecorded(kube: KubeClient): Promise<void> {
  const kinds = [NETWORK_ATTACHMENT_DEFINITIONS, IPPOOLS, VIRTUAL_MACHINES, VMNETCFGS];
  const all = (await Promise.all(kinds.map(recordedObjects))).flat();
  for (const name of new Set(all.map(({ metadata }) => metadata.namespace ?? ""))) {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
    await kube.of(NAMESPACES).create(namespace).catch(() => undefined); // It may be there.
  }
  const uids = new Map<string, string>();
  for (const resource of kinds) {
    for (const recorded of await recordedObjects(resource)) {
      const made = await makeAgain(kube, { resource, recorded, uids });
      uids.set(recorded.metadata.uid ?? "", made.metadata.uid ?? "");
    }
  }
}

async function makeAgain(
  kube: KubeClient,
  { resource, recorded, uids }: {
    readonly resource: Resource<KubeObject>;
    readonly recorded: Recorded;
    readonly uids: ReadonlyMap<string, string>;
  },
): Promise<KubeObject> {
  const { uid: _, resourceVersion: _rv, creationTimestamp: _c, generation: _g, ...metadata } =
    recorded.metadata;
  const { deletionTimestamp, deletionGracePeriodSeconds: _d, ownerReferences, ...kept } = metadata;
  const owners = ownerReferences?.map((owner: OwnerReference) => ({
    ...owner,
    uid: uids.get(owner.uid) ?? owner.uid,
  }));
  const made = await kube.of(resource).create({
    ...recorded,
    metadata: { ...kept, ...(owners && { ownerReferences: owners }) },
  });
  if (recorded.status !== undefined && resource !== VIRTUAL_MACHINES) {
    const patch = { type: "merge", body: { status: recorded.status } as never } as const;
    await kube.of(resource).patch(parseKey(keyOf(made)), patch, { subresource: "status" });
  }
  if (deletionTimestamp !== undefined) await kube.of(resource).delete(parseKey(keyOf(made)));
  return made;
}
