/**
 * Which change concerns which key.
 *
 * @module
 */
import { MANAGED_DHCP } from "../core/api/names.ts";
import type { IPPool, VirtualMachineNetworkConfig } from "../core/api/types.ts";
import type { Claim } from "../core/ipam/types.ts";
import { keyOf } from "../kube/resources.ts";
import type { Context } from "./context.ts";
import { asksSame, claimsOf } from "./decide/claims.ts";
import { networksOf, vmKeyOf } from "./decide/nics.ts";
import { sameJson } from "./decide/same_json.ts";
import { isRunning } from "./decide/vm_state.ts";
import type { PoolMemory } from "./pool_loop.ts";
import { networkOfPool, poolsOf } from "./world.ts";

/** Connects the informers with the queues. */
export function wire(ctx: Context, memory: PoolMemory): void {
  wireVms(ctx);
  wireConfigs(ctx);
  wirePools(ctx, memory);
  wireNetworks(ctx);
  ctx.world.leases.onChange((key, _, lease) => {
    for (const pool of ctx.reports.observe(key, lease)) ctx.touchPool(pool);
  });
}

function wireVms(ctx: Context): void {
  const { vms, vmis, namespaces } = ctx.world;
  vms.onChange((key, before, after) => {
    if (after === undefined) ctx.teller.forget(before?.metadata.uid);
    if (sameButVersion(before, after)) return;
    ctx.queues.vms.add(key);
    const ran = before !== undefined && isRunning(before, vmis.get(key));
    const runs = after !== undefined && isRunning(after, vmis.get(key));
    if (ran !== runs || before?.metadata.uid !== after?.metadata.uid) touchPoolsOfVm(ctx, key);
  });
  vmis.onChange((key, before, after) => {
    if (sameButVersion(before, after)) return;
    ctx.queues.vms.add(key);
    const vm = vms.get(key);
    if (vm !== undefined && isRunning(vm, before) !== isRunning(vm, after)) {
      touchPoolsOfVm(ctx, key);
    }
  });
  namespaces.onChange((key, before, after) => {
    const [was, is] = [before, after].map((namespace) =>
      namespace?.metadata.labels?.[MANAGED_DHCP]
    );
    if (was === is) return;
    for (const vm of vms.byIndex("namespace", key)) ctx.queues.vms.add(keyOf(vm));
  });
}

function touchPoolsOfVm(ctx: Context, vmKey: string): void {
  for (const config of ctx.world.configs.byIndex("vm", vmKey)) {
    for (const network of networksOf(config)) touchPoolsOn(ctx, network);
  }
}

function touchPoolsOn(ctx: Context, network: string): void {
  for (const pool of poolsOf(ctx.world, network)) ctx.touchPool(keyOf(pool));
}

function wireConfigs(ctx: Context): void {
  ctx.world.configs.onChange((key, before, after) => {
    if (after !== undefined) ctx.queues.configs.add(key);
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
      for (const pool of poolsOf(ctx.world, network)) ctx.ledger.drop(keyOf(pool), [...was, ...is]);
      touchPoolsOn(ctx, network);
    }
  });
}

/** Whether a change is nothing to the VM: only the status differs. */
function sameForVm(
  before: VirtualMachineNetworkConfig | undefined,
  after: VirtualMachineNetworkConfig | undefined,
): boolean {
  if (before === undefined || after === undefined) return false;
  const { resourceVersion: _, generation: _old, ...was } = before.metadata;
  const { resourceVersion: __, generation: _new, ...is } = after.metadata;
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

function wirePools(ctx: Context, memory: PoolMemory): void {
  ctx.world.pools.onChange((key, before, after) => {
    if (after === undefined) ctx.teller.forget(before?.metadata.uid);
    if (after === undefined || !memory.isOwnWrite(key, after)) ctx.touchPool(key);
    if (sameRole(before, after)) return;
    for (const network of new Set([before, after].map((pool) => pool && networkOfPool(pool)))) {
      if (network !== undefined) queueNetwork(ctx, network);
    }
  });
}

/** Whether a pool stands to its network as before. */
function sameRole(before: IPPool | undefined, after: IPPool | undefined): boolean {
  return before !== undefined && after !== undefined &&
    before.metadata.uid === after.metadata.uid &&
    before.spec?.networkName === after.spec?.networkName &&
    before.metadata.deletionTimestamp === after.metadata.deletionTimestamp;
}

/** Everything that asks which pool serves a network. */
function queueNetwork(ctx: Context, network: string): void {
  ctx.queues.networks.add(network);
  touchPoolsOn(ctx, network);
  for (const config of ctx.world.configs.byIndex("network", network)) {
    ctx.queues.configs.add(keyOf(config));
  }
  for (const vm of ctx.world.vms.byIndex("network", network)) ctx.queues.vms.add(keyOf(vm));
}

function wireNetworks(ctx: Context): void {
  ctx.world.nads.onChange((key, before, after) => {
    ctx.queues.networks.add(key);
    if ((before === undefined) !== (after === undefined)) touchPoolsOn(ctx, key);
  });
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
