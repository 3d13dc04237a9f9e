/**
 * A backup, and what a restore of it makes: as Velero does, or as `kubectl apply` of kept files.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/mod.ts";
import {
  IPPOOLS,
  type KubeClient,
  type Resource,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";

/** How objects come back. */
export interface RestoreOptions {
  /** With their status, as Velero's `restoreStatus`. */
  readonly status?: boolean;
  /** With their owners, as a file has them that was read by `kubectl get`; Velero drops them. */
  readonly owners?: boolean;
}

/** Objects of one kind, as they were. */
export type Backup = readonly KubeObject[];

/** Takes a backup of a kind. */
export async function backup<T extends KubeObject>(
  kube: KubeClient,
  resource: Resource<T>,
): Promise<Backup> {
  return (await kube.of(resource).list()).items;
}

/** Deletes all objects of a kind. */
export async function removeAll<T extends KubeObject>(
  kube: KubeClient,
  resource: Resource<T>,
): Promise<void> {
  for (const { metadata: { namespace = "", name = "" } } of await backup(kube, resource)) {
    await kube.of(resource).delete({ namespace, name }).catch((error) => {
      if (error.status !== 404) throw error; // The garbage collector was there already.
    });
  }
}

/** The kinds that a backup of a namespace has, in the order in which Velero restores them: by their names. */
export const KINDS: readonly Resource<KubeObject>[] = [IPPOOLS, VMNETCFGS, VIRTUAL_MACHINES];

/** Puts objects back, in the order of their names. */
export async function restore(
  kube: KubeClient,
  { resource, objects }: { readonly resource: Resource<KubeObject>; readonly objects: Backup },
  options: RestoreOptions = {},
): Promise<void> {
  const byName = [...objects].sort((one, other) =>
    (one.metadata.name ?? "") < (other.metadata.name ?? "") ? -1 : 1
  );
  const client = kube.of(resource);
  for (const object of byName) {
    const { status, ...stripped } = restored(object, options);
    const created = await client.create(stripped);
    if (options.status === true && status !== undefined) {
      const { resourceVersion = "" } = created.metadata;
      const metadata = { ...created.metadata, resourceVersion };
      await client.updateStatus({ ...created, metadata, status } as KubeObject)
        .catch((error) => { // The controller was faster: then a backup tool reads it, and tries again.
          if (error.status !== 409) throw error;
        });
    }
  }
}

function restored(
  object: KubeObject & { readonly status?: unknown },
  { owners = false }: RestoreOptions,
): KubeObject & { readonly status?: unknown } {
  const { name = "", namespace = "", labels, annotations, finalizers, ownerReferences } =
    object.metadata;
  return {
    ...object,
    metadata: {
      name,
      namespace,
      labels: { ...labels, "velero.io/restore-name": "r1" },
      ...(annotations && { annotations }),
      ...(finalizers && { finalizers }),
      ...(owners && ownerReferences ? { ownerReferences } : {}),
    },
  };
}
