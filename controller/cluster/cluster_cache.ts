/**
 * Everything the controller sees of the cluster: one informer per resource, indexed by what it asks.
 *
 * @module
 */
import { AGENT_LEASE_LABEL } from "../../core/api/names.ts";
import { networkOfPool, networksOfVm } from "../../core/api/network.ts";
import type {
  IPPool,
  VirtualMachine,
  VirtualMachineInstance,
  VirtualMachineNetworkConfig,
} from "../../core/api/types.ts";
import { networksOf } from "../../core/vmnetcfg/nics.ts";
import { vmKeyOf } from "../../core/vmnetcfg/vm_owner.ts";
import type { Lease, Namespace } from "../../kube/objects/builtin_types.ts";
import {
  IPPOOLS,
  LEASES,
  NAMESPACES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINE_INSTANCES,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/objects/resources.ts";
import type { Informer, KubeClient } from "../../kube/types.ts";
import { createInformer } from "../../kube/watch/informer.ts";
import type { Clock, Random } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";
import type { KnownNetwork } from "./attachment.ts";
import { trimNad, trimNamespace, trimVm, trimVmi } from "./trim.ts";

/** What the informers are made with. */
interface ClusterCacheOptions {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Namespace of the agents' Leases. */
  readonly agentNamespace: string;
}

/** The informers. */
export interface ClusterCache {
  readonly vms: Informer<VirtualMachine>;
  readonly vmis: Informer<VirtualMachineInstance>;
  readonly configs: Informer<VirtualMachineNetworkConfig>;
  readonly pools: Informer<IPPool>;
  readonly nads: Informer<KnownNetwork>;
  readonly namespaces: Informer<Namespace>;
  readonly leases: Informer<Lease>;
}

/** Makes the informers; none runs yet. */
export function createClusterCache(
  { kube, clock, random, log, agentNamespace }: ClusterCacheOptions,
): ClusterCache {
  const common = { clock, random, logger: log };
  return {
    vms: createInformer({
      ...common,
      client: kube.of(VIRTUAL_MACHINES),
      transform: trimVm,
      indexes: { network: networksOfVm, namespace: (vm) => [vm.metadata.namespace ?? ""] },
    }),
    vmis: createInformer({
      ...common,
      client: kube.of(VIRTUAL_MACHINE_INSTANCES),
      transform: trimVmi,
    }),
    configs: createInformer({
      ...common,
      client: kube.of(VMNETCFGS),
      indexes: { network: networksOf, vm: (config) => some(vmKeyOf(config)) },
    }),
    pools: createInformer({
      ...common,
      client: kube.of(IPPOOLS),
      indexes: { network: (pool) => some(networkOfPool(pool)) },
    }),
    nads: createInformer<KnownNetwork>({
      ...common,
      client: kube.of(NETWORK_ATTACHMENT_DEFINITIONS),
      transform: trimNad,
    }),
    namespaces: createInformer({
      ...common,
      client: kube.of(NAMESPACES),
      transform: trimNamespace,
    }),
    leases: createInformer({
      ...common,
      client: kube.of(LEASES),
      labelSelector: `${AGENT_LEASE_LABEL}=true`,
      namespace: agentNamespace,
    }),
  };
}

/** All informers of a cluster. */
export function informersOf(cluster: ClusterCache): readonly Informer<never>[] {
  return Object.values(cluster) as unknown as readonly Informer<never>[];
}

/** The pools that are for one network. */
export function poolsOf(cluster: Pick<ClusterCache, "pools">, network: string): readonly IPPool[] {
  return cluster.pools.byIndex("network", network);
}

/** The VM that a VirtualMachineNetworkConfig is for, where it is there. */
export function vmOf(
  { vms }: Pick<ClusterCache, "vms">,
  config: VirtualMachineNetworkConfig,
): VirtualMachine | undefined {
  const key = vmKeyOf(config);
  return key === undefined ? undefined : vms.get(key);
}

function some(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}
