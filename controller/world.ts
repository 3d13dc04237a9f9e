/**
 * Everything the controller sees of the cluster: one informer per resource, indexed by what it asks.
 *
 * @module
 */
import { AGENT_LEASE_LABEL } from "../core/api/names.ts";
import type {
  IPPool,
  NetworkAttachmentDefinition,
  VirtualMachine,
  VirtualMachineInstance,
  VirtualMachineNetworkConfig,
} from "../core/api/types.ts";
import type { ClaimVm } from "../core/ipam/types.ts";
import type { Lease, Namespace } from "../kube/builtin_types.ts";
import { createInformer } from "../kube/informer.ts";
import {
  IPPOOLS,
  LEASES,
  NAMESPACES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINE_INSTANCES,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../kube/resources.ts";
import type { Informer, KubeClient } from "../kube/types.ts";
import type { Clock, Random } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import { networksOf, vmKeyOf, wholeNetworkName } from "./decide/nics.ts";
import { isRunning } from "./decide/vm_state.ts";
import { leanNad, leanNamespace, leanVm, leanVmi } from "./lean.ts";

/** What the informers are made with. */
export interface WorldOptions {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Namespace of the agents' Leases; unset: all. */
  readonly agentNamespace?: string;
}

/** The informers. */
export interface World {
  readonly vms: Informer<VirtualMachine>;
  readonly vmis: Informer<VirtualMachineInstance>;
  readonly configs: Informer<VirtualMachineNetworkConfig>;
  readonly pools: Informer<IPPool>;
  readonly nads: Informer<NetworkAttachmentDefinition>;
  readonly namespaces: Informer<Namespace>;
  readonly leases: Informer<Lease>;
}

/** Makes the informers; none runs yet. */
export function createWorld({ kube, clock, random, log, agentNamespace }: WorldOptions): World {
  const common = { clock, random, logger: log };
  return {
    vms: createInformer({
      ...common,
      client: kube.of(VIRTUAL_MACHINES),
      transform: leanVm,
      indexes: { network: networksOfVm, namespace: (vm) => [vm.metadata.namespace ?? ""] },
    }),
    vmis: createInformer({
      ...common,
      client: kube.of(VIRTUAL_MACHINE_INSTANCES),
      transform: leanVmi,
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
    nads: createInformer({
      ...common,
      client: kube.of(NETWORK_ATTACHMENT_DEFINITIONS),
      transform: leanNad,
    }),
    namespaces: createInformer({
      ...common,
      client: kube.of(NAMESPACES),
      transform: leanNamespace,
    }),
    leases: createInformer({
      ...common,
      client: kube.of(LEASES),
      labelSelector: `${AGENT_LEASE_LABEL}=true`,
      ...(agentNamespace === undefined ? {} : { namespace: agentNamespace }),
    }),
  };
}

/** All informers of a world. */
export function informersOf(world: World): readonly Informer<never>[] {
  return Object.values(world) as unknown as readonly Informer<never>[];
}

/** `namespace/name` of the network a pool is for; `undefined` where its spec names none. */
export function networkOfPool(pool: IPPool): string | undefined {
  const name: unknown = pool.spec?.networkName;
  return typeof name === "string"
    ? wholeNetworkName(name, pool.metadata.namespace ?? "")
    : undefined;
}

/** The pools that are for one network. */
export function poolsOf(world: World, network: string): readonly IPPool[] {
  return world.pools.byIndex("network", network);
}

/** The VM behind a VirtualMachineNetworkConfig, as its claims name it; `undefined` for a reservation. */
export function claimVmOf(world: World, config: VirtualMachineNetworkConfig): ClaimVm | undefined {
  const key = vmKeyOf(config);
  if (key === undefined) return undefined;
  const vm = world.vms.get(key);
  const owner = vmOwnerOf(config);
  const namespace = config.metadata.namespace ?? "";
  if (vm === undefined) {
    return owner && { namespace, name: owner.name, uid: owner.uid, running: false };
  }
  const { name = "", uid } = vm.metadata;
  const running = isRunning(vm, world.vmis.get(key));
  return { namespace, name, ...(uid === undefined ? {} : { uid }), running };
}

/** The VirtualMachine that owns a VirtualMachineNetworkConfig. */
export function vmOwnerOf(
  config: VirtualMachineNetworkConfig,
): { readonly name: string; readonly uid: string } | undefined {
  return config.metadata.ownerReferences?.find(({ kind, apiVersion }) =>
    kind === "VirtualMachine" && apiVersion.startsWith("kubevirt.io/")
  );
}

/** The networks of a VM's NICs, in whatever shape the VM is. */
function networksOfVm(vm: VirtualMachine): readonly string[] {
  const networks: unknown = vm.spec?.template?.spec?.networks;
  if (!Array.isArray(networks)) return [];
  const found = new Set<string>();
  for (const network of networks) {
    const name: unknown = network?.multus?.networkName;
    const whole = typeof name === "string"
      ? wholeNetworkName(name, vm.metadata.namespace ?? "")
      : undefined;
    if (whole !== undefined) found.add(whole);
  }
  return [...found];
}

function some(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}
