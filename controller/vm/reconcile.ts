/**
 * VirtualMachine -> VirtualMachineNetworkConfig: create, update, hand over, delete.
 *
 * @module
 */
import { sameJson } from "../../core/api/same_json.ts";
import type { VirtualMachine, VirtualMachineNetworkConfig } from "../../core/api/types.ts";
import { errorText } from "../../core/error_text.ts";
import { hasOptions } from "../../core/ipam/vm/nic_options.ts";
import { type Desired, desiredNetworkConfig } from "../../core/vmnetcfg/desired_config.ts";
import { shownNics, wantedNics } from "../../core/vmnetcfg/nics.ts";
import {
  nameTaken,
  reservationAdopted,
  unmanagedNotes,
  writeRefused,
} from "../../core/vmnetcfg/vm_notes.ts";
import { showsOptions } from "../../core/vmnetcfg/vmnetcfg_status.ts";
import { unservedNics } from "../../core/vmnetcfg/unserved_nics.ts";
import { vmOwnerOf } from "../../core/vmnetcfg/vm_owner.ts";
import { keyOf, parseKey } from "../../kube/objects/resources.ts";
import type { WorkResult } from "../../kube/types.ts";
import { poolsOf } from "../cluster/cluster_cache.ts";
import { hasPool } from "../cluster/serving_pool.ts";
import type { Context } from "../context.ts";
import { isPermanent } from "../write/permanent_error.ts";
import { nicsOfVm } from "./nics_of_vm.ts";

/** How long it takes until what was decided from what is not there any more is decided again: an informer is late. */
const LATE_MS = 1_000;

/** Reconciles the VirtualMachineNetworkConfig of one VM. */
export async function reconcileVm(
  ctx: Context,
  key: string,
  signal: AbortSignal,
): Promise<WorkResult | void> {
  const { cluster, clock, memory } = ctx;
  const vm = cluster.vms.get(key);
  if (vm === undefined) return await vmGone(ctx, key, signal);
  memory.goneVms.forget(key);
  const existing = configOf(ctx, key);
  // Whether what is taken out of the object is given back is for its VM to say, which may have changed.
  for (const network of existing === undefined ? [] : networksLeftOut(existing)) {
    for (const pool of poolsOf(cluster, network)) ctx.touchPool(keyOf(pool));
  }
  const { isReadable, nics, notes: problems, ...rest } = nicsOfVm(cluster, vm);
  const isManaged = (network: string) => hasPool(ctx, network);
  const notes = [...problems, ...unmanagedNotes(vm, { nics, isManaged, now: clock.now() })];
  if (existing === undefined && cluster.configs.get(key) !== undefined) {
    return memory.notes.recordNew(vm, [...notes, nameTaken(key)]);
  }
  // Of those that the object does not ask for; it may still be without the others.
  const tellsUnserved = unservedNics({ nics, ...rest, config: existing, isManaged }).length > 0;
  const desired = isReadable
    ? keptBy(ctx, {
      existing,
      desired: desiredNetworkConfig({
        vm,
        nics,
        isManaged,
        tellsUnserved,
        spelling: ctx.schemas.spelling,
        ...(existing && { existing }),
      }),
    })
    : KEEP;
  const { action } = desired;
  if (action === "create" && memory.bereft.has(key) && !await isThere(ctx, vm, signal)) {
    return { requeueAfterMs: LATE_MS };
  }
  ctx.log.debug("VirtualMachine judged", { vm: key, action, nics, problems: notes });
  try {
    if (!await apply(ctx, desired, signal)) {
      // Where nothing newer is known, the informer is late: what is written again at once is refused again.
      return { requeueAfterMs: configOf(ctx, key) === existing ? LATE_MS : 0 };
    }
    if (existing !== undefined) {
      ctx.queues.annotations.add(keyOf(existing)); // A NIC may have another name.
      // It may say something else that cannot be read.
      const says = hasOptions(vm) || showsOptions(existing) || tellsUnserved ||
        existing.status?.unserved !== undefined;
      if (says) ctx.queues.configs.add(keyOf(existing));
    }
    if (desired.action === "update" && desired.adopted) {
      memory.notes.record(vm, reservationAdopted(keyOf(desired.object)));
    }
    memory.notes.recordNew(vm, notes);
  } catch (error) {
    if (isPermanent(error)) memory.notes.recordNew(vm, [...notes, writeRefused(errorText(error))]);
    throw error;
  }
}

/** The networks on which an object has addresses that it does not ask for any more. */
function networksLeftOut(config: VirtualMachineNetworkConfig): ReadonlySet<string> {
  const wanted = new Set(wantedNics(config).map(({ key }) => key));
  return new Set(
    shownNics(config).flatMap(({ key, network }) =>
      network === undefined || wanted.has(key) ? [] : [network]
    ),
  );
}

const KEEP: Desired = { action: "keep" };

/** What is to be done with what the API server keeps of it: it is not written again and again that what it drops is missing. */
function keptBy(
  { schemas }: Context,
  { existing, desired }: {
    readonly existing: VirtualMachineNetworkConfig | undefined;
    readonly desired: Desired;
  },
): Desired {
  if (desired.action !== "update") return desired;
  const object = schemas.kept(desired.object);
  return object !== desired.object && sameJson(object, existing) ? KEEP : { ...desired, object };
}

/** The object of a VM: the one that bears its name, else the oldest that was made for it. */
function configOf(ctx: Context, key: string): VirtualMachineNetworkConfig | undefined {
  const all = ctx.cluster.configs.byIndex("vm", key);
  const own = all.find((config) => keyOf(config) === key);
  if (own !== undefined) return own;
  return all.toSorted((one, other) =>
    (one.metadata.creationTimestamp ?? "").localeCompare(other.metadata.creationTimestamp ?? "") ||
    keyOf(one).localeCompare(keyOf(other))
  )[0];
}

/** The one write. Answers whether all is done: not where somebody else was faster. */
async function apply(
  { configs }: Context,
  desired: Desired,
  signal: AbortSignal,
): Promise<boolean> {
  switch (desired.action) {
    case "keep":
      return true;
    case "create":
      return await configs.create(desired.object, signal) !== undefined;
    case "update":
      return await configs.update(desired.object, signal) !== undefined;
    case "delete":
      return await configs.delete(desired.object, signal);
    default:
      return desired satisfies never;
  }
}

/** Whether a VM that lost its object is still there: the garbage collector may have taken it before the informer of VMs knows why. */
async function isThere(
  { memory, vms }: Context,
  vm: VirtualMachine,
  signal: AbortSignal,
): Promise<boolean> {
  const key = keyOf(vm);
  const live = await vms.get(parseKey(key), { signal });
  if (live?.metadata.uid !== vm.metadata.uid) return false;
  memory.bereft.delete(key);
  return true;
}

/**
 * The API server's garbage collector deletes what a VM owned, in its time: what it has left when some time has passed, we
 * delete.
 */
async function vmGone(
  ctx: Context,
  key: string,
  signal: AbortSignal,
): Promise<WorkResult | void> {
  const { cluster, memory, collectorMs } = ctx;
  memory.bereft.delete(key);
  const left = cluster.configs.byIndex("vm", key).filter((config) =>
    vmOwnerOf(config) !== undefined && config.metadata.deletionTimestamp === undefined
  );
  if (left.length === 0) return memory.goneVms.forget(key);
  const waitMs = collectorMs - memory.goneVms.see(key);
  if (waitMs > 0) return { requeueAfterMs: waitMs };
  const live = await ctx.vms.get(parseKey(key), { signal });
  if (live !== undefined) return cluster.vms.observe(live); // It is there, the informer was late.
  if (!await ctx.servesVms(signal)) return; // Without its kind nobody can tell whether a VM exists.
  for (const config of left) await ctx.configs.delete(config, signal);
}
