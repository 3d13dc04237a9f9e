/**
 * What is committed about the NICs of a VirtualMachineNetworkConfig.
 *
 * @module
 */
import type { IPPool, VirtualMachineNetworkConfig } from "../../core/api/types.ts";
import { isGone } from "../../core/ipam/pool/elect_pool.ts";
import type { Claim } from "../../core/ipam/types.ts";
import { readMac } from "../../core/net/mod.ts";
import { networksOf, type Nic, nicKey, wantedNics } from "../../core/vmnetcfg/nics.ts";
import type { KnownNic, NicResult } from "../../core/vmnetcfg/vmnetcfg_status.ts";
import { keyOf } from "../../kube/objects/resources.ts";
import { poolsOf } from "../cluster/cluster_cache.ts";
import { servingPool } from "../cluster/serving_pool.ts";
import type { Context } from "../context.ts";
import { claimsOn, leftOutOf } from "./claims_on.ts";

/**
 * What is known of every NIC of the spec, or `undefined` while a plan is still to be committed: of a NIC that wants an
 * address, or of one that was taken out of the spec and gives its address back, or has to be written into it again.
 */
export function knownNics(
  ctx: Context,
  config: VirtualMachineNetworkConfig,
): readonly KnownNic[] | undefined {
  if (leftOutOf(ctx.cluster, config).length > 0) return undefined;
  const byNic = new Map<string, NicResult>();
  for (const network of networksOf(config)) {
    const results = resultsOn(ctx, config, network);
    if (results === undefined) return undefined;
    for (const [nic, result] of results) byNic.set(nic, result);
  }
  return wantedNics(config).map((nic) => ({ nic, result: byNic.get(nic.key) ?? unnamed(nic) }));
}

/**
 * Whether everything that an object had is given back. A pool that is gone holds nothing, nor does one that neither serves
 * the network nor records the NIC, whoever made it and whatever becomes of it; one whose writes the API
 * server refuses keeps nobody waiting: what it still records is freed later, as nobody claims it.
 */
export function isReleased(ctx: Context, config: VirtualMachineNetworkConfig): boolean {
  return networksOf(config).every((network) => {
    const claims = claimsOn(ctx.cluster, config, network);
    const macs = new Set(claims.map(({ macAddress }) => readMac(macAddress)));
    const serving = servingPool(ctx, network);
    return poolsOf(ctx.cluster, network).filter((pool) =>
      pool === serving || !isGone(pool) && records(pool, macs)
    ).map(keyOf).every((pool) =>
      ctx.memory.outcomes.problemOf(pool)?.permanent === true || claims.every((claim) => {
        const outcome = ctx.memory.outcomes.outcomeOf(pool, claim);
        return outcome !== undefined && outcome.address === undefined;
      })
    );
  });
}

/** Whether a pool records an address for one of these MAC addresses. */
function records(pool: IPPool, macs: ReadonlySet<number>): boolean {
  return Object.values(pool.status?.ipv4?.allocated ?? {}).some((text) => macs.has(readMac(text)));
}

function resultsOn(
  ctx: Context,
  config: VirtualMachineNetworkConfig,
  network: string,
): ReadonlyMap<string, NicResult> | undefined {
  const results = new Map<string, NicResult>();
  const pool = servingPool(ctx, network);
  for (const claim of claimsOn(ctx.cluster, config, network)) {
    const result = pool === undefined ? noPool(network) : resultOf(ctx, keyOf(pool), claim);
    if (result === undefined) return undefined;
    results.set(nicKey(network, claim.macAddress), paused(config, result));
  }
  return results;
}

function resultOf(ctx: Context, pool: string, claim: Claim): NicResult | undefined {
  const outcome = ctx.memory.outcomes.outcomeOf(pool, claim);
  if (outcome !== undefined) {
    const { reason, message, address, instead, options, optionsProblem } = outcome;
    return {
      reason,
      message,
      ...(address === undefined ? {} : { address }),
      ...(instead === undefined ? {} : { instead }),
      ...(options === undefined ? {} : { options }),
      ...(optionsProblem === undefined ? {} : { optionsProblem }),
    };
  }
  const problem = ctx.memory.outcomes.problemOf(pool);
  if (problem === undefined) return undefined;
  const message = `IPPool ${pool} could not be written: ${problem.text}`;
  return { reason: "PoolNotWritten", message };
}

/** A paused object says so, whatever its pools say. */
function paused(config: VirtualMachineNetworkConfig, result: NicResult): NicResult {
  if (config.spec?.paused !== true || result.address !== undefined) return result;
  return { reason: "Paused", message: "The VirtualMachineNetworkConfig is paused" };
}

function noPool(network: string): NicResult {
  return { reason: "NoPool", message: `No IPPool serves network ${network}` };
}

function unnamed(nic: Nic): NicResult {
  const message = `networkName is no network's name: ${JSON.stringify(nic.networkName)}`;
  return { reason: "InvalidNetworkName", message };
}
