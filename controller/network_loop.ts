/**
 * Networks: the labels on a NetworkAttachmentDefinition that name its pool, for the Go version's sake.
 *
 * @module
 */
import { electPool } from "../core/ipam/mod.ts";
import { keyOf, parseKey } from "../kube/resources.ts";
import type { WorkResult } from "../kube/types.ts";
import type { Context } from "./context.ts";
import { nadLabelPatch } from "./decide/nad_labels.ts";
import { poolsOf } from "./world.ts";

/** Nothing needs the labels: a failure is worth a line and another try some time. */
const RETRY_MS = 60_000;

/** Reconciles the labels of one network. */
export async function reconcileNetwork(
  ctx: Context,
  network: string,
  signal: AbortSignal,
): Promise<WorkResult | void> {
  const nad = ctx.world.nads.get(network);
  if (nad === undefined) return;
  const pool = electPool(poolsOf(ctx.world, network));
  const body = nadLabelPatch(nad, pool && keyOf(pool));
  if (body === undefined) return;
  try {
    const answer = await ctx.clients.nads.patch(parseKey(network), { type: "merge", body }, {
      signal,
    });
    ctx.world.nads.observe(answer);
  } catch (error) {
    if (signal.aborted) return;
    ctx.log.warn("NetworkAttachmentDefinition cannot be labelled", { network, error });
    return { requeueAfterMs: RETRY_MS };
  }
}
