import { IPPOOL_FINALIZER } from "../../api/names.ts";
import { namespaceOfNetwork, networkOfPool } from "../../api/network.ts";
import { namespaceProblem, type NetworkAccess } from "../../api/tenancy.ts";
import { fromTimestamp } from "../../api/timestamp.ts";
import type { IPPool } from "../../api/types.ts";
import { readMac } from "../../net/mod.ts";

/**
 * Which of several pools that name the same network serves it: one of the network's own namespace, whatever the ages;
 * then the oldest one.
 *
 * A pool that is being deleted and that nothing of ours keeps does not count. A pool of a namespace that may not use the network does not count. Only where there is no other, one that has given
 * addresses before that was so goes on serving those, and gives no new ones.
 *
 * @example
 * ```ts
 * import { electPool } from "@vm-dhcp/vm-dhcp/ipam";
 * import { strictEqual } from "node:assert/strict";
 *
 * const pool = (namespace: string, name: string, creationTimestamp: string) => ({
 *   apiVersion: "network.harvesterhci.io/v1alpha1",
 *   kind: "IPPool",
 *   metadata: { name, namespace, uid: name, creationTimestamp },
 *   spec: { networkName: "default/net-48", ipv4Config: { cidr: "192.168.48.0/24" } },
 * });
 * const b = pool("default", "b", "2024-02-15T13:17:22Z");
 * const a = pool("default", "a", "2024-02-15T13:17:21Z");
 * const foreign = pool("other", "foreign", "2024-01-01T00:00:00Z");
 * strictEqual(electPool([b, foreign, a]), a);
 * ```
 *
 * @param pools Pools of one network, in any order
 * @param access Who may use the network; unset: everybody
 * @returns Of the network's own namespace before others, the one with the oldest `creationTimestamp`, then the lowest
 *   `uid`; one that is not created yet comes last. `undefined` where none counts
 */
export function electPool(pools: readonly IPPool[], access?: NetworkAccess): IPPool | undefined {
  const isAllowed = ({ metadata }: IPPool) =>
    access === undefined || namespaceProblem(access, metadata.namespace) === undefined;
  const present = pools.filter((pool) => !isGone(pool));
  const allowed = present.filter(isAllowed);
  const counting = allowed.length > 0 ? allowed : present.filter(hasAddresses);
  return [...counting].sort((a, b) =>
    Number(isAtHome(b)) - Number(isAtHome(a)) || createdAt(a) - createdAt(b) ||
    compareText(idOf(a), idOf(b))
  )[0];
}

/** Whether a pool records an address of anybody. */
export function hasAddresses(pool: IPPool): boolean {
  return Object.values(pool.status?.ipv4?.allocated ?? {}).some((text) => readMac(text) >= 0);
}

/** Whether a pool is as good as gone: it is being deleted, and nothing of ours keeps it. Nobody writes it any more. */
export function isGone({ metadata }: Pick<IPPool, "metadata">): boolean {
  return metadata.deletionTimestamp !== undefined &&
    metadata.finalizers?.includes(IPPOOL_FINALIZER) !== true;
}

/** Whether a pool is of its network's own namespace. */
export function isAtHome(pool: IPPool): boolean {
  const network = networkOfPool(pool);
  return network !== undefined &&
    namespaceOfNetwork(network) === (pool.metadata.namespace ?? "default");
}

function createdAt({ metadata }: IPPool): number {
  return fromTimestamp(metadata.creationTimestamp) ?? Number.MAX_SAFE_INTEGER;
}

function idOf({ metadata }: IPPool): string {
  return `${metadata.uid ?? ""} ${metadata.namespace ?? ""}/${metadata.name ?? ""}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
