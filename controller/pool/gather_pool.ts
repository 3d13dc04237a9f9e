/**
 * Everything that concerns one pool, as the planner wants it.
 *
 * @module
 */
import { fieldErrorText } from "../../core/api/fields/field_error.ts";
import { networkOfPool } from "../../core/api/network.ts";
import { namespaceProblem, type NetworkAccess } from "../../core/api/tenancy.ts";
import type { IPPool } from "../../core/api/types.ts";
import { ntpNames } from "../../core/ipam/claims/ntp_names.ts";
import type { Claim, PlanInput } from "../../core/ipam/types.ts";
import { isRunning } from "../../core/ipam/vm/vm_state.ts";
import type { PoolFacts } from "../../core/pool/pool_status.ts";
import { readEntries } from "../../core/record/entries.ts";
import { recordedClaims } from "../../core/vmnetcfg/claims.ts";
import { usersOf } from "../../core/vmnetcfg/users_of.ts";
import { keyOf } from "../../kube/objects/resources.ts";
import { attachmentOf } from "../cluster/attachment.ts";
import { poolsOf } from "../cluster/cluster_cache.ts";
import { accessTo, servingPool } from "../cluster/serving_pool.ts";
import type { Context } from "../context.ts";
import type { NtpAnswer } from "../memory/ntp_names.ts";
import { nicsOfVm } from "../vm/nics_of_vm.ts";
import { claimsOn } from "../vmnetcfg/claims_on.ts";

/** What was gathered. */
export interface Gathered {
  readonly input: PlanInput;
  readonly facts: PoolFacts;
  /** Milliseconds until an NTP server's name is to be looked up again, or Infinity. */
  readonly ntpAgainMs: number;
  /** Milliseconds until an agent would count as silent, or Infinity. */
  readonly silenceInMs: number;
}

/** Gathers; nothing is waited for. */
export function gatherPool(ctx: Context, pool: IPPool): Gathered {
  const key = keyOf(pool);
  const { sightings, holders } = ctx.memory.pools.lastPlan(key) ?? {};
  const network = networkOfPool(pool);
  const nad = network === undefined ? undefined : ctx.cluster.nads.get(network);
  const access = network === undefined ? undefined : accessTo(ctx, network);
  const elected = network === undefined ? undefined : servingPool(ctx, network);
  const isServing = elected !== undefined && keyOf(elected) === key;
  const servedBy = elected === undefined || isServing ? undefined : keyOf(elected);
  const agents = ctx.memory.agents.about(key, ctx.agentTrouble?.(key));
  const awaitingUntil = ctx.memory.histories.awaitingUntil(pool, agents);
  const claims = network === undefined ? [] : claimsFor(ctx, network, pool);
  // What others say of their NICs is told to the pool that serves them alone.
  const served = isServing ? claims.filter((claim) => isServed(claim, access)) : [];
  const ntp = ntpOf(ctx, pool, served);
  const spec = ctx.memory.pools.specOf(key, pool);
  const input: PlanInput = {
    pool,
    spec,
    claims,
    declined: agents.declined,
    inUse: agents.inUse,
    lost: agents.lost,
    ...(awaitingUntil === undefined ? {} : { awaitingUntil }),
    ...(sightings === undefined ? {} : { sightings }),
    ...(holders === undefined ? {} : { holders }),
    ...(access === undefined ? {} : { access }),
    formerPools: formerPools(ctx, network, pool),
    ...(ntp === undefined ? {} : { ntpServers: ntp.servers }),
    ...(servedBy === undefined ? {} : { servedBy }),
    now: ctx.clock.now(),
  };
  const facts: PoolFacts = {
    pool,
    network,
    networkFound: nad !== undefined,
    networkProblem: ctx.agentTrouble && nad && attachmentOf(nad).problem,
    servedBy,
    notAllowed: access && namespaceProblem(access, pool.metadata.namespace),
    problems: spec.network.ok ? "" : fieldErrorText(spec.network.errors),
    warnings: spec.network.ok ? fieldErrorText(spec.errors) : "",
    schemaProblem: ctx.schemas.problem,
    notes: [],
    agents,
    forbidden: ctx.memory.writes.forbidden,
    users: pool.metadata.deletionTimestamp === undefined || access === undefined || !isServing
      ? []
      : usersOf(ctx.cluster.configs.byIndex("network", access.network), access).map(keyOf),
  };
  return {
    input,
    facts,
    ntpAgainMs: ntp?.againMs ?? Infinity,
    silenceInMs: ctx.memory.agents.silenceIn(key) ?? Infinity,
  };
}

/** Whether a claim counts: of who may not use the network only for what it has already. */
function isServed({ owner, holds }: Claim, access: NetworkAccess | undefined): boolean {
  return access === undefined || holds === true ||
    namespaceProblem(access, owner.namespace) === undefined;
}

/** The other pools of the network, the oldest first: what they record is taken over by the one that serves it. */
function formerPools(
  { cluster }: Context,
  network: string | undefined,
  pool: IPPool,
): readonly IPPool[] {
  if (network === undefined) return [];
  const age = (other: IPPool) => `${other.metadata.creationTimestamp ?? ""} ${keyOf(other)}`;
  return poolsOf(cluster, network).filter((other) => keyOf(other) !== keyOf(pool))
    .toSorted((a, b) => age(a) < age(b) ? -1 : 1);
}

/** The claims on the pool of one network. */
function claimsFor(ctx: Context, network: string, pool: IPPool): readonly Claim[] {
  const claims = ctx.cluster.configs.byIndex("network", network)
    .flatMap((config) => claimsOn(ctx.cluster, config, network));
  return [...claims, ...claimsWithoutConfig(ctx, network, pool)];
}

/**
 * A VM whose VirtualMachineNetworkConfig is not there (removed by force, or not yet made again) keeps the address that
 * is recorded for it; it gets no new one.
 */
function claimsWithoutConfig(
  { cluster }: Context,
  network: string,
  pool: IPPool,
): readonly Claim[] {
  const recorded = new Set(readEntries(pool.status?.ipv4?.allocated).map(({ mac }) => mac));
  if (recorded.size === 0) return [];
  return cluster.vms.byIndex("network", network).flatMap((vm) => {
    const key = keyOf(vm);
    if (cluster.configs.byIndex("vm", key).length > 0) return [];
    const { nics } = nicsOfVm(cluster, vm);
    const running = isRunning(vm, cluster.vmis.get(key));
    return recordedClaims(vm, { nics, running, network, recorded });
  });
}

function ntpOf(ctx: Context, pool: IPPool, claims: readonly Claim[]): NtpAnswer | undefined {
  return ctx.memory.ntp?.serversOf(keyOf(pool), {
    ntp: ntpNames(pool, claims),
    recorded: pool.status?.ipv4?.ntpServers ?? {},
  });
}
