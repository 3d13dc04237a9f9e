/**
 * Which change concerns which key.
 *
 * @module
 */
import {
  ADDRESSES_ANNOTATION,
  ALLOWED_NAMESPACES_ANNOTATION,
  MANAGED_DHCP,
} from "../core/api/names.ts";
import { networkOfPool } from "../core/api/network.ts";
import { sameJson } from "../core/api/same_json.ts";
import type { Tenancy } from "../core/api/tenancy.ts";
import type {
  IPPool,
  NetworkAttachmentDefinition,
  VirtualMachineNetworkConfig,
} from "../core/api/types.ts";
import { hasAddresses, isGone } from "../core/ipam/pool/elect_pool.ts";
import type { Claim } from "../core/ipam/types.ts";
import { isRunning } from "../core/ipam/vm/vm_state.ts";
import { asksSame, claimsOf } from "../core/vmnetcfg/claims.ts";
import { networksOf } from "../core/vmnetcfg/nics.ts";
import { vmKeyOf } from "../core/vmnetcfg/vm_owner.ts";
import { keyOf } from "../kube/objects/resources.ts";
import type { KnownNetwork } from "./cluster/attachment.ts";
import { poolsOf } from "./cluster/cluster_cache.ts";
import type { Context } from "./context.ts";

/** Connects the informers with the queues. */
export function wire(ctx: Context): void {
  wireVms(ctx);
  wireConfigs(ctx);
  wirePools(ctx);
  wireNetworks(ctx);
  ctx.cluster.leases.onChange((key, _, lease) => {
    for (const pool of ctx.memory.agents.observe(key, lease)) {
      ctx.touchPool(pool);
      ctx.onReport?.(pool);
    }
  });
}

/** Has everything that is known looked at again: first the VMs that have no object yet, and wait for an address. */
export function queueEverything({ cluster, queues, isWorking }: Context): void {
  if (!isWorking) return;
  // What changes goes before what is looked at anew, and so does what has nothing yet.
  const later = { later: true };
  for (const vm of cluster.vms.list()) {
    const key = keyOf(vm);
    if (cluster.configs.byIndex("vm", key).length === 0) queues.vms.add(key);
    else queues.vms.add(key, later);
  }
  for (const config of cluster.configs.list()) {
    queues.configs.add(keyOf(config), later);
    const vm = vmKeyOf(config); // It may be gone.
    if (vm !== undefined) queues.vms.add(vm, later);
  }
  for (const nad of cluster.nads.list()) queues.networks.add(keyOf(nad), later);
  for (const pool of cluster.pools.list()) queues.pools.add(keyOf(pool), later);
}

function wireVms(ctx: Context): void {
  const { vms, vmis, namespaces } = ctx.cluster;
  vms.onChange((key, before, after) => {
    if (after === undefined) ctx.memory.notes.forget(before?.metadata.uid);
    if (after === undefined) ctx.memory.waits.forget(key);
    else if (before === undefined && vms.synced) ctx.memory.waits.begin(key);
    if (!ctx.isWorking || sameButVersion(before, after)) return;
    ctx.queues.vms.add(key);
    const ran = before !== undefined && isRunning(before, vmis.get(key));
    const runs = after !== undefined && isRunning(after, vmis.get(key));
    if (ran !== runs || before?.metadata.uid !== after?.metadata.uid) touchPoolsOfVm(ctx, key);
  });
  vmis.onChange((key, before, after) => {
    if (!ctx.isWorking || sameButVersion(before, after)) return;
    ctx.queues.vms.add(key);
    const vm = vms.get(key);
    if (vm !== undefined && isRunning(vm, before) !== isRunning(vm, after)) {
      touchPoolsOfVm(ctx, key);
    }
  });
  namespaces.onChange((key, before, after) => {
    if (!ctx.isWorking) return;
    const [was, is] = [before, after].map((namespace) =>
      namespace?.metadata.labels?.[MANAGED_DHCP]
    );
    if (was === is) return;
    for (const vm of vms.byIndex("namespace", key)) ctx.queues.vms.add(keyOf(vm));
  });
}

function touchPoolsOfVm(ctx: Context, vmKey: string): void {
  for (const config of ctx.cluster.configs.byIndex("vm", vmKey)) {
    for (const network of networksOf(config)) touchPoolsOn(ctx, network);
  }
}

function touchPoolsOn(ctx: Context, network: string): void {
  for (const pool of poolsOf(ctx.cluster, network)) ctx.touchPool(keyOf(pool));
}

function wireConfigs(ctx: Context): void {
  ctx.cluster.configs.onChange((key, before, after) => {
    if (!ctx.isWorking) return;
    if (after !== undefined) ctx.queues.configs.add(key);
    else if (before !== undefined) ctx.memory.bereft.add(vmKeyOf(before) ?? key);
    if (!sameForVm(before, after)) {
      for (const vm of [before, after]) {
        const vmKey = vm && vmKeyOf(vm);
        if (vmKey !== undefined) ctx.queues.vms.add(vmKey);
      }
      ctx.queues.vms.add(key); // Its name may have stood in the way of the VM of that name.
    }
    const networks = new Set([
      ...(before ? networksOf(before) : []),
      ...(after ? networksOf(after) : []),
    ]);
    for (const network of networks) {
      const [was, is] = [claimsIn(before, network), claimsIn(after, network)];
      if (sameClaims(was, is)) continue;
      for (const pool of poolsOf(ctx.cluster, network)) {
        ctx.memory.outcomes.drop(keyOf(pool), [...was, ...is]);
      }
      touchPoolsOn(ctx, network);
    }
  });
}

/** Whether a change is nothing to the VM: only the status differs, or what is noted of it. */
function sameForVm(
  before: VirtualMachineNetworkConfig | undefined,
  after: VirtualMachineNetworkConfig | undefined,
): boolean {
  if (before === undefined || after === undefined) return false;
  const [was, is] = [before, after].map(({ metadata }) => {
    const { resourceVersion: _, generation: __, annotations, ...rest } = metadata;
    const { [ADDRESSES_ANNOTATION]: ___, ...others } = annotations ?? {};
    return { ...rest, annotations: others };
  });
  return sameJson(was, is) && sameJson(before.spec, after.spec);
}

function claimsIn(
  config: VirtualMachineNetworkConfig | undefined,
  network: string,
): readonly Claim[] {
  return config === undefined ? [] : claimsOf({ config }, network);
}

function sameClaims(was: readonly Claim[], is: readonly Claim[]): boolean {
  return was.length === is.length && was.every((claim, index) => {
    const other = is[index];
    return other !== undefined && other.id === claim.id && asksSame(claim, other);
  });
}

function wirePools(ctx: Context): void {
  ctx.cluster.pools.onChange((key, before, after) => {
    if (after === undefined) ctx.memory.notes.forget(before?.metadata.uid);
    else ctx.memory.histories.observe(before, after);
    if (!ctx.isWorking) return;
    if (after === undefined || !ctx.memory.pools.isOwnWrite(key, after)) ctx.touchPool(key);
    if (sameRole(before, after, ctx.tenancy)) return;
    for (const network of new Set([before, after].map((pool) => pool && networkOfPool(pool)))) {
      if (network !== undefined) queueNetwork(ctx, network);
    }
  });
}

/** Whether a pool stands to its network as before. */
function sameRole(
  before: IPPool | undefined,
  after: IPPool | undefined,
  tenancy: Tenancy,
): boolean {
  return before !== undefined && after !== undefined &&
    before.metadata.uid === after.metadata.uid &&
    before.spec?.networkName === after.spec?.networkName &&
    before.metadata.deletionTimestamp === after.metadata.deletionTimestamp &&
    isGone(before) === isGone(after) &&
    (tenancy === "shared" || hasAddresses(before) === hasAddresses(after));
}

/** Everything that asks which pool serves a network. */
function queueNetwork(ctx: Context, network: string): void {
  ctx.queues.networks.add(network);
  touchPoolsOn(ctx, network);
  for (const config of ctx.cluster.configs.byIndex("network", network)) {
    ctx.queues.configs.add(keyOf(config));
  }
  for (const vm of ctx.cluster.vms.byIndex("network", network)) ctx.queues.vms.add(keyOf(vm));
}

function wireNetworks(ctx: Context): void {
  ctx.cluster.nads.onChange((key, before, after) => {
    if (!ctx.isWorking) return;
    ctx.queues.networks.add(key);
    if (problemOf(before) !== problemOf(after)) touchPoolsOn(ctx, key);
    if (!sameJson(allowedOn(before), allowedOn(after))) queueNetwork(ctx, key);
  });
}

/** What keeps pods from a network: that it is not there, or its text. */
function problemOf(nad: KnownNetwork | undefined): string | undefined {
  return nad === undefined ? "missing" : nad.attachment?.problem;
}

/** Which namespaces a network is open to. */
function allowedOn(nad: NetworkAttachmentDefinition | undefined): string | undefined {
  return nad?.metadata.annotations?.[ALLOWED_NAMESPACES_ANNOTATION];
}

/** Whether two states of an object differ in their resourceVersion only. */
function sameButVersion<T extends { readonly metadata: { readonly resourceVersion?: string } }>(
  before: T | undefined,
  after: T | undefined,
): boolean {
  if (before === undefined || after === undefined) return false;
  const { resourceVersion: _, ...was } = before.metadata;
  const { resourceVersion: __, ...is } = after.metadata;
  return sameJson({ ...before, metadata: was }, { ...after, metadata: is });
}
