/**
 * What the story shows as `kubectl get` does.
 *
 * @module
 */

const GROUP = "/apis/network.harvesterhci.io/v1alpha1";

/** All IPPools. */
export const POOLS = `${GROUP}/ippools`;
/** All VirtualMachineNetworkConfigs. */
export const CONFIGS = `${GROUP}/virtualmachinenetworkconfigs`;
/** The documented pool. */
export const NET_48 = "default/net-48";
/** The tenant's pool. */
export const TENANT_48 = "tenant/tenant-48";
