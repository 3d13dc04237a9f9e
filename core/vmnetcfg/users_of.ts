/**
 * Who uses a network.
 *
 * @module
 */
import { namespaceProblem, type NetworkAccess } from "../api/tenancy.ts";
import type { VirtualMachineNetworkConfig } from "../api/types.ts";
import { shownAddresses } from "./nics.ts";

/** Those whose namespace may use a network, and those that have an address there since it might. Nobody else counts. */
export function usersOf(
  configs: readonly VirtualMachineNetworkConfig[],
  access: NetworkAccess,
): readonly VirtualMachineNetworkConfig[] {
  return configs.filter((config) =>
    namespaceProblem(access, config.metadata.namespace) === undefined ||
    shownAddresses(config, access.network).length > 0
  );
}
