/**
 * VirtualMachineNetworkConfig: finalizer, status from what is committed in the pools, release.
 *
 * @module
 */
import { VMNETCFG_FINALIZER } from "../core/api/names.ts";
import { toTimestamp } from "../core/api/timestamp.ts";
import type { VirtualMachineNetworkConfig } from "../core/api/types.ts";
import { isConflict, isNotFound } from "../kube/errors.ts";
import { parseKey } from "../kube/resources.ts";
import type { Context } from "./context.ts";
import { changeNotes } from "./decide/change_notes.ts";
import { vmKeyOf } from "./decide/nics.ts";
import { vmnetcfgStatus } from "./decide/vmnetcfg_status.ts";
import { isReleased, knownNics } from "./outcomes.ts";

/** Reconciles one VirtualMachineNetworkConfig. */
export async function reconcileConfig(
  ctx: Context,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  const config = ctx.world.configs.get(key);
  if (config === undefined) return;
  const finalized = config.metadata.finalizers?.includes(VMNETCFG_FINALIZER) === true;
  if (config.metadata.deletionTimestamp !== undefined) {
    if (finalized && isReleased(ctx, config)) {
      await setFinalizer(ctx, { key, config, present: false }, signal);
    }
    return;
  }
  if (!finalized) return await setFinalizer(ctx, { key, config, present: true }, signal);
  await writeStatus(ctx, { key, config }, signal);
}

/** One write with everything that is known, once everything is. */
async function writeStatus(
  ctx: Context,
  { key, config }: { readonly key: string; readonly config: VirtualMachineNetworkConfig },
  signal: AbortSignal,
): Promise<void> {
  const known = knownNics(ctx, config);
  if (known === undefined) return; // The pool's commit queues the key again.
  const { object, changes } = vmnetcfgStatus(config, { known, now: toTimestamp(ctx.clock.now()) });
  if (object === config) return;
  const write = () => ctx.clients.configs.updateStatus(object, { signal });
  const answer = await guarded(ctx, { key, write }, signal);
  if (answer === undefined) return;
  const vmKey = vmKeyOf(config);
  const vm = vmKey === undefined ? undefined : ctx.world.vms.get(vmKey);
  for (const note of changeNotes(changes)) {
    if (vm !== undefined) ctx.teller.tell(vm, note);
    // A thousand VMs that start are not to be two thousand Events: the object shows its addresses itself.
    if (vm === undefined || note.type === "Warning") ctx.teller.tell(answer, note);
  }
}

async function setFinalizer(
  ctx: Context,
  { key, config, present }: {
    readonly key: string;
    readonly config: VirtualMachineNetworkConfig;
    readonly present: boolean;
  },
  signal: AbortSignal,
): Promise<void> {
  const { finalizers: before = [], resourceVersion = "" } = config.metadata;
  const others = before.filter((name) => name !== VMNETCFG_FINALIZER);
  const finalizers = present ? [...others, VMNETCFG_FINALIZER] : others;
  const body = { metadata: { resourceVersion, finalizers } };
  const write = () => ctx.clients.configs.patch(parseKey(key), { type: "merge", body }, { signal });
  await guarded(ctx, { key, write }, signal);
}

/** A guarded write; where somebody else was faster, the object is read again and its key queued. */
async function guarded(
  ctx: Context,
  { key, write }: {
    readonly key: string;
    readonly write: () => Promise<VirtualMachineNetworkConfig>;
  },
  signal: AbortSignal,
): Promise<VirtualMachineNetworkConfig | undefined> {
  try {
    const answer = await write();
    ctx.world.configs.observe(answer);
    return answer;
  } catch (error) {
    if (!isConflict(error) && !isNotFound(error)) throw error;
    const live = await ctx.clients.configs.get(parseKey(key), { signal });
    if (live === undefined) return undefined; // The informer brings its end.
    ctx.world.configs.observe(live);
    ctx.queues.configs.add(key);
    return undefined;
  }
}
