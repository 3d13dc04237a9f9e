/**
 * VirtualMachineNetworkConfig: finalizer, status from what is committed in the pools, release. What is shown is noted later.
 *
 * @module
 */
import { DHCP_OPTIONS_ANNOTATION_PREFIX, VMNETCFG_FINALIZER } from "../../core/api/names.ts";
import { sameJson } from "../../core/api/same_json.ts";
import { toTimestamp } from "../../core/api/timestamp.ts";
import type { UnservedNic, VirtualMachineNetworkConfig } from "../../core/api/types.ts";
import type { OptionsProblem } from "../../core/ipam/types.ts";
import { hasOptions } from "../../core/ipam/vm/nic_options.ts";
import type { Note } from "../../core/reasons/reasons.ts";
import { wantedNics } from "../../core/vmnetcfg/nics.ts";
import { mayBeUnserved, unservedNics } from "../../core/vmnetcfg/unserved_nics.ts";
import { changeNotes } from "../../core/vmnetcfg/vm_notes.ts";
import { vmnetcfgStatus } from "../../core/vmnetcfg/vmnetcfg_status.ts";
import { vmOwnerOf } from "../../core/vmnetcfg/vm_owner.ts";
import { vmOf } from "../cluster/cluster_cache.ts";
import { hasPool } from "../cluster/serving_pool.ts";
import type { Context } from "../context.ts";
import { nicsOfVm } from "../vm/nics_of_vm.ts";
import { askForNote } from "./note_addresses.ts";
import { isReleased, knownNics } from "./outcomes.ts";

/** Reconciles one VirtualMachineNetworkConfig. */
export async function reconcileConfig(
  ctx: Context,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  const config = ctx.cluster.configs.get(key);
  if (config === undefined) return;
  const isGoing = config.metadata.deletionTimestamp !== undefined;
  const finalized = config.metadata.finalizers?.includes(VMNETCFG_FINALIZER) === true;
  if (isGoing && (!finalized || !isReleased(ctx, config))) return;
  const isAsking = wantedNics(config).length > 0;
  if (isGoing || !finalized && isAsking) {
    const change = { finalizer: VMNETCFG_FINALIZER, present: !isGoing };
    await ctx.configs.setFinalizer(config, change, signal);
    return; // What was written queues the key again.
  }
  const known = knownNics(ctx, config);
  if (known === undefined) return; // The pool's commit queues the key again.
  const unreadable = unreadableOptions(ctx, config);
  const unserved = unservedOf(ctx, config);
  const now = toTimestamp(ctx.clock.now());
  const { object, changes, problems } = vmnetcfgStatus(config, {
    known,
    unserved,
    unreadable,
    now,
  });
  const kept = object === config ? config : ctx.schemas.kept(object);
  if (kept === config || kept !== object && sameJson(kept.status, config.status)) {
    return askForNote(ctx, key);
  }
  ctx.log.debug("NICs are shown anew", { vmnetcfg: key, changes });
  const written = await ctx.configs.updateStatus(kept, signal);
  if (written !== undefined) {
    record(ctx, written, [...changeNotes(changes), ...problems.map(asNote)]);
  }
}

/** The NICs of an object's VM that it does not ask an address for. */
function unservedOf(ctx: Context, config: VirtualMachineNetworkConfig): readonly UnservedNic[] {
  const vm = vmOf(ctx.cluster, config);
  if (vm === undefined || vmOwnerOf(config) === undefined || !mayBeUnserved(vm, config)) return [];
  const isManaged = (network: string) => hasPool(ctx, network);
  return unservedNics({ ...nicsOfVm(ctx.cluster, vm), config, isManaged });
}

/** What of the annotations of an object's VM is no options, or for no NIC of it that is served; the VM itself is told of it, too. */
function unreadableOptions(
  { cluster }: Context,
  config: VirtualMachineNetworkConfig,
): readonly string[] {
  const vm = vmOf(cluster, config);
  if (vm === undefined || !hasOptions(vm)) return [];
  const { notes } = nicsOfVm(cluster, vm);
  return notes.filter(({ reason, message }) =>
    reason === "InvalidOptions" ||
    // These may be about other annotations of a NIC, too.
    (reason === "UnknownNic" || reason === "NicOptedOut") &&
      message.includes(DHCP_OPTIONS_ANNOTATION_PREFIX)
  ).map(({ message }) => message);
}

function asNote({ reason, message }: OptionsProblem): Note {
  return { type: "Warning", reason, message };
}

/** Events of what changed with a write. */
function record(
  { cluster, memory }: Context,
  config: VirtualMachineNetworkConfig,
  notes: readonly Note[],
): void {
  const vm = vmOf(cluster, config);
  for (const note of notes) {
    if (vm !== undefined) memory.notes.record(vm, note);
    // A thousand VMs that start are not to be two thousand Events: the object shows its addresses itself.
    if (vm === undefined || note.type === "Warning") memory.notes.record(config, note);
  }
}
