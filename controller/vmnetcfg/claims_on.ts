/**
 * What a VirtualMachineNetworkConfig claims, with what is known of its VM.
 *
 * @module
 */
import type { VirtualMachineNetworkConfig } from "../../core/api/types.ts";
import type { Claim, ClaimVm } from "../../core/ipam/types.ts";
import type { VmNic } from "../../core/ipam/vm/vm_nic.ts";
import { isRunning } from "../../core/ipam/vm/vm_state.ts";
import { claimsOf } from "../../core/vmnetcfg/claims.ts";
import { leftOutNics } from "../../core/vmnetcfg/desired_config.ts";
import { nicKey } from "../../core/vmnetcfg/nics.ts";
import { vmKeyOf, vmOwnerOf } from "../../core/vmnetcfg/vm_owner.ts";
import { type ClusterCache, vmOf } from "../cluster/cluster_cache.ts";
import { nicsOfVm } from "../vm/nics_of_vm.ts";

/** What a VirtualMachineNetworkConfig claims of the pool of one network. */
export function claimsOn(
  cluster: ClusterCache,
  config: VirtualMachineNetworkConfig,
  network: string,
): readonly Claim[] {
  const isLeftOut = ({ key }: { readonly key: string }) =>
    leftOutOf(cluster, config).some(({ network, macAddress = "" }) =>
      nicKey(network, macAddress) === key
    );
  return claimsOf({ config, vm: claimVmOf(cluster, config), isLeftOut }, network);
}

/** The NICs of a VM that somebody took out of its object: they still have their addresses, and its VM has them written into it again. */
export function leftOutOf(
  cluster: ClusterCache,
  config: VirtualMachineNetworkConfig,
): readonly VmNic[] {
  const vm = vmOf(cluster, config);
  const isOwn = vm !== undefined && vmOwnerOf(config)?.uid === vm.metadata.uid;
  if (!isOwn || vm.metadata.deletionTimestamp !== undefined) return [];
  return leftOutNics(config, () => nicsOfVm(cluster, vm).nics);
}

/** The VM behind a VirtualMachineNetworkConfig, as its claims name it; `undefined` for a reservation. */
function claimVmOf(
  cluster: ClusterCache,
  config: VirtualMachineNetworkConfig,
): ClaimVm | undefined {
  const key = vmKeyOf(config);
  if (key === undefined) return undefined;
  const vm = cluster.vms.get(key);
  const owner = vmOwnerOf(config);
  const namespace = config.metadata.namespace ?? "";
  if (vm === undefined) {
    return owner && { namespace, name: owner.name, uid: owner.uid, running: false };
  }
  const { name = "", uid } = vm.metadata;
  const running = isRunning(vm, cluster.vmis.get(key));
  return { namespace, name, ...(uid === undefined ? {} : { uid }), running };
}
