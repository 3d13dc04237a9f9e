/**
 * Who may use a network, and which pool serves it.
 *
 * @module
 */
import { type NetworkAccess, networkAccess, type Tenancy } from "../../core/api/tenancy.ts";
import type { IPPool } from "../../core/api/types.ts";
import { electPool } from "../../core/ipam/pool/elect_pool.ts";
import { type ClusterCache, poolsOf } from "./cluster_cache.ts";

/** Where it is looked. */
interface NetworkSource {
  readonly cluster: Pick<ClusterCache, "pools" | "nads">;
  readonly tenancy: Tenancy;
}

/** Who may use a network. */
export function accessTo({ cluster, tenancy }: NetworkSource, network: string): NetworkAccess {
  return networkAccess(network, { tenancy, nad: cluster.nads.get(network) });
}

/** The pool that serves a network, or will when it is repaired. */
export function servingPool(source: NetworkSource, network: string): IPPool | undefined {
  const pools = poolsOf(source.cluster, network);
  return electPool(pools, accessTo(source, network));
}

/** Whether a pool serves a network, or will when it is repaired; one that is being deleted takes nobody new. */
export function hasPool(source: NetworkSource, network: string): boolean {
  const pool = servingPool(source, network);
  return pool !== undefined && pool.metadata.deletionTimestamp === undefined;
}
