/**
 * Which pool serves a network where several name it: one of the network's own namespace, then the oldest.
 *
 * @module
 */
import { networkOfPool } from "../../../core/api/network.ts";
import type { IPPool } from "../../../core/api/types.ts";

/** Whether a pool serves its network; `undefined` where two have an equal right to. */
export function isServing(pool: IPPool, pools: readonly IPPool[]): boolean | undefined {
  const network = networkOfPool(pool);
  const rivals = pools.filter((other) =>
    other.metadata.uid !== pool.metadata.uid && networkOfPool(other) === network
  );
  const ranks = rivals.map((other) => rankOf(other) < rankOf(pool));
  if (ranks.some((isBefore) => isBefore)) return false;
  return rivals.some((other) => rankOf(other) === rankOf(pool)) ? undefined : true;
}

/** The lower, the sooner it serves. */
function rankOf(pool: IPPool): string {
  const { namespace, creationTimestamp = "" } = pool.metadata;
  const isHome = networkOfPool(pool)?.startsWith(`${namespace}/`) === true;
  return `${isHome ? 0 : 1} ${creationTimestamp}`;
}
