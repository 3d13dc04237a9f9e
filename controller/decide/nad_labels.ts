/**
 * The labels by which the Go version finds the pool of a network. We write them and never need them.
 *
 * @module
 */
import { IPPOOL_NAME_LABEL, IPPOOL_NAMESPACE_LABEL } from "../../core/api/names.ts";
import type { NetworkAttachmentDefinition } from "../../core/api/types.ts";
import type { JsonValue } from "../../kube/seam.ts";

/**
 * The merge patch that makes the labels of a NetworkAttachmentDefinition right, or `undefined` where they are.
 *
 * @param poolKey `namespace/name` of the pool that serves the network; `undefined` where none does.
 */
export function nadLabelPatch(
  nad: NetworkAttachmentDefinition,
  poolKey: string | undefined,
): JsonValue | undefined {
  const labels = nad.metadata.labels ?? {};
  const [namespace, name] = poolKey?.split("/") ?? [];
  const right = labels[IPPOOL_NAMESPACE_LABEL] === namespace && labels[IPPOOL_NAME_LABEL] === name;
  if (right || nad.metadata.deletionTimestamp !== undefined) return undefined;
  return {
    metadata: {
      labels: { [IPPOOL_NAMESPACE_LABEL]: namespace ?? null, [IPPOOL_NAME_LABEL]: name ?? null },
    },
  };
}
