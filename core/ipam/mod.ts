/**
 * Who has which address: the planner of a pool, the NICs of a VM, and the rules of a pool's spec.
 *
 * Pure: no clock, no randomness, no I/O. {@linkcode planPool} is the one place where addresses are given and taken.
 *
 * @module
 */
export * from "./defaults.ts";
export * from "./elect_pool.ts";
export * from "./interfaces_of.ts";
export * from "./limits.ts";
export * from "./plan_pool.ts";
export * from "./pool_network.ts";
export * from "./types.ts";
export * from "./validate_pool.ts";
export * from "./vm_nic.ts";
