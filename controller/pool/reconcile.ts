/**
 * IPPool: gather everything that concerns a pool, plan, one guarded write, Events.
 *
 * @module
 */
import { IPPOOL_FINALIZER } from "../../core/api/names.ts";
import { sameJson } from "../../core/api/same_json.ts";
import { toTimestamp } from "../../core/api/timestamp.ts";
import type { IPPool, IPPoolStatus } from "../../core/api/types.ts";
import { errorText } from "../../core/error_text.ts";
import { recordChanges, type RecordStep } from "../../core/history/record_change.ts";
import { planPool } from "../../core/ipam/mod.ts";
import { HOLD_ENTRIES } from "../../core/ipam/plan/limits.ts";
import type { Plan } from "../../core/ipam/types.ts";
import { agentNotes, poolNotes } from "../../core/pool/pool_notes.ts";
import { type PoolFacts, poolStatus } from "../../core/pool/pool_status.ts";
import { keyOf } from "../../kube/objects/resources.ts";
import type { WorkResult } from "../../kube/types.ts";
import type { Context } from "../context.ts";
import { withLastAnswer } from "../write/last_answer.ts";
import { isPermanent } from "../write/permanent_error.ts";
import { type Gathered, gatherPool } from "./gather_pool.ts";
import { traceRecorded } from "./trace_recorded.ts";

/** Reconciles one IPPool. */
export async function reconcilePool(
  ctx: Context,
  key: string,
  signal: AbortSignal,
): Promise<WorkResult | void> {
  const found = ctx.cluster.pools.get(key);
  if (found === undefined) return forget(ctx, key);
  const isGoing = found.metadata.deletionTimestamp !== undefined;
  const finalized = found.metadata.finalizers?.includes(IPPOOL_FINALIZER) === true;
  if (isGoing && !finalized) return;
  const pool = finalized ? found : await setFinalizer(ctx, found, { present: true }, signal);
  if (pool === undefined) return;
  const before = ctx.memory.pools.lastRecord(key, pool);
  const gathered = gatherPool(ctx, pool);
  if (isGoing && gathered.facts.users.length === 0) {
    await setFinalizer(ctx, pool, { present: false }, signal);
    return;
  }
  const beganAt = ctx.clock.now();
  const plan = planPool(gathered.input);
  const plannedAt = ctx.clock.now();
  const facts = { ...gathered.facts, notes: plan.notes };
  const recorded = await commit(ctx, { facts, plan }, signal);
  if (recorded === undefined) return;
  ctx.memory.gathering.rest(key, restMs(plan));
  const after = ctx.memory.pools.recorded(key, recorded);
  tellChanges(ctx, key, { before, after, input: gathered.input, plan });
  const { pools, outcomes, notes } = ctx.memory;
  pools.planned(key, plan);
  const owners = outcomes.commit(key, plan.outcomes);
  for (const owner of owners) ctx.queues.configs.add(owner);
  endWaits(ctx, { pool: key, plan, beganAt, plannedAt });
  const { changed, ipv4: { used, available } } = plan;
  ctx.log.debug("IPPool planned", { ippool: key, changed, used, available, answered: owners.size });
  notes.recordNew(recorded, poolNotes(facts));
  for (const note of agentNotes(pool, recorded)) notes.record(recorded, note);
  return { requeueAfterMs: nextLook(ctx, gathered, plan) };
}

/** Every change of the record is a line in the log, and a row of the pool's history. */
function tellChanges({ history, log }: Context, pool: string, step: RecordStep): void {
  const changes = recordChanges(step);
  for (const change of changes) log.info("The record of a pool changed", { pool, ...change });
  history?.note(pool, changes);
}

/** The VMs that have an address now have waited for it. */
function endWaits(
  { memory: { waits }, tracing, clock }: Context,
  { pool, plan, ...times }: {
    readonly pool: string;
    readonly plan: Plan;
    readonly beganAt: number;
    readonly plannedAt: number;
  },
): void {
  if (waits.isEmpty) return;
  for (const { address, claim: { vm, macAddress } } of plan.outcomes.values()) {
    if (address === undefined || vm === undefined) continue;
    const name = `${vm.namespace}/${vm.name}`;
    const waitedMs = waits.end(name);
    if (waitedMs === undefined || tracing === undefined) continue;
    const lease = { pool, macAddress, address, vm: name };
    traceRecorded(tracing, { lease, waitedMs, writtenAt: clock.now(), ...times });
  }
}

async function setFinalizer(
  ctx: Context,
  pool: IPPool,
  { present }: { readonly present: boolean },
  signal: AbortSignal,
): Promise<IPPool | undefined> {
  return await ctx.pools.setFinalizer(pool, { finalizer: IPPOOL_FINALIZER, present }, signal);
}

/** Commits a plan. Answers the pool as it is recorded now, or nothing where the plan is void. */
async function commit(
  ctx: Context,
  { facts, plan }: { readonly facts: PoolFacts; readonly plan: Plan },
  signal: AbortSignal,
): Promise<IPPool | undefined> {
  const { pool } = facts;
  const kept = (status: IPPoolStatus) => ctx.schemas.kept({ ...pool, status }).status ?? status;
  const { ipv4 = plan.ipv4 } = kept({ ipv4: plan.ipv4 });
  const wanted = poolStatus(facts, { ipv4, now: toTimestamp(ctx.clock.now()) });
  const status = kept(wanted);
  if (wanted === pool.status || status !== wanted && sameJson(status, pool.status)) return pool;
  try {
    const write = (signal: AbortSignal) => ctx.pools.updateStatus({ ...pool, status }, signal);
    return await withLastAnswer(write, ctx, signal);
  } catch (error) {
    if (!signal.aborted) notCommitted(ctx, { pool, plan, error });
    throw error;
  }
}

/**
 * How long (ms) a pool rests for each entry of its record, some 40 octets: so at most a mebibyte a second is written of one record, which etcd keeps
 * for minutes, and a part of the time goes into its plans, whoever changes what.
 */
const REST_MS = 0.04;

function restMs({ ipv4: { allocated = {}, released = {}, conflicts = {} } }: Plan): number {
  const holds = Object.keys(released).length + Object.keys(conflicts).length;
  return (Object.keys(allocated).length + holds * HOLD_ENTRIES) * REST_MS;
}

/** What is not committed is not shown; who waits for it is told why. */
function notCommitted(
  ctx: Context,
  { pool, plan, error }: {
    readonly pool: IPPool;
    readonly plan: Plan;
    readonly error: unknown;
  },
): void {
  const problem = { text: errorText(error), permanent: isPermanent(error) };
  ctx.memory.outcomes.fail(keyOf(pool), problem);
  for (const { claim } of plan.outcomes.values()) {
    ctx.queues.configs.add(`${claim.owner.namespace}/${claim.owner.name}`);
  }
  if (!problem.permanent) return;
  const message = `The IPPool cannot be written: ${problem.text}`;
  ctx.memory.notes.recordNew(pool, [{ type: "Warning", reason: "WriteRefused", message }]);
}

function forget({ memory }: Context, key: string): void {
  memory.gathering.forget(key);
  memory.pools.forget(key);
  memory.outcomes.forget(key);
  memory.histories.forget(key);
  memory.ntp?.forget(key);
}

/** Milliseconds until a plan of an unchanged cluster would differ. */
function nextLook(ctx: Context, { ntpAgainMs, silenceInMs }: Gathered, plan: Plan): number {
  const wakeMs = plan.wakeAt === undefined ? Infinity : plan.wakeAt - ctx.clock.now();
  return Math.max(1, Math.min(wakeMs, ntpAgainMs, silenceInMs, ctx.resyncMs));
}
