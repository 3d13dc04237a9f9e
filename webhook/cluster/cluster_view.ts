/**
 * What the webhook must know of the cluster.
 *
 * @module
 */
import type {
  IPPool,
  NetworkAttachmentDefinition,
  VirtualMachineNetworkConfig,
} from "../../core/api/types.ts";
import { networkOfPool } from "../../core/api/network.ts";
import { wantedNics } from "../../core/vmnetcfg/nics.ts";

/** A value, at once or later. */
export type Awaitable<T> = T | Promise<T>;

/**
 * What the webhook asks of a cluster. Networks are named `namespace/name`, whatever the objects that use them are
 * called. A method that throws makes the request fail with an internal error; it is never taken for "none".
 */
export interface ClusterView {
  /** The NetworkAttachmentDefinition of this name, or `undefined` where there is none. */
  network(name: string): Awaitable<NetworkAttachmentDefinition | undefined>;
  /** Every IPPool whose `spec.networkName` means this network. */
  poolsOn(network: string): Awaitable<readonly IPPool[]>;
  /** Every VirtualMachineNetworkConfig with a NIC on this network. */
  configsOn(network: string): Awaitable<readonly VirtualMachineNetworkConfig[]>;
}

/** Everything that a {@linkcode ClusterView} is made of. */
export interface ClusterObjects {
  /** All NetworkAttachmentDefinitions. */
  readonly networks: readonly NetworkAttachmentDefinition[];
  /** All IPPools. */
  readonly pools: readonly IPPool[];
  /** All VirtualMachineNetworkConfigs. */
  readonly configs: readonly VirtualMachineNetworkConfig[];
}

/**
 * A view of objects that are at hand, such as a snapshot that an edge worker was given.
 *
 * @example
 * ```ts
 * import { viewOfObjects } from "@vm-dhcp/vm-dhcp/webhook";
 * import { strictEqual } from "node:assert/strict";
 *
 * const nad = {
 *   apiVersion: "k8s.cni.cncf.io/v1",
 *   kind: "NetworkAttachmentDefinition",
 *   metadata: { name: "net-48", namespace: "default" },
 * };
 * const view = viewOfObjects({ networks: [nad], pools: [], configs: [] });
 * strictEqual(await view.network("default/net-48"), nad);
 * strictEqual(await view.network("default/net-49"), undefined);
 * ```
 */
export function viewOfObjects(objects: ClusterObjects): ClusterView {
  return {
    network: (name) =>
      objects.networks.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === name),
    poolsOn: (network) => objects.pools.filter((pool) => networkOfPool(pool) === network),
    configsOn: (network) =>
      objects.configs.filter((config) => networksOfConfig(config).includes(network)),
  };
}

/** The networks of a VirtualMachineNetworkConfig's NICs, each once. */
export function networksOfConfig(config: VirtualMachineNetworkConfig): readonly string[] {
  const networks = wantedNics(config).map(({ network }) => network);
  return [...new Set(networks.filter((network) => network !== undefined))];
}
