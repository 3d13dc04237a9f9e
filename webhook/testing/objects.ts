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
  NetworkConfigState,
  ObjectMeta,
  VirtualMachineNetworkConfig,
  VirtualMachineNetworkConfigSpec,
} from "../../core/api/types.ts";
import { API_VERSION, ROUTE_ANNOTATION } from "../../core/api/names.ts";

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
interface PoolParts {
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

/** A network `default/<name>` with Harvester's note about its layer 3. */
function routed(name: string, route: string): NetworkAttachmentDefinition {
  return nad(`default/${name}`, { annotations: { [ROUTE_ANNOTATION]: route } });
}

/** Networks of `default`, and some with a note: on 49 and by DHCP another DHCP server is known. */
export const NETWORKS: readonly NetworkAttachmentDefinition[] = [
  nad("default/net-48"),
  routed("net-49", '{"mode": "auto", "serverIPAddr": "192.168.49.254"}'),
  ...[50, 52, 53, 54, 55, 56].map((number) => nad(`default/net-${number}`)),
  routed("by-dhcp", '{"mode": "dhcp", "serverIPAddr": "192.168.48.254"}'),
  routed("our-own", '{"mode": "auto", "serverIPAddr": "192.168.48.2"}'),
  routed("static-route", '{"mode": "manual", "serverIPAddr": "192.168.48.254"}'),
  routed("no-server", '{"mode": "auto", "serverIPAddr": ""}'),
  routed("odd-server", '{"mode": "auto", "serverIPAddr": 7}'),
  routed("no-json", "auto"),
  routed("null-note", "null"),
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

/** The pool of network 52, which is being deleted. */
const LEAVING: IPPool = pool("default/leaving", { cidr: "10.52.0.0/24" }, {
  metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" },
  spec: { networkName: "default/net-52" },
});

/** All pools. */
export const POOLS: readonly IPPool[] = [SERVED, LEAVING];

/** What a NIC of {@linkcode DB_MAC} shows. */
function shown(networkName: string, address: string, state: NetworkConfigState) {
  return { networkName, macAddress: DB_MAC, allocatedIPAddress: address, state };
}

/**
 * All VirtualMachineNetworkConfigs. `tenant/db` has 10.50.0.10 of network 50, and keeps in mind what it had there and on
 * network 51; six VMs wait for an address on network 53, and five of them on 56; what is on network 54 is being deleted.
 */
export const CONFIGS: readonly VirtualMachineNetworkConfig[] = [
  {
    ...vmnetcfg("tenant/db", [
      { networkName: "default/net-55", macAddress: "52:54:00:00:00:55" },
      { networkName: "default/net-50", macAddress: DB_MAC },
    ]),
    status: {
      networkConfig: [
        shown("default/net-55", "10.50.0.11", "Allocated"),
        shown("default/net-50", "10.50.0.12", "Pending"),
        shown("default/net-50", "10.50.0.10", "Allocated"),
      ],
    },
  },
  ...[1, 2, 3, 4, 5, 6].map((index) =>
    vmnetcfg(`default/vm-${index}`, [
      { networkName: "net-53", macAddress: `52:54:00:00:01:0${index}` },
      ...(index > 5 ? [] : [{ networkName: "net-56", macAddress: `52:54:00:00:03:0${index}` }]),
    ])
  ),
  {
    ...vmnetcfg("default/gone", [
      { networkName: "net-54", macAddress: "52:54:00:00:02:01" },
    ]),
    metadata: {
      namespace: "default",
      name: "gone",
      deletionTimestamp: "2026-01-01T00:00:00Z",
    },
  },
];

function metadataOf(key: string): ObjectMeta {
  const [namespace = "", name = ""] = key.split("/");
  return { namespace, name };
}
