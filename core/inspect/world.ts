/**
 * What is known of a cluster when somebody asks about it.
 *
 * @module
 */
import { networkOfPool } from "../api/network.ts";
import { networkAccess, type Tenancy } from "../api/tenancy.ts";
import type {
  IPPool,
  KubeObject,
  NetworkAttachmentDefinition,
  VirtualMachine,
  VirtualMachineInstance,
  VirtualMachineNetworkConfig,
} from "../api/types.ts";
import { electPool } from "../ipam/pool/elect_pool.ts";

/** A network, and why no pod can be attached to it by its text, where that is so. */
export type InspectedNetwork = NetworkAttachmentDefinition & { readonly problem?: string };

/** The objects of a cluster at one moment. */
export interface World {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How tenants stand to each other. */
  readonly tenancy: Tenancy;
  readonly pools: readonly IPPool[];
  readonly configs: readonly VirtualMachineNetworkConfig[];
  readonly vms: readonly VirtualMachine[];
  readonly vmis: readonly VirtualMachineInstance[];
  readonly networks: readonly InspectedNetwork[];
  readonly namespaces: readonly KubeObject[];
}

/** `namespace/name` of an object. */
export function nameOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name ?? ""}`;
}

/** The object of a kind that is called so. */
export function named<T extends KubeObject>(objects: readonly T[], key: string): T | undefined {
  return objects.find((object) => nameOf(object) === key);
}

/** The pools that are for one network, and the one of them that serves it. */
export function poolsOfNetwork(
  world: World,
  network: string,
): { readonly all: readonly IPPool[]; readonly serving?: IPPool } {
  const all = world.pools.filter((pool) => networkOfPool(pool) === network);
  const { tenancy } = world;
  const serving = electPool(
    all,
    networkAccess(network, { tenancy, nad: named(world.networks, network) }),
  );
  return { all, ...(serving && { serving }) };
}
