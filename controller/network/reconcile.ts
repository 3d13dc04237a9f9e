/**
 * Networks: the labels on a NetworkAttachmentDefinition that name its pool, for the Go version's sake.
 *
 * @module
 */
import {
  IPPOOL_NAME_LABEL,
  IPPOOL_NAMESPACE_LABEL,
  MAX_LABEL_VALUE,
} from "../../core/api/names.ts";
import type { NetworkAttachmentDefinition } from "../../core/api/types.ts";
import { keyOf, parseKey } from "../../kube/objects/resources.ts";
import type { JsonValue } from "../../kube/rest_client.ts";
import type { WorkResult } from "../../kube/types.ts";
import { servingPool } from "../cluster/serving_pool.ts";
import type { Context } from "../context.ts";

/** Nothing needs the labels: a failure is worth a line and another try some time. */
const RETRY_MS = 60_000;

/** Reconciles the labels of one network. They are ours alone, so that this write needs no guard. */
export async function reconcileNetwork(
  ctx: Context,
  network: string,
  signal: AbortSignal,
): Promise<WorkResult | void> {
  const nad = ctx.cluster.nads.get(network);
  if (nad === undefined) return;
  const pool = servingPool(ctx, network);
  const body = nadLabelPatch(nad, pool && keyOf(pool));
  if (body === undefined) return;
  try {
    const written = await ctx.nads.patch(parseKey(network), { type: "merge", body }, { signal });
    ctx.cluster.nads.observe(written);
  } catch (error) {
    if (signal.aborted) return;
    ctx.log.warn("NetworkAttachmentDefinition cannot be labelled", { network, error });
    return { requeueAfterMs: RETRY_MS };
  }
}

/**
 * The merge patch that makes the labels of a NetworkAttachmentDefinition right, or `undefined` where they are. A pool whose name is
 * too long for a label is not named.
 *
 * @param poolKey `namespace/name` of the pool that serves the network; `undefined` where none does.
 */
export function nadLabelPatch(
  nad: NetworkAttachmentDefinition,
  poolKey: string | undefined,
): JsonValue | undefined {
  const labels = nad.metadata.labels ?? {};
  const parts = poolKey?.split("/") ?? [];
  const [namespace, name] = parts.every(({ length }) => length <= MAX_LABEL_VALUE) ? parts : [];
  const right = labels[IPPOOL_NAMESPACE_LABEL] === namespace && labels[IPPOOL_NAME_LABEL] === name;
  if (right || nad.metadata.deletionTimestamp !== undefined) return undefined;
  return {
    metadata: {
      labels: { [IPPOOL_NAMESPACE_LABEL]: namespace ?? null, [IPPOOL_NAME_LABEL]: name ?? null },
    },
  };
}
