/**
 * The pools and virtual machines that deeds are about.
 *
 * @module
 */
import type { Random } from "../../../runtime/clock.ts";
import { mac, type TestNic } from "../../controller/objects.ts";
import { oneOf } from "../engine/random.ts";

/** Pools of every scenario: `namespace/name`, also of its network; the first three octets of its subnet; last octets of its range. */
export const POOLS = [
  { key: "default/net-48", prefix: "192.168.48", start: 81, end: 100, clusterNetwork: "mgmt" },
  { key: "tenant-a/net-50", prefix: "10.50.0", start: 10, end: 40, clusterNetwork: "mgmt" },
  { key: "tenant-b/net-60", prefix: "192.168.48", start: 20, end: 50, clusterNetwork: "other" },
] as const;

/** Namespaces of VMs. */
export const TENANTS = ["default", "tenant-a", "tenant-b"] as const;

/** How many VMs there may be, copies apart. */
export const VMS = 14;

/** A pool by its number. */
export function poolOf(index: number): typeof POOLS[number] {
  return POOLS[index] ?? POOLS[0];
}

/** `namespace/name` of the n-th VM. */
export function vmName(n: number): string {
  return `${TENANTS[n % TENANTS.length]}/vm-${n}`;
}

/** NICs of the n-th VM: a MAC address is one VM's. */
export function nicsOf(n: number, random: Random): readonly TestNic[] {
  const own = poolOf(n % POOLS.length).key;
  const count = oneOf(random, [1, 1, 1, 2]);
  return Array.from({ length: count }, (_, nic) => ({
    network: nic === 0 ? own : oneOf(random, POOLS).key,
    // KubeVirt makes up what is not given.
    ...(n % 5 === 4 ? {} : { mac: mac(n * 16 + nic * 4 + (random() < 0.1 ? 1 : 0)) }),
  }));
}
