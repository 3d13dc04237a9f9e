/**
 * One object of each kind with every field that its type has. The compiler keeps it whole: `Required` everywhere.
 *
 * @module
 */
import type {
  AddressHold,
  BootFile,
  ClientOptions,
  Condition,
  CustomOption,
  CustomSuboption,
  IPPoolSpec,
  IPPoolStatus,
  IPv4Config,
  IPv4Status,
  NetworkConfig,
  NetworkConfigStatus,
  PodReference,
  PoolLimits,
  PoolRange,
  RecordedClient,
  StaticRoute,
  UnservedNic,
  VendorOption,
  VirtualMachineNetworkConfigStatus,
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
const ROUTE: Required<StaticRoute> = { destination: "10.0.0.0/8", gateway: "192.168.48.2" };
const BOOT_FILE: Required<BootFile> = {
  architecture: 7,
  userClass: "iPXE",
  vendorClass: "PXEClient",
  fileName: "start.ipxe",
};
const SUBOPTION: Required<CustomSuboption> = {
  code: 1,
  type: "ipv4",
  value: ["192.168.48.2", "192.168.48.3"],
};
const OPTION: Required<CustomOption> = {
  code: 43,
  type: "hex",
  value: "0a:0b",
  suboptions: [SUBOPTION],
  always: true,
};
const VENDOR_OPTION: Required<VendorOption> = {
  enterprise: 4491,
  code: 2,
  type: "text",
  value: "abc",
};
const OPTIONS: Required<ClientOptions> = {
  router: "192.168.48.1",
  dns: ["1.1.1.1"],
  domainName: "example.com",
  domainSearch: ["example.com"],
  ntp: ["pool.ntp.org"],
  leaseTime: 300,
  renewalTime: 100,
  rebindingTime: 200,
  mtu: 1450,
  routes: [ROUTE],
  broadcast: "192.168.48.255",
  captivePortal: "https://portal.example.com/api",
  ipv6OnlyPreferred: 1800,
  timezone: { posix: "CET-1", tzdb: "Europe/Zurich" },
  wpad: "http://proxy.example.com/wpad.dat",
  nextServer: "192.168.48.5",
  tftpServerName: "tftp.example.com",
  bootFileName: "pxelinux.0",
  bootFiles: [BOOT_FILE, { ...BOOT_FILE, architecture: "x64-uefi" }],
  options: [OPTION],
  vendorOptions: [VENDOR_OPTION],
};
const CONFIG: Required<IPv4Config> = {
  ...OPTIONS,
  cidr: "192.168.48.0/24",
  serverIP: "192.168.48.77",
  pool: RANGE,
  maxLeaseTime: 600,
  honourRequestedLeaseTime: true,
  hostnames: true,
  authoritative: true,
  bootp: true,
  rapidCommit: true,
  conflictDetection: "off",
};
const LIMITS: Required<PoolLimits> = { perNamespace: 2 };
const SPEC: Required<IPPoolSpec> = {
  networkName: "default/net-48",
  paused: false,
  ipv4Config: CONFIG,
  limits: LIMITS,
};
const HOLD: Required<AddressHold> = {
  macAddress: "52:54:00:12:34:56",
  usedBy: "52:54:00:12:34:58",
  until: NOW,
};
/** A NIC may be told nothing: the server must keep empty texts and lists. */
const NIC_OPTIONS: Required<ClientOptions> = { ...OPTIONS, router: "", dns: [] };
const CLIENT: Required<RecordedClient> = { hostName: "test-vm", options: NIC_OPTIONS };
const IPV4: Required<IPv4Status> = {
  allocated: { "192.168.48.82": "52:54:00:12:34:57", "192.168.48.81": "EXCLUDED" },
  used: 1,
  available: 7,
  released: { "192.168.48.83": HOLD },
  conflicts: { "192.168.48.84": HOLD },
  ntpServers: { "pool.ntp.org": ["10.0.0.1", "10.0.0.2"] },
  clients: { "52:54:00:12:34:57": CLIENT },
};
const POD: Required<PodReference> = { namespace: "a", name: "b", image: "c", uid: "d" };
const STATUS: Required<IPPoolStatus> = {
  observedGeneration: 3,
  lastUpdate: NOW,
  ipv4: IPV4,
  agentPodRef: POD,
  conditions: [CONDITION],
};
const NIC: Required<NetworkConfig> = {
  networkName: "default/net-48",
  macAddress: "52:54:00:12:34:57",
  ipAddress: "192.168.48.82",
  options: NIC_OPTIONS,
};
const SHOWN: Required<NetworkConfigStatus> = {
  networkName: "default/net-48",
  macAddress: "52:54:00:12:34:57",
  allocatedIPAddress: "192.168.48.82",
  options: NIC_OPTIONS,
  state: "Pending",
  reason: "PoolExhausted",
  message: "no address is free",
};

const UNSERVED: Required<UnservedNic> = {
  name: "nic-2",
  networkName: "default/net-50",
  macAddress: "52:54:00:12:34:58",
  reason: "NoPool",
  message: "no IPPool serves network default/net-50",
};

function vmnetcfgStatus(
  spelling: "networkConfig" | "networkConfigs",
): VirtualMachineNetworkConfigStatus {
  const STATUS: Omit<Required<VirtualMachineNetworkConfigStatus>, `networkConfig${"" | "s"}`> = {
    observedGeneration: 2,
    addresses: "192.168.48.82",
    unserved: [UNSERVED],
    conditions: [CONDITION],
  };
  return { ...STATUS, [spelling]: [SHOWN] };
}

function vmnetcfg(spelling: "networkConfig" | "networkConfigs"): object {
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "VirtualMachineNetworkConfig",
    metadata: { name: spelling.toLowerCase(), namespace: "default" },
    spec: { vmName: "test-vm", paused: true, [spelling]: [NIC] },
    status: vmnetcfgStatus(spelling),
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
