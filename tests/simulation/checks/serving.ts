/**
 * Which pool serves a network where several name it: one of the network's own namespace, then the oldest. One of a namespace that may
 * not use the network counts only where there is no other, and it has given addresses before.
 *
 * @module
 */
import { networkOfPool } from "../../../core/api/network.ts";
import { namespaceProblem } from "../../../core/api/tenancy.ts";
import type { IPPool } from "../../../core/api/types.ts";
import type { World } from "../world/world.ts";
import { entriesOf } from "./record_history.ts";

/** What says who may use a network. */
export type Tenants = Pick<World, "accessTo">;

/** Whether a pool serves its network; `undefined` where two have an equal right to. */
export function isServing(
  pool: IPPool,
  { pools, tenants }: { readonly pools: readonly IPPool[]; readonly tenants: Tenants },
): boolean | undefined {
  const network = networkOfPool(pool);
  const access = tenants.accessTo(network ?? "");
  const rivals = pools.filter((other) =>
    other.metadata.uid !== pool.metadata.uid && networkOfPool(other) === network
  );
  const all = [pool, ...rivals];
  const allowed = all.filter(({ metadata: { namespace } }) =>
    namespaceProblem(access, namespace) === undefined
  );
  const counting = allowed.length > 0 ? allowed : all.filter((one) => entriesOf(one).size > 0);
  if (!counting.includes(pool)) return false;
  const ranks = counting.filter((one) => one !== pool).map(rankOf);
  if (ranks.some((rank) => rank < rankOf(pool))) return false;
  return ranks.includes(rankOf(pool)) ? undefined : true;
}

/** The lower, the sooner it serves. */
function rankOf(pool: IPPool): string {
  const { namespace, creationTimestamp = "" } = pool.metadata;
  const isHome = networkOfPool(pool)?.startsWith(`${namespace}/`) === true;
  return `${isHome ? 0 : 1} ${creationTimestamp}`;
}
