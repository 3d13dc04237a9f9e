/**
 * The life of the controller.
 *
 * @module
 */
import type { WorkResult } from "../kube/types.ts";
import { assemble, type Parts } from "./assemble.ts";
import type { Context } from "./context.ts";
import { type Leadership, whileLeading } from "./leadership.ts";
import { reconcileNetwork } from "./network_loop.ts";
import { controllerOps } from "./ops.ts";
import { reconcilePool } from "./pool_loop.ts";
import type { ControllerOptions, RunningController } from "./types.ts";
import { reconcileVm } from "./vm_loop.ts";
import { reconcileConfig } from "./vmnetcfg_loop.ts";
import { keyOf } from "../kube/resources.ts";
import { informersOf, type World } from "./world.ts";

/** Of a controller that nobody else is to be asked about. */
const ALONE: Leadership = { leading: true, onChange: () => undefined };
/** How often idleness is looked for while changes are being gathered. */
const IDLE_POLL_MS = 5;
/** How long the last Events may take when the controller stops. */
const LAST_EVENTS_MS = 2_000;

/**
 * Starts the controller. It reads everything, waits until all that the server serves is known, and only then writes.
 * It runs until the signal aborts.
 */
export function runController(options: ControllerOptions, signal: AbortSignal): RunningController {
  const parts = assemble(options, signal);
  const { ctx, failures, metrics } = parts;
  const { promise: working, resolve: onWorking } = Promise.withResolvers<void>();
  let isWorking = false;
  const { leadership = ALONE } = options;
  const done = live(parts, { signal, leadership }, () => {
    isWorking = true;
    onWorking();
  });
  const notReady = () => isWorking ? [] : unsynced(ctx.world);
  const ops = controllerOps({
    world: ctx.world,
    metrics,
    notReady,
    enableCacheDump: options.enableCacheDump === true,
  });
  return {
    done,
    get ready() {
      return isWorking && !signal.aborted;
    },
    get notReady() {
      return notReady();
    },
    whenReady: (waiting) => unlessAborted(working, waiting),
    whenIdle: async (waiting) => {
      await unlessAborted(working, waiting);
      await whenIdle(parts, waiting);
    },
    failures,
    metrics: () => metrics.render(),
    handle: async (request) => await ops.fetch(request),
  };
}

async function live(
  parts: Parts,
  { signal, leadership }: { readonly signal: AbortSignal; readonly leadership: Leadership },
  onWorking: () => void,
): Promise<void> {
  const { ctx, events, agents } = parts;
  const background = [
    ...[...informersOf(ctx.world), ...agents?.informers ?? []].map((informer) =>
      informer.run(signal)
    ),
    events.run(signal),
  ];
  try {
    await allSynced(ctx.world, signal);
    ctx.log.info("Everything is known, starting to work");
    onWorking();
    await whileLeading(leadership, { signal, work: (signal) => work(parts, signal) });
  } catch (error) {
    if (!signal.aborted) ctx.log.error("Controller failed", { error });
  }
  await Promise.all([...background, lastEvents(parts)]);
}

/** Writes what is still to be told; never for long, and never failing. */
async function lastEvents({ ctx, events }: Parts): Promise<void> {
  const { clock } = ctx;
  const enough = new AbortController();
  const flushed = events.flush(enough.signal).catch(() => undefined);
  const stop = new AbortController();
  await Promise.race([flushed, clock.sleep(LAST_EVENTS_MS, stop.signal).catch(() => undefined)]);
  stop.abort();
  enough.abort();
  await flushed;
}

/** One term of leadership. It begins with a look at everything: another controller may have worked meanwhile. */
async function work({ ctx, memory, gather, agents }: Parts, signal: AbortSignal): Promise<void> {
  ctx.ledger.clear();
  memory.clear();
  queueEverything(ctx);
  const { vms, configs, pools, networks } = ctx.queues;
  await Promise.all([
    vms.run((key, signal) => reconcileVm(ctx, key, signal), signal),
    configs.run((key, signal) => reconcileConfig(ctx, key, signal), signal),
    pools.run(async (key, signal): Promise<WorkResult | void> => {
      const waitMs = gather.close(key);
      if (waitMs > 0) return { requeueAfterMs: waitMs };
      return await reconcilePool(ctx, { key, memory }, signal);
    }, signal),
    networks.run((key, signal) => reconcileNetwork(ctx, key, signal), signal),
    resync(ctx, signal),
    agents?.run(signal),
  ]);
}

/** Looks at everything again from time to time, so that nothing that was missed stays so. */
async function resync(ctx: Context, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await ctx.clock.sleep(ctx.resyncMs, signal).catch(() => undefined);
    if (!signal.aborted) queueEverything(ctx);
  }
}

function queueEverything({ world, queues }: Context): void {
  for (const vm of world.vms.list()) queues.vms.add(keyOf(vm));
  for (const config of world.configs.list()) queues.configs.add(keyOf(config));
  for (const nad of world.nads.list()) queues.networks.add(keyOf(nad));
  for (const pool of world.pools.list()) queues.pools.add(keyOf(pool));
}

/** Our own kinds must be there; KubeVirt's and Multus' may come later. */
async function allSynced(world: World, signal: AbortSignal): Promise<void> {
  const { pools, configs, ...others } = world;
  await Promise.all([
    pools.whenSynced(signal),
    configs.whenSynced(signal),
    ...Object.values(others).map((informer) => informer.whenSynced(signal, { orMissing: true })),
  ]);
}

function unsynced(world: World): readonly string[] {
  return informersOf(world).filter((informer) => !informer.synced)
    .map(({ resource }) => `${resource.kind} objects are not yet known`);
}

async function whenIdle({ ctx, gather, agents }: Parts, signal: AbortSignal): Promise<void> {
  const queues = [...Object.values(ctx.queues), ...(agents === undefined ? [] : [agents.queue])];
  const busy = () => gather.size > 0 || queues.some(({ depth }) => depth > 0);
  do {
    await unlessAborted(ctx.ntp?.settled() ?? Promise.resolve(), signal);
    for (const queue of queues) await queue.whenIdle(signal);
    if (gather.size > 0) await ctx.clock.sleep(IDLE_POLL_MS, signal);
  } while (busy());
}

/** Waits, unless the signal aborts: then rejects with its reason. */
async function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
