/**
 * IPPool: gather everything that concerns a pool, plan, one guarded write, tell.
 *
 * @module
 */
import { IPPOOL_FINALIZER } from "../core/api/names.ts";
import { toTimestamp } from "../core/api/timestamp.ts";
import type { IPPool } from "../core/api/types.ts";
import { planPool } from "../core/ipam/mod.ts";
import type { Plan } from "../core/ipam/types.ts";
import { isConflict, isNotFound } from "../kube/errors.ts";
import { keyOf, parseKey } from "../kube/resources.ts";
import type { WorkResult } from "../kube/types.ts";
import type { Context } from "./context.ts";
import { agentNotes, poolNotes } from "./decide/pool_notes.ts";
import { type PoolFacts, poolStatus } from "./decide/pool_status.ts";
import { type Gathered, gatherPool } from "./gather_pool.ts";
import { errorText, isRefused } from "./refused.ts";

/** What the pool loop remembers of a pool between two plans. */
export class PoolMemory {
  readonly #sightings = new Map<string, ReadonlyMap<string, number>>();
  readonly #written = new Map<string, string | undefined>();

  /** When recorded addresses were first seen without a claim. */
  sightings(key: string): ReadonlyMap<string, number> | undefined {
    return this.#sightings.get(key);
  }

  /** Whether this very state of a pool is what was written last, so that there is nothing to plan. */
  isOwnWrite(key: string, pool: IPPool): boolean {
    const version = this.#written.get(key);
    return version !== undefined && version === pool.metadata.resourceVersion;
  }

  wrote(key: string, pool: IPPool): void {
    this.#written.set(key, pool.metadata.resourceVersion);
  }

  planned(key: string, plan: Plan): void {
    this.#sightings.set(key, plan.sightings);
  }

  /** Forgets everything: somebody else may have written meanwhile. */
  clear(): void {
    this.#sightings.clear();
    this.#written.clear();
  }

  forget(key: string): void {
    this.#sightings.delete(key);
    this.#written.delete(key);
  }
}

/** Reconciles one IPPool. */
export async function reconcilePool(
  ctx: Context,
  { key, memory }: { readonly key: string; readonly memory: PoolMemory },
  signal: AbortSignal,
): Promise<WorkResult | void> {
  const found = ctx.world.pools.get(key);
  if (found === undefined) return forget(ctx, key, memory);
  const deleting = found.metadata.deletionTimestamp !== undefined;
  const finalized = found.metadata.finalizers?.includes(IPPOOL_FINALIZER) === true;
  if (deleting && !finalized) return;
  const pool = finalized
    ? found
    : await setFinalizer(ctx, { key, memory, pool: found, present: true }, signal);
  if (pool === undefined) return;
  const gathered = gatherPool(ctx, pool, memory.sightings(key));
  if (deleting && gathered.facts.users.length === 0) {
    await setFinalizer(ctx, { key, memory, pool, present: false }, signal);
    return;
  }
  const plan = planPool(gathered.input);
  const facts = { ...gathered.facts, notes: plan.notes };
  const written = await write(ctx, { key, memory, facts, plan }, signal);
  if (written === undefined) return;
  memory.planned(key, plan);
  for (const owner of ctx.ledger.commit(key, plan.outcomes)) ctx.queues.configs.add(owner);
  ctx.teller.standing(written, poolNotes(facts));
  for (const note of agentNotes(pool, written)) ctx.teller.tell(written, note);
  return { requeueAfterMs: nextLook(ctx, gathered, plan) };
}

interface Planned {
  readonly key: string;
  readonly memory: PoolMemory;
  readonly facts: PoolFacts;
  readonly plan: Plan;
}

/** Commits a plan. Answers the pool as it is recorded now, or nothing where the plan is void. */
async function write(
  ctx: Context,
  { key, memory, facts, plan }: Planned,
  signal: AbortSignal,
): Promise<IPPool | undefined> {
  const { pool } = facts;
  const status = poolStatus(facts, { ipv4: plan.ipv4, now: toTimestamp(ctx.clock.now()) });
  if (status === pool.status) return pool;
  try {
    const answer = await ctx.clients.pools.updateStatus({ ...pool, status }, { signal });
    memory.wrote(key, answer);
    ctx.world.pools.observe(answer);
    return answer;
  } catch (error) {
    if (isConflict(error) || isNotFound(error)) {
      await refresh(ctx, key, signal);
      return undefined;
    }
    if (!signal.aborted) notCommitted(ctx, { pool, plan, error });
    throw error;
  }
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
  const problem = { text: errorText(error), refused: isRefused(error) };
  ctx.ledger.fail(keyOf(pool), problem);
  for (const { claim } of plan.outcomes.values()) {
    ctx.queues.configs.add(`${claim.owner.namespace}/${claim.owner.name}`);
  }
  if (!problem.refused) return;
  const message = `The IPPool cannot be written: ${problem.text}`;
  ctx.teller.standing(pool, [{ type: "Warning", reason: "WriteRefused", message }]);
}

/** Somebody else wrote the pool: look at what it is now, and plan again. */
async function refresh(ctx: Context, key: string, signal: AbortSignal): Promise<void> {
  const live = await ctx.clients.pools.get(parseKey(key), { signal });
  if (live === undefined) return; // The informer brings its end.
  ctx.world.pools.observe(live);
  ctx.touchPool(key);
}

async function setFinalizer(
  ctx: Context,
  { key, memory, pool, present }: {
    readonly key: string;
    readonly memory: PoolMemory;
    readonly pool: IPPool;
    readonly present: boolean;
  },
  signal: AbortSignal,
): Promise<IPPool | undefined> {
  const others = (pool.metadata.finalizers ?? []).filter((name) => name !== IPPOOL_FINALIZER);
  const finalizers = present ? [...others, IPPOOL_FINALIZER] : others;
  const { resourceVersion = "" } = pool.metadata;
  const body = { metadata: { resourceVersion, finalizers } };
  try {
    const answer = await ctx.clients.pools.patch(parseKey(key), { type: "merge", body }, {
      signal,
    });
    memory.wrote(key, answer);
    ctx.world.pools.observe(answer);
    return answer;
  } catch (error) {
    if (!isConflict(error) && !isNotFound(error)) throw error;
    await refresh(ctx, key, signal);
    return undefined;
  }
}

function forget(ctx: Context, key: string, memory: PoolMemory): void {
  memory.forget(key);
  ctx.ledger.forget(key);
}

/** Milliseconds until a plan of an unchanged world would differ. */
function nextLook(ctx: Context, { ntpAgainMs, silenceInMs }: Gathered, plan: Plan): number {
  const wakeMs = plan.wakeAt === undefined ? Infinity : plan.wakeAt - ctx.clock.now();
  return Math.max(1, Math.min(wakeMs, ntpAgainMs, silenceInMs, ctx.resyncMs));
}
