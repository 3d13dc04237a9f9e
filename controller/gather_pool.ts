/**
 * Everything that concerns one pool, as the planner wants it.
 *
 * @module
 */
import { fieldErrorText } from "../core/api/field_error.ts";
import { parseIPPool } from "../core/api/ippool.ts";
import { fromTimestamp } from "../core/api/timestamp.ts";
import type { IPPool } from "../core/api/types.ts";
import { electPool, poolNetwork } from "../core/ipam/mod.ts";
import type { Claim, PlanInput } from "../core/ipam/types.ts";
import { formatMac, readMac } from "../core/net/mac.ts";
import { keyOf } from "../kube/resources.ts";
import type { Context } from "./context.ts";
import { sameClaimsOf } from "./decide/claims_memo.ts";
import type { PoolFacts } from "./decide/pool_status.ts";
import { isRunning } from "./decide/vm_state.ts";
import { nicsOfVm } from "./vm_nics.ts";
import { claimVmOf, networkOfPool, poolsOf } from "./world.ts";

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
export function gatherPool(
  ctx: Context,
  pool: IPPool,
  sightings: ReadonlyMap<string, number> | undefined,
): Gathered {
  const key = keyOf(pool);
  const network = networkOfPool(pool);
  const elected = network === undefined ? undefined : electPool(poolsOf(ctx.world, network));
  const servedBy = elected === undefined || keyOf(elected) === key ? undefined : keyOf(elected);
  const agents = ctx.reports.about(key, ctx.agentTrouble?.(key));
  const ntp = ntpOf(ctx, pool);
  const input: PlanInput = {
    pool,
    claims: network === undefined ? [] : claimsOn(ctx, network, pool),
    declined: agents.declined,
    ...(sightings === undefined ? {} : { sightings }),
    ...(ntp === undefined ? {} : { ntpServers: ntp.servers }),
    ...(servedBy === undefined ? {} : { servedBy }),
    now: ctx.clock.now(),
  };
  const facts: PoolFacts = {
    pool,
    ...(network === undefined ? {} : { network }),
    networkFound: network !== undefined && ctx.world.nads.get(network) !== undefined,
    ...(servedBy === undefined ? {} : { servedBy }),
    ...problemsOf(pool),
    notes: [],
    agents,
    users: pool.metadata.deletionTimestamp === undefined || network === undefined ||
        servedBy !== undefined
      ? []
      : ctx.world.configs.byIndex("network", network).map(keyOf),
  };
  return {
    input,
    facts,
    ntpAgainMs: ntp?.againMs ?? Infinity,
    silenceInMs: ctx.reports.silenceIn(key) ?? Infinity,
  };
}

/** The claims on the pool of one network. */
function claimsOn(ctx: Context, network: string, pool: IPPool): readonly Claim[] {
  const claims: Claim[] = [];
  for (const config of ctx.world.configs.byIndex("network", network)) {
    const vm = claimVmOf(ctx.world, config);
    claims.push(...sameClaimsOf({ config, ...(vm === undefined ? {} : { vm }) }, network));
  }
  return [...claims, ...claimsWithoutConfig(ctx, network, pool)];
}

/**
 * A VM whose VirtualMachineNetworkConfig is not there (removed by force, or not yet made again) keeps the address that
 * is recorded for it; it gets no new one.
 */
function claimsWithoutConfig(ctx: Context, network: string, pool: IPPool): readonly Claim[] {
  const recorded = new Set(Object.values(pool.status?.ipv4?.allocated ?? {}));
  if (recorded.size === 0) return [];
  const claims: Claim[] = [];
  for (const vm of ctx.world.vms.byIndex("network", network)) {
    const vmKey = keyOf(vm);
    if (ctx.world.configs.byIndex("vm", vmKey).length > 0) continue;
    for (const nic of nicsOfVm(ctx.world, vm).nics ?? []) {
      const mac = nic.macAddress === undefined ? -1 : readMac(nic.macAddress);
      if (nic.network !== network || mac < 0 || !recorded.has(formatMac(mac))) continue;
      const { namespace = "", name = "", uid = "" } = vm.metadata;
      const macAddress = formatMac(mac);
      claims.push({
        id: `${uid}/${macAddress}`,
        owner: { namespace, name, uid },
        vm: { namespace, name, uid, running: isRunning(vm, ctx.world.vmis.get(vmKey)) },
        macAddress,
        createdAt: fromTimestamp(vm.metadata.creationTimestamp) ?? 0,
        state: "wanted",
      });
    }
  }
  return claims;
}

function problemsOf(pool: IPPool): Pick<PoolFacts, "problems" | "warnings"> {
  const network = poolNetwork(pool);
  if (!network.ok) return { problems: fieldErrorText(network.errors), warnings: "" };
  const { status: _, ...specOnly } = pool;
  const all = parseIPPool(specOnly);
  return { problems: "", warnings: all.ok ? "" : fieldErrorText(all.errors) };
}

function ntpOf(
  ctx: Context,
  pool: IPPool,
): ReturnType<NonNullable<Context["ntp"]>["serversOf"]> | undefined {
  const ntp: unknown = pool.spec?.ipv4Config?.ntp ?? [];
  const names = Array.isArray(ntp) ? ntp.filter((name) => typeof name === "string") : [];
  if (names.length === 0 && pool.status?.ipv4?.ntpServers === undefined) return undefined;
  return ctx.ntp?.serversOf(keyOf(pool), {
    ntp: names,
    recorded: pool.status?.ipv4?.ntpServers ?? {},
  });
}
