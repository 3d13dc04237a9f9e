/**
 * Cases of what clients are told, by pools and by single NICs.
 *
 * @module
 */
import type { ClientOptions } from "../../core/api/client_options.ts";
import type { IPPool, IPv4Config, VirtualMachineNetworkConfig } from "../../core/api/types.ts";
import { type Case, invalid, review } from "./cases.ts";
import { pool, SERVED, vmnetcfg } from "./objects.ts";

const allowed = { allowed: true };
const MAC = "52:54:00:00:00:02";

/** A VirtualMachineNetworkConfig with one NIC on the network that {@linkcode SERVED} serves. */
function nic(options: unknown, networkName = "default/net-50"): VirtualMachineNetworkConfig {
  const told = options as ClientOptions;
  return vmnetcfg("tenant/web", [{ networkName, macAddress: MAC, options: told }]);
}

/** The served pool with more to tell. */
function served(config: Partial<IPv4Config>): IPPool {
  return {
    ...SERVED,
    spec: { ...SERVED.spec, ipv4Config: { ...SERVED.spec.ipv4Config, ...config } },
  };
}

/** Everything that a pool can say, as it is meant. */
const EVERYTHING: Partial<IPv4Config> = {
  router: "169.254.1.1",
  leaseTime: 3_600,
  renewalTime: 900,
  rebindingTime: 1_800,
  maxLeaseTime: 7_200,
  honourRequestedLeaseTime: true,
  hostnames: true,
  authoritative: true,
  bootp: true,
  rapidCommit: true,
  mtu: 1_450,
  routes: [
    { destination: "169.254.1.1/32", gateway: "0.0.0.0" },
    { destination: "10.0.0.0/8", gateway: "192.168.48.3" },
    { destination: "10.1.0.0/16", gateway: "169.254.1.1" },
  ],
  broadcast: "192.168.48.255",
  captivePortal: "https://portal.example.com/api",
  ipv6OnlyPreferred: 300,
  timezone: { posix: "CET-1CEST,M3.5.0,M10.5.0/3", tzdb: "Europe/Zurich" },
  wpad: "http://proxy.example.com/wpad.dat",
  nextServer: "192.168.48.5",
  tftpServerName: "tftp.example.com",
  bootFileName: "pxelinux.0",
  bootFiles: [
    { userClass: "iPXE", fileName: "http://boot.example.com/start.ipxe" },
    { architecture: "x64-uefi-http", vendorClass: "HTTPClient", fileName: "http://a/b.efi" },
    { architecture: 7, fileName: "snponly.efi" },
  ],
  options: [
    { code: 150, type: "ipv4", value: ["192.168.48.5", "192.168.48.6"], always: true },
    { code: 43, suboptions: [{ code: 1, type: "uint8", value: "3" }] },
  ],
  vendorOptions: [{ enterprise: 4491, code: 2, type: "text", value: "abc" }],
};

/** A word that does not go with the network. */
const OUTSIDE = { router: "10.51.0.1" };

/** The cases. */
export const OPTION_CASES: readonly Case[] = [
  review("a pool that says all that it can is allowed without a word", {
    object: pool("default/p", EVERYTHING),
  }, allowed),
  review("every bad word to clients is named at once, with its row", {
    object: pool("default/p", {
      mtu: 67,
      routes: [{ destination: "10.0.0.1/8", gateway: "192.168.49.1" }],
      options: [
        { code: 3, type: "ipv4", value: "192.168.48.1" },
        { code: 150, type: "ipv4", value: ["192.168.48.5", "x"] },
        { code: 160, type: "uint8", value: 7 as never },
      ],
      bootFiles: [{ architecture: "x64", fileName: "a" }],
    }),
  }, {
    allowed: false,
    status: invalid("IPPool", "p", [
      ["spec.ipv4Config.mtu", "Invalid value: 67: must be from 68 to 65535 octets"],
      [
        "spec.ipv4Config.routes[0].destination",
        'Invalid value: "10.0.0.1/8": must have no host bits: it means 10.0.0.0/8',
      ],
      [
        "spec.ipv4Config.routes[0].gateway",
        'Invalid value: "192.168.49.1": must be a host address of 192.168.48.0/24, or 0.0.0.0 for a subnet on the link',
      ],
      [
        "spec.ipv4Config.bootFiles[0].architecture",
        'Invalid value: "x64": must be a number from 0 to 65535 or a name such as x64-uefi',
      ],
      [
        "spec.ipv4Config.options[0].code",
        "Invalid value: 3: must not be an option that the field router sets",
      ],
      [
        "spec.ipv4Config.options[1].value[1]",
        'Invalid value: "x": must be an IPv4 address: four decimal parts from 0 to 255 wanted',
      ],
      [
        "spec.ipv4Config.options[2].value",
        "Invalid value: 7: must be a string or a list of strings: a number stands in quotes",
      ],
    ]),
  }),
  review("what has no effect, or hardly the meant one, is warned about", {
    object: pool("default/p", {
      leaseTime: 0xffff_ffff,
      renewalTime: 29,
      rebindingTime: 60,
      maxLeaseTime: 0xffff_ffff,
      mtu: 1_279,
      broadcast: "192.168.48.20",
      captivePortal: "http://portal.example.com/api",
      bootFileName: "a",
      bootFiles: [{ fileName: "b" }, { userClass: "iPXE", fileName: "c" }],
    }),
  }, {
    allowed: true,
    warnings: [
      "spec.ipv4Config.renewalTime: VMs renew every 29 s; 30 s or more is advised",
      "spec.ipv4Config.renewalTime: has no effect: leases of 4294967295 s never end",
      "spec.ipv4Config.rebindingTime: has no effect: leases of 4294967295 s never end",
      "spec.ipv4Config.maxLeaseTime: has no effect without honourRequestedLeaseTime: true",
      "spec.ipv4Config.mtu: 1279 octets carry no IPv6, which needs 1280",
      "spec.ipv4Config.broadcast: 192.168.48.20 may be given to a VM: add it to pool.exclude",
      "spec.ipv4Config.captivePortal: clients ask the API by https only (RFC 8908)",
      "spec.ipv4Config.bootFileName: has no effect: bootFiles[0] is for every client",
      "spec.ipv4Config.bootFiles[1]: has no effect: bootFiles[0] is for every client",
    ],
  }),
  review("a boot file of clients that all have another one before is warned about", {
    operation: "CREATE",
    object: served({
      bootFileName: "a",
      bootFiles: [
        { architecture: 7, vendorClass: "HTTP", fileName: "b" },
        { architecture: "x64-uefi", vendorClass: "HTTPClient", userClass: "iPXE", fileName: "c" },
        { vendorClass: "HTTPClient", fileName: "d" },
        { architecture: 9, fileName: "e" },
      ],
    }),
  }, {
    allowed: true,
    warnings: [
      "spec.ipv4Config.bootFiles[1]: has no effect: bootFiles[0] is for every such client",
    ],
  }),
  review("options that find no room in the reply to a usual client are warned about", {
    operation: "CREATE",
    object: served({
      routes: Array.from({ length: 64 }, (_, at) => ({
        destination: `10.0.${at}.0/24`,
        gateway: "10.50.0.3",
      })),
      domainSearch: Array.from({ length: 18 }, (_, at) => `name-${at}.zone-${at}.example`),
      options: [{ code: 150, type: "text", value: "x".repeat(255) }],
      vendorOptions: [9, 10].map((enterprise) => (
        { enterprise, code: 1, type: "text", value: "x".repeat(160) }
      )),
    }),
  }, {
    allowed: true,
    warnings: [
      "spec.ipv4Config.routes: takes 523 octets; clients that do not ask for longer replies have room for 308 in all, and may not be told",
      "spec.ipv4Config.domainSearch: takes 315 octets; clients that do not ask for longer replies have room for 308 in all, and may not be told",
      "spec.ipv4Config.vendorOptions: takes 338 octets; clients that do not ask for longer replies have room for 308 in all, and may not be told",
    ],
  }),
  review("a bad word to clients that was there before does not stand in the way of another edit", {
    operation: "UPDATE",
    object: served({ mtu: 67, wpad: "http://proxy.example.com/wpad.dat" }),
    oldObject: served({ mtu: 67 }),
  }, {
    allowed: true,
    warnings: ["spec.ipv4Config.mtu: must be from 68 to 65535 octets (it was so before)"],
  }),
  review("a NIC that is told something of its own, or nothing, is allowed", {
    object: nic({ router: "", dns: [], mtu: 9_000, routes: [], broadcast: "10.50.0.255" }),
  }, allowed),
  review("a NIC's words are judged by its network, also against its pool's own", {
    object: nic({
      router: "10.51.0.1",
      broadcast: "10.51.0.255",
      renewalTime: 31_536_000,
      mtu: 67,
      routes: [{ destination: "10.0.0.0/8", gateway: "10.51.0.1" }],
    }),
  }, {
    allowed: false,
    status: invalid("VirtualMachineNetworkConfig", "web", [
      [
        "spec.networkConfig[0].options.renewalTime",
        "Invalid value: 31536000: must be less than leaseTime, 31536000",
      ],
      ["spec.networkConfig[0].options.mtu", "Invalid value: 67: must be from 68 to 65535 octets"],
      [
        "spec.networkConfig[0].options.router",
        'Invalid value: "10.51.0.1": must be a host address of 10.50.0.0/24, or one that a route with the gateway 0.0.0.0 reaches',
      ],
      [
        "spec.networkConfig[0].options.routes[0].gateway",
        'Invalid value: "10.51.0.1": must be a host address of 10.50.0.0/24, or 0.0.0.0 for a subnet on the link',
      ],
      [
        "spec.networkConfig[0].options.broadcast",
        'Invalid value: "10.51.0.255": must be an address of 10.50.0.0/24',
      ],
    ]),
  }),
  review("of a NIC whose network has no pool only the form of its words is judged", {
    object: nic({ router: "10.51.0.1", dns: ["x"] }, "default/net-48"),
  }, {
    allowed: false,
    status: invalid("VirtualMachineNetworkConfig", "web", [[
      "spec.networkConfig[0].options.dns[0]",
      'Invalid value: "x": must be an IPv4 address such as 192.168.48.10: four decimal parts from 0 to 255 wanted',
    ]]),
    warnings: ["spec.networkConfig[0].networkName: no IPPool serves default/net-48 yet"],
  }),
  review("a NIC that is told too much is refused", {
    object: nic({ domainSearch: Array(90).fill("example.com") }),
  }, {
    allowed: false,
    status: invalid("VirtualMachineNetworkConfig", "web", [[
      "spec.networkConfig[0].options",
      'Invalid value: {"domainSearch":["example.com","example.com","example.com","example.com","example.com","example.com","example.com","exam...: must have at most 1024 characters of JSON, not 1278',
    ]]),
  }),
  review("a NIC that is left alone is not judged again for its words", {
    operation: "UPDATE",
    object: vmnetcfg("tenant/web", nic(OUTSIDE).spec.networkConfig, { paused: true }),
    oldObject: nic(OUTSIDE),
  }, allowed),
  review("a NIC's empty words stay when what is empty is taken away", {
    path: "/mutate",
    object: vmnetcfg("tenant/web", [{
      networkName: "default/net-50",
      macAddress: MAC,
      ipAddress: "",
      options: { router: "", dns: [], mtu: null as never },
    }]),
  }, {
    allowed: true,
    patch: [{
      op: "add",
      path: "/spec",
      value: {
        vmName: "web",
        networkConfig: [{
          networkName: "default/net-50",
          macAddress: MAC,
          options: { router: "", dns: [] },
        }],
      },
    }],
  }),
];
