/**
 * The objects that vm-dhcp reads and writes: their types and schemas, checks that name every bad field, conditions,
 * the two spellings of VirtualMachineNetworkConfig, and the CRDs, which are generated from the schemas.
 *
 * Pure: no clock, no I/O.
 *
 * @example
 * ```ts
 * import { fieldErrorText, parseIPPool } from "@vm-dhcp/vm-dhcp/api";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * const checked = parseIPPool({
 *   apiVersion: "network.harvesterhci.io/v1alpha1",
 *   kind: "IPPool",
 *   metadata: { name: "net-48", namespace: "default" },
 *   spec: { networkName: "default/net-48", ipv4Config: { cidr: "192.168.48.0/24", leaseTime: 0 } },
 * });
 * equal(
 *   checked.ok ? "" : fieldErrorText(checked.errors),
 *   "spec.ipv4Config.leaseTime: must be from 1 to 4294967295 seconds: 0",
 * );
 * ```
 *
 * @module
 */
export * from "./agent/agent_report.ts";
export * from "./client_options.ts";
export { CEL_RULES, type CelRuleCheck } from "./crd/cel_rules.ts";
export * from "./condition.ts";
export * from "./crd/crd.ts";
export * from "./fields/field_error.ts";
export * from "./foreign/foreign.ts";
export * from "./ippool.ts";
export * from "./ippool_history.ts";
export * from "./foreign/multus_config.ts";
export * from "./foreign/nad_config.ts";
export * from "./names.ts";
export { type OptionsNetwork } from "./options/check_client_options.ts";
export {
  keepClientOptions,
  readClientOptions,
  type ReadOptions,
} from "./options/read_client_options.ts";
export * from "./network_configs.ts";
export * from "./network.ts";
export type { OpenApiSchema, ValidationRule } from "./crd/open_api_schema.ts";
export * from "./agent/read_agent_report.ts";
export * from "./tenancy.ts";
export * from "./timestamp.ts";
export * from "./types.ts";
export * from "./vmnetcfg.ts";
