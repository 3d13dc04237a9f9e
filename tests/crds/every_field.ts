/**
 * One object of each kind with every field that its type has. The compiler keeps it whole: `Required` everywhere.
 *
 * @module
 */
import type {
  AddressHold,
  Condition,
  IPPoolSpec,
  IPPoolStatus,
  IPv4Config,
  IPv4Status,
  NetworkConfig,
  NetworkConfigStatus,
  PodReference,
  PoolRange,
} from "../../core/api/mod.ts";
import type { JsonObject } from "../../standalone/api/json.ts";

const NOW = "2024-02-15T13:17:21Z";
const CONDITION: Required<Condition> = {
  type: "Registered",
  status: "Unknown",
  reason: "Valid",
  message: "default/net-48",
  lastTransitionTime: NOW,
  lastUpdateTime: NOW,
};
const RANGE: Required<PoolRange> = {
  start: "192.168.48.81",
  end: "192.168.48.90",
  exclude: ["192.168.48.81"],
};
const CONFIG: Required<IPv4Config> = {
  cidr: "192.168.48.0/24",
  serverIP: "192.168.48.77",
  pool: RANGE,
  router: "192.168.48.1",
  dns: ["1.1.1.1"],
  domainName: "example.com",
  domainSearch: ["example.com"],
  ntp: ["pool.ntp.org"],
  leaseTime: 300,
};
const SPEC: Required<IPPoolSpec> = {
  networkName: "default/net-48",
  paused: false,
  ipv4Config: CONFIG,
};
const HOLD: Required<AddressHold> = { macAddress: "52:54:00:12:34:56", until: NOW };
const IPV4: Required<IPv4Status> = {
  allocated: { "192.168.48.82": "52:54:00:12:34:57", "192.168.48.81": "EXCLUDED" },
  used: 1,
  available: 7,
  released: { "192.168.48.83": HOLD },
  conflicts: { "192.168.48.84": HOLD },
  ntpServers: { "pool.ntp.org": ["10.0.0.1", "10.0.0.2"] },
};
const POD: Required<PodReference> = { namespace: "a", name: "b", image: "c", uid: "d" };
const STATUS: Required<IPPoolStatus> = {
  lastUpdate: NOW,
  ipv4: IPV4,
  agentPodRef: POD,
  conditions: [CONDITION],
};
const NIC: Required<NetworkConfig> = {
  networkName: "default/net-48",
  macAddress: "52:54:00:12:34:57",
  ipAddress: "192.168.48.82",
};
const SHOWN: Required<NetworkConfigStatus> = {
  networkName: "default/net-48",
  macAddress: "52:54:00:12:34:57",
  allocatedIPAddress: "192.168.48.82",
  state: "Pending",
  reason: "PoolExhausted",
  message: "no address is free",
};

function vmnetcfg(spelling: "networkConfig" | "networkConfigs"): object {
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "VirtualMachineNetworkConfig",
    metadata: { name: spelling.toLowerCase(), namespace: "default" },
    spec: { vmName: "test-vm", paused: true, [spelling]: [NIC] },
    status: { [spelling]: [SHOWN], conditions: [CONDITION] },
  };
}

const OBJECTS = [
  {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { name: "every-field", namespace: "default" },
    spec: SPEC,
    status: STATUS,
  },
  vmnetcfg("networkConfig"),
  vmnetcfg("networkConfigs"),
];

/** An IPPool and a VirtualMachineNetworkConfig in each spelling. */
export const EVERY_FIELD: readonly JsonObject[] = JSON.parse(JSON.stringify(OBJECTS));
