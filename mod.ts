/**
 * vm-dhcp as a library: the pure core of the DHCP service for virtual machines on Kubernetes. Importing it does no work.
 *
 * - {@linkcode planPool} says who has which address of an IPPool, {@linkcode interfacesOf} which NICs of a VM want one.
 * - {@linkcode decode} and {@linkcode encode} read and write DHCPv4 messages (RFC 2131, 2132); {@linkcode Responder} answers them.
 * - {@linkcode parseIPPool} checks an object and names every wrong field; {@linkcode customResourceDefinitions} makes the CRDs.
 *
 * The parts are also importable alone: `/net`, `/ipam`, `/dhcp`, `/api`, `/kube`.
 *
 * @example Which address does a VM get?
 * ```ts
 * import { planPool } from "@vm-dhcp/vm-dhcp";
 * import { strictEqual } from "node:assert/strict";
 *
 * const plan = planPool({
 *   pool: {
 *     apiVersion: "network.harvesterhci.io/v1alpha1",
 *     kind: "IPPool",
 *     metadata: { namespace: "default", name: "net-48" },
 *     spec: {
 *       networkName: "default/net-48",
 *       ipv4Config: { cidr: "192.168.48.0/24", pool: { start: "192.168.48.81", end: "192.168.48.81" } },
 *     },
 *   },
 *   claims: [{
 *     id: "1",
 *     owner: { namespace: "default", name: "test-vm", uid: "1" },
 *     macAddress: "22:37:37:82:93:7d",
 *     createdAt: 0,
 *     state: "wanted",
 *   }],
 *   now: 0,
 * });
 * strictEqual(plan.outcomes.get("1")?.address, "192.168.48.81");
 * ```
 *
 * @module
 */
export * from "./core/api/mod.ts";
export * from "./core/dhcp/mod.ts";
export * from "./core/ipam/mod.ts";
export * from "./core/net/mod.ts";
export type { HttpMethod, JsonValue, RequestOptions, RestClient } from "./kube/rest_client.ts";
