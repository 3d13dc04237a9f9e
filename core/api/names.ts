/**
 * Every name that vm-dhcp shares with Kubernetes, KubeVirt, Multus and Harvester: groups, labels, annotations,
 * finalizers, condition types, marks.
 *
 * @module
 */

/** API group of {@linkcode IPPool} and {@linkcode VirtualMachineNetworkConfig}. */
export const GROUP = "network.harvesterhci.io";
/** `apiVersion` of our kinds. */
export const API_VERSION = `${GROUP}/v1alpha1`;

/** Finalizer on an IPPool, the Go version's own so that objects move both ways. */
export const IPPOOL_FINALIZER = "wrangler.cattle.io/vm-dhcp-ippool-controller";
/** Finalizer on a VirtualMachineNetworkConfig, the Go version's own. */
export const VMNETCFG_FINALIZER = "wrangler.cattle.io/vm-dhcp-vmnetcfg-controller";

/** Label on a NAD: namespace of the IPPool that serves it. Written for the Go version, never needed. */
export const IPPOOL_NAMESPACE_LABEL = `${GROUP}/ippool-namespace`;
/** Label on a NAD: name of the IPPool that serves it. Written for the Go version, never needed. */
export const IPPOOL_NAME_LABEL = `${GROUP}/ippool-name`;
/** Label on a NAD: its Harvester cluster network. */
export const CLUSTER_NETWORK_LABEL = `${GROUP}/clusternetwork`;
/** Label on a VirtualMachineNetworkConfig: name of its VM. */
export const VM_NAME_LABEL = "harvesterhci.io/vmName";

/** Characters of a label's value that Kubernetes takes; names of objects may have more. */
export const MAX_LABEL_VALUE = 63;

/** Annotation on a VM: JSON object NIC name -> MAC address. */
export const MAC_ADDRESS_ANNOTATION = "harvesterhci.io/mac-address";
/** Prefix of the annotation on a VM that asks for one address for one NIC: `static-ip.harvesterhci.io/<nic>`. */
export const STATIC_IP_ANNOTATION_PREFIX = "static-ip.harvesterhci.io/";
/**
 * Prefix of the annotation on a VM with what one NIC is told in place of its pool's words, the fields of
 * {@linkcode ClientOptions} as a JSON object: `dhcp-options.network.harvesterhci.io/<nic>`.
 */
export const DHCP_OPTIONS_ANNOTATION_PREFIX = `dhcp-options.${GROUP}/`;
/**
 * Opt-out. Annotation on a VM: `"false"` for all NICs, or a comma-separated list of NIC names that get no address.
 * Label on a Namespace: `"false"` for all its VMs.
 */
export const MANAGED_DHCP = `${GROUP}/managed-dhcp`;
/** Annotation on an IPPool: `"true"` keeps its agent's image at an upgrade. */
export const HOLD_AGENT_UPGRADE_ANNOTATION = `${GROUP}/hold-ippool-agent-upgrade`;
/**
 * Annotation on an IPPool: the `serverIP` that the webhook chose, as long as the author leaves the choice to it. It tells a
 * chosen address, which gives way to what the author writes, from one that he wrote.
 */
export const DEFAULT_SERVER_IP_ANNOTATION = `${GROUP}/default-server-ip`;
/** Annotation on a NAD, Harvester's own: its layer 3 as JSON, `mode`, `serverIPAddr`, `cidr`, `gateway`, `connectivity`. */
export const ROUTE_ANNOTATION = `${GROUP}/route`;
/**
 * Annotation on a NAD: the other namespaces that may use the network where tenancy is `isolated`, a comma-separated list, or
 * `*` for all.
 */
export const ALLOWED_NAMESPACES_ANNOTATION = `${GROUP}/allowed-namespaces`;
/**
 * Annotation on a VirtualMachineNetworkConfig: the addresses of its NICs as JSON, for a restore that brings no status: name of the
 * NIC -> `network`, `macAddress`, `address`.
 */
export const ADDRESSES_ANNOTATION = `${GROUP}/addresses`;
/** Annotation on an agent's Lease: its {@linkcode AgentReport} as JSON. */
export const AGENT_REPORT_ANNOTATION = `${GROUP}/agent-report`;
/** Label (value `"true"`) on an agent's Lease, by which the controller finds it. */
export const AGENT_LEASE_LABEL = `${GROUP}/vm-dhcp-agent`;

/** Marks that may stand where a MAC address stands in `status.ipv4.allocated`. */
export const Mark = {
  /** In `spec.ipv4Config.pool.exclude`. */
  EXCLUDED: "EXCLUDED",
  /** The server's or the router's own address. */
  RESERVED: "RESERVED",
  /** Used by another machine. */
  CONFLICT: "CONFLICT",
} as const;

/** One of {@linkcode Mark}. */
export type Mark = typeof Mark[keyof typeof Mark];

/** Condition types of an IPPool. */
export const IPPoolCondition = {
  Registered: "Registered",
  CacheReady: "CacheReady",
  AgentReady: "AgentReady",
  Stopped: "Stopped",
  /** All that is needed to serve is so: `Registered`, `CacheReady`, `AgentReady`. */
  Ready: "Ready",
  /** There only while another DHCP server is heard. */
  ForeignDHCPServer: "ForeignDHCPServer",
} as const;

/** Condition types of a VirtualMachineNetworkConfig. */
export const VmNetCfgCondition = {
  Allocated: "Allocated",
  Disabled: "Disabled",
  InSynced: "InSynced",
  /** All that is needed is so: `Allocated`, `InSynced` and, where it is there, `OptionsApplied`. */
  Ready: "Ready",
  /** There only once a NIC has got another address than it had, and nobody asked for that. */
  AddressChanged: "AddressChanged",
  /** There only once a NIC has something of its own to be told: whether it is told all of it. */
  OptionsApplied: "OptionsApplied",
} as const;
