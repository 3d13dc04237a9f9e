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

/** How often it is looked whether notes may be written. */
const LOOK_MS = 50;
/** No more is under way than is written at once: notes keep nobody waiting. */
const FEW = 8;
/** In a cluster where more is under way all the time, a note is written all the same after it has waited for so long. */
const LONGEST_MS = 900_000;

/** Has the note of one object looked at, when its turn comes: what was asked for first is written first. */
export function askForNote({ memory, queues }: Context, key: string): void {
  memory.unnoted.see(key);
  queues.annotations.add(key);
}

/** Writes the note of one object, once little that gives addresses is under way. */
export async function noteAddresses(
  ctx: Context,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  await turn(ctx, key, signal);
  const missing = missingNote(ctx, key);
  if (missing !== undefined) {
    const { config, text } = missing;
    await ctx.configs.setAnnotation(config, { name: ADDRESSES_ANNOTATION, text }, signal);
  }
  ctx.memory.unnoted.forget(key);
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
  const known = vm && nicsOfVm(cluster, vm);
  const text = notedText(config, known?.isReadable === true ? known : undefined);
  return text === config.metadata.annotations?.[ADDRESSES_ANNOTATION]
    ? undefined
    : { config, text };
}

/** Waits while many wait for an address; not for ever. */
async function turn(
  { queues, memory, clock }: Context,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  const { vms, pools, configs } = queues;
  const underWay = () => memory.gathering.size + vms.depth + pools.depth + configs.depth;
  while (underWay() > FEW && memory.unnoted.see(key) < LONGEST_MS) {
    await clock.sleep(LOOK_MS, signal);
  }
}
