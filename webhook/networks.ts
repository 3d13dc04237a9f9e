/**
 * Which networks objects mean. The names of the objects themselves never say it.
 *
 * @module
 */
import { networkNameProblem, networkRef } from "../core/api/network_ref.ts";
import { networkConfigsOf } from "../core/api/network_configs.ts";
import type { IPPool, KubeObject, VirtualMachineNetworkConfig } from "../core/api/types.ts";

/** `namespace/name` of a network as an object of `namespace` names it; `undefined` for what is no name. */
export function wholeNetwork(name: unknown, namespace: string | undefined): string | undefined {
  if (typeof name !== "string" || networkNameProblem(name) !== undefined) return undefined;
  return networkRef(name, namespace ?? "");
}

/** The network that a pool serves. */
export function networkOfPool(pool: IPPool): string | undefined {
  return wholeNetwork(pool.spec?.networkName, pool.metadata.namespace);
}

/** The networks of a VirtualMachineNetworkConfig's NICs, each once. */
export function networksOfConfig(config: VirtualMachineNetworkConfig): readonly string[] {
  const networks = configsIn(config).map(({ networkName }) =>
    wholeNetwork(networkName, config.metadata.namespace)
  );
  return [...new Set(networks.filter((network) => network !== undefined))];
}

/** The NICs of an object whose structure nobody has checked yet. */
function configsIn(config: VirtualMachineNetworkConfig): readonly { networkName?: unknown }[] {
  const configs: unknown = config.spec === undefined ? [] : networkConfigsOf(config);
  return Array.isArray(configs) ? configs.filter((nic) => nic !== null) : [];
}

/** `namespace/name` of an object. */
export function nameOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name ?? ""}`;
}

/** The first few names of a list, and how many more there are. */
export function listNames(names: readonly string[], most = 5): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(", ")} and ${more} more` : names.join(", ");
}
