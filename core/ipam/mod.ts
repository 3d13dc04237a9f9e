/**
 * Who has which address: the planner of a pool, the NICs of a VM, and the rules of a pool's spec.
 *
 * Pure: no clock, no randomness, no I/O. {@linkcode planPool} is the one place where addresses are given and taken.
 *
 * @example
 * ```ts
 * import { type Claim, planPool } from "@vm-dhcp/vm-dhcp/ipam";
 * import { strictEqual } from "node:assert/strict";
 *
 * const pool = {
 *   apiVersion: "network.harvesterhci.io/v1alpha1",
 *   kind: "IPPool",
 *   metadata: { name: "lab", namespace: "default" },
 *   spec: { networkName: "default/lab", ipv4Config: { cidr: "10.0.0.0/29", router: "10.0.0.6" } },
 * };
 * const claim: Claim = {
 *   id: "a",
 *   owner: { namespace: "default", name: "a", uid: "a" },
 *   macAddress: "52:54:00:11:22:01",
 *   createdAt: 0,
 *   state: "wanted",
 * };
 * const plan = planPool({ pool, claims: [claim], now: 0 });
 * strictEqual(plan.outcomes.get("a")?.reason, "Allocated");
 *
 * // The plan is written, and planned again: nothing changes.
 * const recorded = { ...pool, status: { ipv4: plan.ipv4 } };
 * strictEqual(planPool({ pool: recorded, claims: [claim], now: 0 }).changed, false);
 * ```
 *
 * @module
 */
export * from "./pool/defaults.ts";
export * from "./pool/elect_pool.ts";
export * from "./vm/interfaces_of.ts";
export { namespaceLimit } from "./claims/namespace_quota.ts";
export * from "./plan/limits.ts";
export * from "./plan/plan_pool.ts";
export * from "./pool/pool_network.ts";
export * from "./types.ts";
export * from "./pool/validate_pool.ts";
export * from "./vm/vm_nic.ts";
