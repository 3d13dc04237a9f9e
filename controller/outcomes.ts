/**
 * What is committed about the NICs of a VirtualMachineNetworkConfig.
 *
 * @module
 */
import type { VirtualMachineNetworkConfig } from "../core/api/types.ts";
import { electPool } from "../core/ipam/mod.ts";
import type { Claim } from "../core/ipam/types.ts";
import { keyOf } from "../kube/resources.ts";
import type { Context } from "./context.ts";
import { sameClaimsOf } from "./decide/claims_memo.ts";
import { networksOf, type Nic, nicKey, wantedNics } from "./decide/nics.ts";
import type { KnownNic, NicResult } from "./decide/vmnetcfg_status.ts";
import { claimVmOf, poolsOf } from "./world.ts";

/**
 * What is known of every NIC of the spec, or `undefined` while a plan is still to be committed: of a NIC that wants an
 * address, or of one that was taken out of the spec and gives its address back.
 */
export function knownNics(
  ctx: Context,
  config: VirtualMachineNetworkConfig,
): readonly KnownNic[] | undefined {
  const byNic = new Map<string, NicResult>();
  for (const network of networksOf(config)) {
    const results = resultsOn(ctx, config, network);
    if (results === undefined) return undefined;
    for (const [nic, result] of results) byNic.set(nic, result);
  }
  return wantedNics(config).map((nic) => ({ nic, result: byNic.get(nic.key) ?? unnamed(nic) }));
}

/**
 * Whether everything that an object had is given back. A pool that is gone holds nothing; one whose writes the API
 * server refuses keeps nobody waiting: what it still records is freed later, as nobody claims it.
 */
export function isReleased(ctx: Context, config: VirtualMachineNetworkConfig): boolean {
  return networksOf(config).every((network) => {
    const claims = claimsOn(ctx, config, network);
    return poolsOf(ctx.world, network).map(keyOf).every((pool) =>
      ctx.ledger.problemOf(pool)?.refused === true || claims.every((claim) => {
        const outcome = ctx.ledger.outcomeOf(pool, claim);
        return outcome !== undefined && outcome.address === undefined;
      })
    );
  });
}

function resultsOn(
  ctx: Context,
  config: VirtualMachineNetworkConfig,
  network: string,
): ReadonlyMap<string, NicResult> | undefined {
  const results = new Map<string, NicResult>();
  const pool = electPool(poolsOf(ctx.world, network));
  for (const claim of claimsOn(ctx, config, network)) {
    const result = pool === undefined ? noPool(network) : resultOf(ctx, keyOf(pool), claim);
    if (result === undefined) return undefined;
    results.set(nicKey(network, claim.macAddress), paused(config, result));
  }
  return results;
}

function claimsOn(
  ctx: Context,
  config: VirtualMachineNetworkConfig,
  network: string,
): readonly Claim[] {
  const vm = claimVmOf(ctx.world, config);
  return sameClaimsOf({ config, ...(vm === undefined ? {} : { vm }) }, network);
}

function resultOf(ctx: Context, pool: string, claim: Claim): NicResult | undefined {
  const outcome = ctx.ledger.outcomeOf(pool, claim);
  if (outcome !== undefined) {
    const { reason, message, address } = outcome;
    return { reason, message, ...(address === undefined ? {} : { address }) };
  }
  const problem = ctx.ledger.problemOf(pool);
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
