/**
 * The kinds of objects that manifest files may hold.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/types.ts";
import {
  IPPOOLS,
  NAMESPACES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/objects/resources.ts";
import type { Resource } from "../../kube/types.ts";

/** In the order in which they are applied; they are removed in the opposite order. */
export const MANIFEST_RESOURCES: readonly Resource<KubeObject>[] = [
  NAMESPACES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  IPPOOLS,
  VIRTUAL_MACHINES,
  VMNETCFGS,
];

/** The resource of a kind, if files may hold it. */
export function resourceOfKind(kind: unknown): Resource<KubeObject> | undefined {
  return MANIFEST_RESOURCES.find((resource) => resource.kind === kind);
}

/** The kinds, for an error's text. */
export const MANIFEST_KINDS: string = [...MANIFEST_RESOURCES.map(({ kind }) => kind), "List"].join(
  ", ",
);
