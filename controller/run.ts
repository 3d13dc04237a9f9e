/**
 * The life of the controller.
 *
 * @module
 */
import { type Leadership, whileLeading } from "../kube/election/leadership.ts";
import { createKubeClient } from "../kube/objects/client.ts";
import { DEPLOYMENTS } from "../kube/objects/resources.ts";
import type { Informer, WorkResult } from "../kube/types.ts";
import { followTrouble, unknownBecause } from "../kube/watch/follow_trouble.ts";
import { abortable, LinkedAbort } from "../runtime/abort.ts";
import type { Clock } from "../runtime/clock.ts";
import { assemble, type Parts } from "./assemble.ts";
import { type ClusterCache, informersOf } from "./cluster/cluster_cache.ts";
import { clusterSource } from "./inspect/cluster_source.ts";
import { deploymentFindings } from "./inspect/deployment_findings.ts";
import type { Context } from "./context.ts";
import { beginTerm } from "./memory/memory.ts";
import { reconcileNetwork } from "./network/reconcile.ts";
import { controllerOps } from "./ops.ts";
import { reconcilePool } from "./pool/reconcile.ts";
import type { ControllerOptions, InspectDoors, RunningController } from "./types.ts";
import { reconcileVm } from "./vm/reconcile.ts";
import { noteAddresses } from "./vmnetcfg/note_addresses.ts";
import { reconcileConfig } from "./vmnetcfg/reconcile.ts";
import { queueEverything } from "./wiring.ts";

/** Of a controller that nobody else is to be asked about. */
const ALONE: Leadership = { leading: true, onChange: () => undefined };
/** How often idleness is looked for while changes are being gathered. */
const IDLE_POLL_MS = 5;
/** How long the first lists wait for the Lease: those that come after it need not be made again when this controller begins to lead. */
const LEASE_MS = 1_000;
/** How long a term waits for lists of others' kinds: one that cannot be listed must not stop the rest. */
const LISTS_MS = 10_000;
/** How long a term waits for its agents to be decided on. */
const AGENTS_MS = 2_000;
/** After a restore agents are listened to anew so long later: sooner than what they know is waited for no more. */
const HEAR_AGAIN_MS = 10_000;
/** How long the last Events may take when the controller stops. */
const LAST_EVENTS_MS = 2_000;
/** How long the last rows of the pools' histories may take: the lock is given up after them. */
const LAST_HISTORIES_MS = 3_000;

/**
 * Starts the controller. It reads everything, waits until all that the server serves is known, and only then writes.
 * It runs until the signal aborts.
 */
export function runController(options: ControllerOptions, signal: AbortSignal): RunningController {
  const parts = assemble(options, signal);
  const { ctx, metrics } = parts;
  const { promise: working, resolve: onWorking } = Promise.withResolvers<void>();
  let isWorking = false;
  const { leadership = ALONE } = options;
  const done = live(parts, { signal, leadership }, () => {
    isWorking = true;
    onWorking();
  });
  const notReady = () => [...unsynced(parts, isWorking), ...troubles(parts, leadership)];
  const ops = controllerOps({
    cluster: ctx.cluster,
    tenancy: ctx.tenancy,
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
    whenReady: (waiting) => abortable(working, waiting),
    whenIdle: async (waiting) => {
      await abortable(working, waiting);
      await whenIdle(parts, waiting);
    },
    failures: ctx.memory.failures,
    metrics: () => metrics.render(),
    inspect: clusterSource({
      ctx,
      notReady,
      doors: { ...heardDoors(parts), ...deploymentDoor(options), ...options.inspect },
    }),
    handle: async (request) => await ops.fetch(request),
  };
}

/** What is deployed beside this controller, where it makes agents and so may look. */
function deploymentDoor({ rest, agents }: ControllerOptions): Partial<InspectDoors> {
  if (agents === undefined) return {};
  const client = createKubeClient(rest).of(DEPLOYMENTS);
  const { namespace } = agents;
  return { checks: (signal) => deploymentFindings(client, { namespace, signal }) };
}

/** What agents hear, where this controller makes them. */
function heardDoors({ heard }: Parts): Partial<InspectDoors> {
  return heard === undefined ? {} : {
    heard: (query, signal) => heard.heard(query, signal),
    packets: (query, signal) => heard.packets(query, signal),
  };
}

async function live(
  parts: Parts,
  { signal, leadership }: { readonly signal: AbortSignal; readonly leadership: Leadership },
  onWorking: () => void,
): Promise<void> {
  const { ctx, events, agents } = parts;
  let changedAt = ctx.clock.monotonic();
  leadership.onChange(() => changedAt = ctx.clock.monotonic());
  await whenSeen(leadership, ctx.clock, signal);
  const background = [
    ...allInformers(parts).map((informer) => informer.run(signal)),
    events.run(signal),
    ctx.schemas.run(signal),
  ];
  const histories = ctx.history?.run(signal);
  try {
    await Promise.all([allSynced(ctx.cluster, signal), agents?.whenSynced(signal)]);
    // What is not kept must not be written again and again.
    await ctx.schemas.look(signal);
    ctx.log.info("Everything is known, starting to work");
    onWorking();
    const inHistory = oneHistoryAtATime(
      { parts, leadership },
      (signal) => work(parts, leadership.leadsSince ?? changedAt, signal),
    );
    await whileLeading(leadership, async (term) => {
      await inHistory(term);
      // What was interrupted is the next leader's.
      if (!signal.aborted) ctx.memory.failures.clear();
    }, signal);
  } catch (error) {
    if (!signal.aborted) ctx.log.error("Controller failed", { error });
  }
  await Promise.all([...background, histories?.then(() => lastHistories(ctx)), lastEvents(parts)]);
}

/** Waits until it is seen who leads, for a second at most. */
async function whenSeen(leadership: Leadership, clock: Clock, signal: AbortSignal): Promise<void> {
  using limit = new LinkedAbort(signal);
  const reason = () => new DOMException("The Lease cannot be seen", "TimeoutError");
  limit.abortAfter(LEASE_MS, { clock, reason });
  await leadership.whenSeen?.(limit.signal).catch(() => undefined);
}

/** Writes the rows of the pools' histories that still wait; never for long, and never failing. */
async function lastHistories({ clock, history }: Context): Promise<void> {
  using limit = new LinkedAbort();
  const reason = () => new DOMException("There is no more time for histories", "AbortError");
  limit.abortAfter(LAST_HISTORIES_MS, { clock, reason });
  await history?.flush(limit.signal);
}

/** Writes the Events that still wait; never for long, and never failing. */
async function lastEvents({ ctx, events }: Parts): Promise<void> {
  using limit = new LinkedAbort();
  const reason = () => new DOMException("There is no more time for Events", "AbortError");
  limit.abortAfter(LAST_EVENTS_MS, { clock: ctx.clock, reason });
  await events.flush(limit.signal).catch(() => undefined);
}

/**
 * Work that ends where the API server was put back to an earlier state, and begins anew when everything that is known is of the
 * new history: a plan from parts of both would be one of neither. The Lease, which who leads writes every two seconds, shows it also
 * where watches are late, or dead without a word.
 */
function oneHistoryAtATime(
  { parts, leadership }: { readonly parts: Parts; readonly leadership: Leadership },
  work: (signal: AbortSignal) => Promise<void>,
): (signal: AbortSignal) => Promise<void> {
  const informers = allInformers(parts);
  // Without the agents' Events all can be decided: a right to them that a restore took stops nothing.
  const needed = [...informersOf(parts.ctx.cluster), ...parts.agents?.needed ?? []];
  const others = informers.filter((informer) => !needed.includes(informer));
  let isNew = false;
  let current: LinkedAbort | undefined;
  const onNewHistory = () => {
    isNew = true;
    parts.ctx.memory.agents.putBack();
    current?.abort(new DOMException("The API server was put back", "AbortError"));
  };
  leadership.onNewHistory?.(onNewHistory);
  for (const informer of informers) informer.onNewHistory(onNewHistory);
  return async (signal) => {
    while (!signal.aborted) {
      const wasPutBack = isNew;
      while (isNew) {
        isNew = false; // Until it is put back once more: that may be before all is listed.
        // One that never had a list (a right, a kind that is missing) has nothing of the old history.
        const relist = (informer: Informer<never>) =>
          informer.synced ? informer.relist(signal) : undefined;
        Promise.all(others.map(relist)).catch(() => undefined);
        const listed = Promise.all(needed.map(relist));
        const isListed = await listed.then(() => true, () => false);
        isNew ||= !isListed;
        if (!isListed) return;
        if (isNew) continue;
        const { cluster, memory } = parts.ctx;
        memory.histories.putBack(cluster.pools.list());
        // What was interrupted is looked at again where it is still there.
        memory.failures.clear();
        parts.ctx.log.info("Everything is known anew, going on to work");
      }
      using term = new LinkedAbort(signal);
      current = term;
      await Promise.all([work(term.signal), wasPutBack && hearAgents(parts.ctx, term.signal)]);
      current = undefined;
    }
  };
}

/** Lists what agents say once more while that is waited for: a watch that is dead without a word is noticed much later. */
async function hearAgents({ clock, cluster }: Context, signal: AbortSignal): Promise<void> {
  await clock.sleep(HEAR_AGAIN_MS, signal).then(() => cluster.leases.relist(signal))
    .catch(() => undefined);
}

function allInformers({ ctx, agents }: Parts): readonly Informer<never>[] {
  return [...informersOf(ctx.cluster), ...agents?.informers ?? []];
}

/** One term of leadership. It begins with a look at everything: another controller may have worked meanwhile. */
async function work(parts: Parts, leadsSince: number, signal: AbortSignal): Promise<void> {
  await Promise.all([
    parts.agents?.run(signal, leadsSince),
    Promise.all([knowAnew(parts.ctx, leadsSince, signal), agentsDecided(parts, signal)])
      .then(() => reconcile(parts.ctx, signal)),
  ]);
}

/**
 * Waits until it is decided which agents serve which pool: what others tell counts for nothing, also what only they know after a
 * restore. For a moment only: pools are planned also where no agent can be made.
 */
async function agentsDecided({ agents, ctx }: Parts, signal: AbortSignal): Promise<void> {
  using limit = new LinkedAbort(signal);
  const reason = () => new DOMException("Agents are not decided yet", "TimeoutError");
  limit.abortAfter(AGENTS_MS, { clock: ctx.clock, reason });
  await agents?.whenDecided(limit.signal).catch(() => undefined);
}

/**
 * Lists what was not listed since this controller leads. Watches may be late, and tell nothing yet of who wants an address that the
 * controller that led before has recorded. Without pools and their users nothing is decided, as at the start.
 */
async function knowAnew(ctx: Context, since: number, signal: AbortSignal): Promise<void> {
  using limit = new LinkedAbort(signal);
  const reason = () => new DOMException(`Not listed within ${LISTS_MS} ms`, "TimeoutError");
  limit.abortAfter(LISTS_MS, { clock: ctx.clock, reason });
  const { pools, configs } = ctx.cluster;
  const needed: readonly unknown[] = [pools, configs];
  await Promise.all(
    informersOf(ctx.cluster).filter(({ synced }) => synced).map((informer) =>
      informer.relist(needed.includes(informer) ? signal : limit.signal, { since })
        .catch((error: unknown) => {
          if (signal.aborted) return;
          const { plural } = informer.resource;
          ctx.log.warn("Beginning to lead without a new list", { resource: plural, error });
        })
    ),
  );
}

async function reconcile(ctx: Context, signal: AbortSignal): Promise<void> {
  ctx.isWorking = true;
  beginTerm(ctx.memory);
  queueEverything(ctx);
  const { vms, configs, annotations, pools, networks } = ctx.queues;
  await Promise.all([
    vms.run((key, signal) => reconcileVm(ctx, key, signal), signal),
    configs.run((key, signal) => reconcileConfig(ctx, key, signal), signal),
    annotations.run((key, signal) => noteAddresses(ctx, key, signal), signal),
    pools.run(async (key, signal): Promise<WorkResult | void> => {
      const waitMs = ctx.memory.gathering.close(key);
      if (waitMs > 0) return { requeueAfterMs: waitMs };
      return await reconcilePool(ctx, key, signal);
    }, signal),
    networks.run((key, signal) => reconcileNetwork(ctx, key, signal), signal),
    resync(ctx, signal),
  ]);
  ctx.isWorking = false;
}

/** Looks at everything again from time to time, so that nothing that was missed stays so. */
async function resync(ctx: Context, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await ctx.clock.sleep(ctx.resyncMs, signal).catch(() => undefined);
    if (!signal.aborted) queueEverything(ctx);
  }
}

/** Our own kinds must be there; KubeVirt's and Multus' may come later. */
async function allSynced(cluster: ClusterCache, signal: AbortSignal): Promise<void> {
  const { pools, configs, ...others } = cluster;
  await Promise.all([
    pools.whenSynced(signal),
    configs.whenSynced(signal),
    ...Object.values(others).map((informer) => informer.whenSynced(signal, { orMissing: true })),
  ]);
}

/**
 * What is waited for: all that there is before work begins, then what is there and cannot be listed; and all that agents are made
 * from, of which none is made before.
 */
function unsynced({ ctx, agents }: Parts, isWorking: boolean): readonly string[] {
  const isAwaited = (informer: Informer<never>) =>
    !isWorking || followTrouble(informer) !== undefined;
  const needed = [...informersOf(ctx.cluster).filter(isAwaited), ...agents?.needed ?? []];
  const sentences = needed.filter(({ synced }) => !synced).map((informer) =>
    `${informer.resource.kind} objects are not yet known${unknownBecause(informer)}`
  );
  return [...new Set(sentences)];
}

/** What keeps a controller that began to work from working well. */
function troubles(parts: Parts, { trouble }: Leadership): readonly string[] {
  const followed = allInformers(parts).filter(({ synced }) => synced).map(followTrouble);
  return [trouble, ...followed, ...parts.ctx.memory.writes.sentences]
    .filter((sentence) => sentence !== undefined);
}

async function whenIdle({ ctx, agents }: Parts, signal: AbortSignal): Promise<void> {
  const { gathering, ntp } = ctx.memory;
  const queues = [...Object.values(ctx.queues), ...(agents === undefined ? [] : [agents.queue])];
  const busy = () => gathering.size > 0 || queues.some(({ depth }) => depth > 0);
  do {
    await abortable(ntp?.whenIdle() ?? Promise.resolve(), signal);
    for (const queue of queues) await queue.whenIdle(signal);
    if (gathering.size > 0) await ctx.clock.sleep(IDLE_POLL_MS, signal);
  } while (busy());
}
