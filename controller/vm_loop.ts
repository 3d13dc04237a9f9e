/**
 * VirtualMachine -> VirtualMachineNetworkConfig: create, update, hand over, delete.
 *
 * @module
 */
import { fromTimestamp } from "../core/api/timestamp.ts";
import type { VirtualMachine, VirtualMachineNetworkConfig } from "../core/api/types.ts";
import type { WorkResult } from "../kube/types.ts";
import { electPool } from "../core/ipam/elect_pool.ts";
import type { VmNic } from "../core/ipam/vm_nic.ts";
import { isAlreadyExists, isConflict, isNotFound } from "../kube/errors.ts";
import { keyOf, parseKey } from "../kube/resources.ts";
import type { Context } from "./context.ts";
import { type Desired, desiredNetworkConfig } from "./decide/desired_config.ts";
import { errorText, isRefused } from "./refused.ts";
import type { Note } from "./tell.ts";
import { nicsOfVm } from "./vm_nics.ts";
import { poolsOf, vmOwnerOf } from "./world.ts";

/** For how long after its creation a VM is told that a network of its NICs has no pool: many never get one. */
const NEW_MS = 3_600_000;

/** Reconciles the VirtualMachineNetworkConfig of one VM. */
export async function reconcileVm(
  ctx: Context,
  key: string,
  signal: AbortSignal,
): Promise<WorkResult | void> {
  const vm = ctx.world.vms.get(key);
  if (vm === undefined) return await vmGone(ctx, key, signal);
  ctx.goneSince.delete(key);
  const existing = configOf(ctx, key);
  const { nics, notes } = nicsOfVm(ctx.world, vm);
  const isManaged = (network: string) => hasPool(ctx, network);
  const standing = [...notes, ...unmanagedNotes(ctx, { vm, nics, isManaged })];
  if (existing === undefined && ctx.world.configs.get(key) !== undefined) {
    ctx.teller.standing(vm, [...standing, nameTaken(key)]);
    return;
  }
  const desired = nics === undefined
    ? KEEP
    : desiredNetworkConfig({ vm, nics, isManaged, ...(existing && { existing }) });
  try {
    await apply(ctx, { vm, desired }, signal);
    ctx.teller.standing(vm, standing);
  } catch (error) {
    if (!isRaced(error, desired)) {
      if (isRefused(error)) ctx.teller.standing(vm, [...standing, refusedNote(error)]);
      throw error;
    }
    await refresh(ctx, existing === undefined ? key : keyOf(existing), signal);
    ctx.queues.vms.add(key);
  }
}

const KEEP: Desired = { action: "keep" };

/** The object of a VM: the one that bears its name, else the oldest that was made for it. */
function configOf(ctx: Context, key: string): VirtualMachineNetworkConfig | undefined {
  const all = ctx.world.configs.byIndex("vm", key);
  const own = all.find((config) => keyOf(config) === key);
  if (own !== undefined) return own;
  return all.toSorted((one, other) =>
    (one.metadata.creationTimestamp ?? "").localeCompare(other.metadata.creationTimestamp ?? "") ||
    keyOf(one).localeCompare(keyOf(other))
  )[0];
}

/** Whether a pool serves a network, or will when it is repaired; one that is being deleted takes nobody new. */
function hasPool(ctx: Context, network: string): boolean {
  const pool = electPool(poolsOf(ctx.world, network));
  return pool !== undefined && pool.metadata.deletionTimestamp === undefined;
}

async function apply(
  ctx: Context,
  { vm, desired }: { readonly vm: VirtualMachine; readonly desired: Desired },
  signal: AbortSignal,
): Promise<void> {
  const { configs } = ctx.clients;
  switch (desired.action) {
    case "keep":
      return;
    case "create":
      return ctx.world.configs.observe(await configs.create(desired.object, { signal }));
    case "update":
      ctx.world.configs.observe(await configs.update(desired.object, { signal }));
      if (desired.adopted) ctx.teller.tell(vm, adoptedNote(desired.object));
      return;
    case "delete":
      return await remove(ctx, desired.object, signal);
    default:
      return desired satisfies never;
  }
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
  const left = ctx.world.configs.byIndex("vm", key).filter((config) =>
    vmOwnerOf(config) !== undefined && config.metadata.deletionTimestamp === undefined
  );
  const since = ctx.goneSince.get(key);
  if (left.length === 0) return void ctx.goneSince.delete(key);
  const now = ctx.clock.monotonic();
  if (since === undefined) ctx.goneSince.set(key, now);
  const waitMs = (since ?? now) + ctx.collectorMs - now;
  if (waitMs > 0) return { requeueAfterMs: waitMs };
  const live = await ctx.clients.vms.get(parseKey(key), { signal });
  if (live !== undefined) return ctx.world.vms.observe(live); // It is there, the informer was late.
  if (!await ctx.clients.servesVms(signal)) return; // Without its kind nobody can tell whether a VM exists.
  for (const config of left) await remove(ctx, config, signal);
}

async function remove(
  ctx: Context,
  config: VirtualMachineNetworkConfig,
  signal: AbortSignal,
): Promise<void> {
  const { uid = "" } = config.metadata;
  await ctx.clients.configs.delete(parseKey(keyOf(config)), { uid, signal });
}

/** Whether somebody else changed the object meanwhile. */
function isRaced(error: unknown, { action }: Desired): boolean {
  return isConflict(error) || isAlreadyExists(error) || (action === "update" && isNotFound(error));
}

async function refresh(ctx: Context, configKey: string, signal: AbortSignal): Promise<void> {
  const live = await ctx.clients.configs.get(parseKey(configKey), { signal });
  if (live !== undefined) ctx.world.configs.observe(live);
}

function unmanagedNotes(
  ctx: Context,
  { vm, nics, isManaged }: {
    readonly vm: VirtualMachine;
    readonly nics: readonly VmNic[] | undefined;
    readonly isManaged: (network: string) => boolean;
  },
): readonly Note[] {
  const age = ctx.clock.now() - (fromTimestamp(vm.metadata.creationTimestamp) ?? 0);
  if (age > NEW_MS) return [];
  return (nics ?? []).filter(({ network }) => !isManaged(network)).map(({ name, network }) => ({
    type: "Normal",
    reason: "NoPool",
    message: `NIC ${name} gets no address: no IPPool serves network ${network}`,
  }));
}

function nameTaken(key: string): Note {
  const message = `VirtualMachineNetworkConfig ${key} is for another VirtualMachine`;
  return { type: "Warning", reason: "NameTaken", message };
}

function adoptedNote(config: VirtualMachineNetworkConfig): Note {
  const message = `VirtualMachineNetworkConfig ${
    keyOf(config)
  }, made by hand, belongs to this VirtualMachine now`;
  return { type: "Normal", reason: "ReservationAdopted", message };
}

function refusedNote(error: unknown): Note {
  const message = `The VirtualMachineNetworkConfig cannot be written: ${errorText(error)}`;
  return { type: "Warning", reason: "WriteRefused", message };
}
