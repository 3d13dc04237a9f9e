/**
 * The controller: VirtualMachines get VirtualMachineNetworkConfigs, and those get addresses of IPPools.
 *
 * @module
 */
export * from "./run.ts";
export * from "./types.ts";
