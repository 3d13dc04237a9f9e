import { fromTimestamp } from "../api/timestamp.ts";
import type { IPPool } from "../api/types.ts";

/**
 * Which of several pools that name the same network serves it: the oldest one.
 *
 * @example
 * ```ts
 * import { electPool } from "@vm-dhcp/vm-dhcp/ipam";
 * import { strictEqual } from "node:assert/strict";
 *
 * const pool = (name: string, creationTimestamp: string) => ({
 *   apiVersion: "network.harvesterhci.io/v1alpha1",
 *   kind: "IPPool",
 *   metadata: { name, namespace: "default", uid: name, creationTimestamp },
 *   spec: { networkName: "default/net-48", ipv4Config: { cidr: "192.168.48.0/24" } },
 * });
 * const pools = [pool("b", "2024-02-15T13:17:22Z"), pool("a", "2024-02-15T13:17:21Z")];
 * strictEqual(electPool(pools)?.metadata.name, "a");
 * ```
 *
 * @param pools Pools of one network, in any order
 * @returns The one with the oldest `creationTimestamp`, then the lowest `uid`; one that is not created yet comes last.
 *   `undefined` where there are no pools
 */
export function electPool(pools: readonly IPPool[]): IPPool | undefined {
  return [...pools].sort((a, b) => createdAt(a) - createdAt(b) || compareText(idOf(a), idOf(b)))[0];
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
