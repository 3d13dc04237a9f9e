/**
 * Objects of a small cluster, and of requests about it.
 *
 * @module
 */
import type {
  IPPool,
  IPPoolSpec,
  IPPoolStatus,
  IPv4Config,
  NetworkAttachmentDefinition,
  ObjectMeta,
  VirtualMachineNetworkConfig,
  VirtualMachineNetworkConfigSpec,
} from "../../core/api/types.ts";
import { API_VERSION } from "../../core/api/names.ts";
import { ROUTE_ANNOTATION } from "../route_annotation.ts";

/** Longest body that the webhook of the cases reads. */
export const MAX_BODY_BYTES = 8_000;

/** A NetworkAttachmentDefinition `namespace/name`. */
export function nad(key: string, metadata: ObjectMeta = {}): NetworkAttachmentDefinition {
  return {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { ...metadataOf(key), ...metadata },
  };
}

/** What a pool may have beside its IPv4 network. */
export interface PoolParts {
  readonly spec?: Partial<IPPoolSpec>;
  readonly metadata?: ObjectMeta;
  readonly status?: IPPoolStatus;
}

/** An IPPool `namespace/name` on 192.168.48.0/24 of network `default/net-48`, unless said otherwise. */
export function pool(
  key: string,
  config: Partial<IPv4Config> = {},
  parts: PoolParts = {},
): IPPool {
  return {
    apiVersion: API_VERSION,
    kind: "IPPool",
    metadata: { ...metadataOf(key), ...parts.metadata },
    spec: {
      networkName: "default/net-48",
      ...parts.spec,
      ipv4Config: {
        cidr: "192.168.48.0/24",
        serverIP: "192.168.48.2",
        pool: { start: "192.168.48.10", end: "192.168.48.99" },
        ...config,
      },
    },
    ...(parts.status === undefined ? {} : { status: parts.status }),
  };
}

/** A VirtualMachineNetworkConfig `namespace/name` with these NICs. */
export function vmnetcfg(
  key: string,
  networkConfig: VirtualMachineNetworkConfigSpec["networkConfig"],
  spec: Partial<VirtualMachineNetworkConfigSpec> = {},
): VirtualMachineNetworkConfig {
  return {
    apiVersion: API_VERSION,
    kind: "VirtualMachineNetworkConfig",
    metadata: metadataOf(key),
    spec: { vmName: key.split("/")[1] ?? key, networkConfig: networkConfig ?? [], ...spec },
  };
}

/** The MAC address of `VM tenant/db`. */
export const DB_MAC = "52:54:00:00:00:01";

/** Networks 48 to 50 of `default`; on 49 another DHCP server is known. */
export const NETWORKS: readonly NetworkAttachmentDefinition[] = [
  nad("default/net-48"),
  nad("default/net-49", {
    annotations: {
      [ROUTE_ANNOTATION]: JSON.stringify({ mode: "auto", serverIPAddr: "192.168.49.254" }),
    },
  }),
  nad("default/net-50"),
];

/** The pool that serves network 50, in another namespace and under another name; `tenant/db` has an address of it. */
export const SERVED: IPPool = pool("pools/fifty", {
  cidr: "10.50.0.0/24",
  serverIP: "10.50.0.2",
  router: "10.50.0.1",
  pool: { start: "10.50.0.10", end: "10.50.0.99", exclude: ["10.50.0.20"] },
}, {
  metadata: { uid: "fifty", creationTimestamp: "2026-01-01T00:00:00Z" },
  spec: { networkName: "default/net-50" },
  status: {
    ipv4: {
      allocated: { "10.50.0.10": DB_MAC, "10.50.0.20": "EXCLUDED" },
      used: 1,
      available: 88,
    },
  },
});

/** All pools. */
export const POOLS: readonly IPPool[] = [SERVED];

/** All VirtualMachineNetworkConfigs. */
export const CONFIGS: readonly VirtualMachineNetworkConfig[] = [{
  ...vmnetcfg("tenant/db", [{ networkName: "default/net-50", macAddress: DB_MAC }]),
  status: {
    networkConfig: [{
      networkName: "default/net-50",
      macAddress: DB_MAC,
      allocatedIPAddress: "10.50.0.10",
      state: "Allocated",
    }],
  },
}];

function metadataOf(key: string): ObjectMeta {
  const [namespace = "", name = ""] = key.split("/");
  return { namespace, name };
}
