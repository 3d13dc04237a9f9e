/**
 * Notes on each VirtualMachineNetworkConfig which addresses its NICs have, for a restore that brings no status.
 *
 * @module
 */
import { ADDRESSES_ANNOTATION, VMNETCFG_FINALIZER } from "../../core/api/names.ts";
import type { VirtualMachineNetworkConfig } from "../../core/api/types.ts";
import { notedText } from "../../core/vmnetcfg/noted_addresses.ts";
import { vmOf } from "../cluster/cluster_cache.ts";
import type { Context } from "../context.ts";
import { nicsOfVm } from "../vm/nics_of_vm.ts";

/** How often it is looked whether everything else is done. */
const LOOK_MS = 50;

/** Writes the note of one object, once nothing that gives addresses is waiting. */
export async function noteAddresses(
  ctx: Context,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  if (missingNote(ctx, key) === undefined) return;
  await quiet(ctx, signal);
  const missing = missingNote(ctx, key); // What was known before the wait is old.
  if (missing === undefined) return;
  const { config, text } = missing;
  await ctx.configs.setAnnotation(config, { name: ADDRESSES_ANNOTATION, text }, signal);
}

/** What an object is to note and does not; `undefined` where there is nothing to write. */
function missingNote(
  { cluster }: Context,
  key: string,
): { readonly config: VirtualMachineNetworkConfig; readonly text: string | undefined } | undefined {
  const config = cluster.configs.get(key);
  if (config?.status === undefined || config.metadata.deletionTimestamp !== undefined) return;
  if (config.metadata.finalizers?.includes(VMNETCFG_FINALIZER) !== true) return;
  const vm = vmOf(cluster, config);
  const text = notedText(config, vm === undefined ? [] : nicsOfVm(cluster, vm).nics);
  return text === config.metadata.annotations?.[ADDRESSES_ANNOTATION]
    ? undefined
    : { config, text };
}

/** Waits until nobody waits for an address; not for ever. */
async function quiet({ queues, memory, clock }: Context, signal: AbortSignal): Promise<void> {
  const { vms, pools, configs } = queues;
  const isBusy = () => memory.gathering.size + vms.depth + pools.depth + configs.depth > 0;
  while (memory.patience.isToWait(isBusy(), clock.monotonic())) await clock.sleep(LOOK_MS, signal);
}
