/**
 * Cases of IPPools.
 *
 * @module
 */
import type { IPPool, IPv4Config } from "../../core/api/types.ts";
import { type Case, invalid, review } from "./cases.ts";
import { DB_MAC, pool, SERVED } from "./objects.ts";

const GOOD = pool("default/p");
const allowed = { allowed: true };
const OWNER = `VM tenant/db (${DB_MAC})`;

/** The served pool with another IPv4 network, its status kept. */
function served(config: Partial<IPv4Config>, spec: Partial<IPPool["spec"]> = {}): IPPool {
  return {
    ...SERVED,
    spec: { ...SERVED.spec, ...spec, ipv4Config: { ...SERVED.spec.ipv4Config, ...config } },
  };
}

function refusedEdit(
  name: string,
  config: Partial<IPv4Config>,
  errors: readonly (readonly [string, string])[],
): Case {
  return review(name, { operation: "UPDATE", object: served(config), oldObject: SERVED }, {
    allowed: false,
    status: invalid("IPPool", "fifty", errors),
  });
}

/** The cases. */
export const POOL_CASES: readonly Case[] = [
  review("a good pool is allowed", { object: GOOD }, allowed),
  review("every bad field is named at once", {
    object: pool("default/p", {
      router: "192.168.49.1",
      serverIP: "192.168.48.0",
      dns: ["fe80::1", "010.1.1.1"],
      leaseTime: 0,
    }, { spec: { networkName: "nowhere" } }),
  }, {
    allowed: false,
    status: invalid("IPPool", "p", [
      [
        "spec.ipv4Config.serverIP",
        'Invalid value: "192.168.48.0": must be a host address of 192.168.48.0/24, not its network address',
      ],
      [
        "spec.ipv4Config.router",
        'Invalid value: "192.168.49.1": must be a host address of 192.168.48.0/24, or one that a route with the gateway 0.0.0.0 reaches',
      ],
      [
        "spec.ipv4Config.dns[0]",
        'Invalid value: "fe80::1": must be an IPv4 address such as 192.168.48.10: IPv6 given where IPv4 is wanted',
      ],
      [
        "spec.ipv4Config.dns[1]",
        'Invalid value: "010.1.1.1": must be an IPv4 address such as 192.168.48.10: a part has a leading zero',
      ],
      [
        "spec.ipv4Config.leaseTime",
        "Invalid value: 0: must be from 1 to 4294967295 seconds",
      ],
    ]),
  }),
  review("S7: a network that is not there yet is warned about, also before its namespace's pool", {
    object: pool("other/p", {}, { spec: { networkName: "default/nowhere" } }),
  }, {
    allowed: true,
    warnings: [
      "spec.networkName: there is no NetworkAttachmentDefinition default/nowhere yet",
    ],
  }),
  review("S7: beside a network that is not there yet, a bad subnet and server are refused", {
    object: pool("default/p", { cidr: "192.168.48.0/33", serverIP: "192.168.48" }, {
      spec: { networkName: "nowhere" },
    }),
  }, {
    allowed: false,
    status: invalid("IPPool", "p", [
      [
        "spec.ipv4Config.cidr",
        'Invalid value: "192.168.48.0/33": must be an IPv4 subnet such as 192.168.48.0/24: a prefix length from 0 to 32 wanted',
      ],
      [
        "spec.ipv4Config.serverIP",
        'Invalid value: "192.168.48": must be an IPv4 address such as 192.168.48.10: four decimal parts from 0 to 255 wanted',
      ],
    ]),
  }),
  review("an object without a namespace is one of the request's", {
    namespace: "tenant",
    object: {
      ...GOOD,
      metadata: { name: "p" },
      spec: { ...GOOD.spec, networkName: "net-48" },
    } as IPPool,
  }, {
    allowed: true,
    warnings: ["spec.networkName: there is no NetworkAttachmentDefinition tenant/net-48 yet"],
  }),
  review("an object that the server is to name is called by what it gives for that", {
    object: { ...pool("default/p", { leaseTime: 0 }), metadata: { generateName: "p-" } },
  }, {
    allowed: false,
    status: invalid("IPPool", "p-", [[
      "spec.ipv4Config.leaseTime",
      "Invalid value: 0: must be from 1 to 4294967295 seconds",
    ]]),
  }),
  review("a new pool is judged, also where the request brings an old one that is the same", {
    object: pool("default/p", { leaseTime: 0 }),
    oldObject: pool("default/p", { leaseTime: 0 }),
  }, {
    allowed: false,
    status: invalid("IPPool", "p", [[
      "spec.ipv4Config.leaseTime",
      "Invalid value: 0: must be from 1 to 4294967295 seconds",
    ]]),
  }),
  review("a network that a pool of another name and namespace serves is refused", {
    object: pool("others/net-50", {}, {
      metadata: { uid: "0", creationTimestamp: "2026-01-01T00:00:00Z" },
      spec: { networkName: "default/net-50" },
    }),
  }, {
    allowed: false,
    status: invalid("IPPool", "net-50", [[
      "spec.networkName",
      'Invalid value: "default/net-50": must not be a network that another pool serves: IPPool pools/fifty',
    ]]),
  }),
  review(
    "T7: a pool of the network's own namespace is allowed beside one from elsewhere, and takes the network over",
    {
      object: pool("default/net-50", {}, { spec: { networkName: "net-50" } }),
    },
    {
      allowed: true,
      warnings: [
        "spec.networkName: the pool takes default/net-50 over from IPPool pools/fifty; VMs keep what its subnet has",
      ],
    },
  ),
  review("T9: the API server's address, the pod's own and a name server's are no serverIP", {
    object: pool("default/p", { cidr: "10.96.0.0/24", serverIP: "10.96.0.1", pool: {} }),
  }, {
    allowed: false,
    status: invalid("IPPool", "p", [[
      "spec.ipv4Config.serverIP",
      "Invalid value: \"10.96.0.1\": must not be an address that the cluster needs itself: it is the API server's, the first of the Services' range 10.96.0.0/12",
    ]]),
    warnings: [
      "spec.ipv4Config.cidr: 10.96.0.0/24 overlaps the cluster's Services, 10.96.0.0/12: VMs with a NIC on both networks reach only one of them",
    ],
  }),
  review("T9: nor can an edit put the server there", {
    operation: "UPDATE",
    object: served({ serverIP: "10.50.0.7" }),
    oldObject: SERVED,
  }, {
    allowed: false,
    status: invalid("IPPool", "fifty", [[
      "spec.ipv4Config.serverIP",
      'Invalid value: "10.50.0.7": must not be an address that the cluster needs itself: it is a node\'s',
    ]]),
  }),
  review("T9: a server that was there before does not stand in the way of another edit", {
    operation: "UPDATE",
    object: served({ serverIP: "10.50.0.7", leaseTime: 600 }),
    oldObject: served({ serverIP: "10.50.0.7" }),
  }, {
    allowed: true,
    warnings: [
      "spec.ipv4Config.serverIP: must not be an address that the cluster needs itself: it is a node's (it was so before)",
    ],
  }),
  review("a server on an address that a VM has is refused", {
    object: pool("pools/fifty", { cidr: "10.50.0.0/24", serverIP: "10.50.0.10", pool: {} }, {
      spec: { networkName: "default/net-50" },
    }),
  }, {
    allowed: false,
    status: invalid("IPPool", "fifty", [[
      "spec.ipv4Config.serverIP",
      `Invalid value: "10.50.0.10": must not be an address in use: ${OWNER} has it`,
    ]]),
  }),
  ...[
    ["an address that a VM had", "10.50.0.12"],
    ["an address that its VM has on another network", "10.50.0.11"],
  ].map(([what, serverIP = ""]) =>
    review(`a server on ${what} is allowed`, {
      object: pool("pools/fifty", { cidr: "10.50.0.0/24", serverIP, pool: {} }, {
        spec: { networkName: "default/net-50" },
      }),
    }, allowed)
  ),
  review("a pool is allowed beside one of its network that is being deleted", {
    object: pool("default/next", { cidr: "10.52.0.0/24", serverIP: "10.52.0.2", pool: {} }, {
      spec: { networkName: "net-52" },
    }),
  }, allowed),
  review("what is just not unwise is allowed without a word", {
    object: pool("default/p", {
      cidr: "192.168.48.0/29",
      serverIP: "192.168.48.2",
      pool: {
        start: "192.168.48.3",
        end: "192.168.48.5",
        exclude: ["192.168.48.3", "192.168.48.4", "192.168.48.1", "192.168.48.6"],
      },
      leaseTime: 60,
    }),
  }, allowed),
  ...["our-own", "static-route", "no-server", "odd-server", "no-json", "null-note"].map((name) =>
    review(`a pool is warned about no other DHCP server by the note of ${name}`, {
      object: pool("default/p", {}, { spec: { networkName: name } }),
    }, allowed)
  ),
  review("a pool is warned about a DHCP server that gave Harvester its route", {
    object: pool("default/p", {}, { spec: { networkName: "by-dhcp" } }),
  }, {
    allowed: true,
    warnings: [
      "spec.networkName: another DHCP server, 192.168.48.254, answers on this network: VMs may get their addresses from it",
    ],
  }),
  review("what is legal but unwise is allowed with warnings", {
    object: pool("default/p", {
      cidr: "10.96.7.1/29",
      serverIP: "10.96.7.2",
      pool: {
        start: "10.96.7.3",
        end: "10.96.7.4",
        exclude: ["10.96.7.3", "10.96.7.4", "10.0.0.1"],
      },
      leaseTime: 20,
    }, { spec: { networkName: "net-49" } }),
  }, {
    allowed: true,
    warnings: [
      "spec.ipv4Config.cidr: 10.96.7.0/29 overlaps the cluster's Services, 10.96.0.0/12: VMs with a NIC on both networks reach only one of them",
      "spec.ipv4Config.cidr: 10.96.7.1/29 has host bits; it means 10.96.7.0/29",
      "spec.ipv4Config.pool: no address of 10.96.7.3-10.96.7.4 is left for VMs: all are excluded or reserved",
      "spec.ipv4Config.pool.exclude[2]: 10.0.0.1 lies outside 10.96.7.0/29: it excludes nothing",
      "spec.ipv4Config.leaseTime: VMs renew every 10 s; 60 s or more is advised",
      "spec.networkName: another DHCP server, 192.168.49.254, answers on this network: VMs may get their addresses from it",
    ],
  }),
  review("a growing range is allowed", {
    operation: "UPDATE",
    object: served({ pool: { start: "10.50.0.3", end: "10.50.0.200" } }),
    oldObject: SERVED,
  }, allowed),
  review("an edit that is unwise is allowed with a warning", {
    operation: "UPDATE",
    object: served({ leaseTime: 59 }),
    oldObject: SERVED,
  }, {
    allowed: true,
    warnings: [
      "spec.ipv4Config.leaseTime: VMs renew every 29.5 s; 60 s or more is advised",
    ],
  }),
  refusedEdit("an edit that is refused is not called unwise, too", { leaseTime: 59, dns: ["x"] }, [[
    "spec.ipv4Config.dns[0]",
    'Invalid value: "x": must be an IPv4 address such as 192.168.48.10: four decimal parts from 0 to 255 wanted',
  ]]),
  refusedEdit("an exclude on an address in use names its VM", {
    pool: { start: "10.50.0.10", end: "10.50.0.99", exclude: ["10.50.0.10"] },
  }, [[
    "spec.ipv4Config.pool.exclude[0]",
    `Invalid value: "10.50.0.10": must not be an address in use: ${OWNER} has it`,
  ]]),
  refusedEdit("a field that cannot be read hides no other that hurts a VM", {
    serverIP: "10.50.0.10",
    router: "10.50.1.1",
    pool: { start: "10.50.0.11", end: "10.50.0.99" },
  }, [[
    "spec.ipv4Config.router",
    'Invalid value: "10.50.1.1": must be a host address of 10.50.0.0/24, or one that a route with the gateway 0.0.0.0 reaches',
  ], [
    "spec.ipv4Config.serverIP",
    `Invalid value: "10.50.0.10": must not be an address in use: ${OWNER} has it`,
  ], [
    "spec.ipv4Config.pool.start",
    `Invalid value: "10.50.0.11": must not leave out addresses in use: 10.50.0.10 of ${OWNER}`,
  ]]),
  refusedEdit("a server on an address in use and a range without it are both named", {
    serverIP: "10.50.0.10",
    pool: { start: "10.50.0.11", end: "10.50.0.99" },
  }, [[
    "spec.ipv4Config.serverIP",
    `Invalid value: "10.50.0.10": must not be an address in use: ${OWNER} has it`,
  ], [
    "spec.ipv4Config.pool.start",
    `Invalid value: "10.50.0.11": must not leave out addresses in use: 10.50.0.10 of ${OWNER}`,
  ]]),
  review("networkName and cidr may not change", {
    operation: "UPDATE",
    object: served({ cidr: "10.50.0.0/23" }, { networkName: "net-50" }),
    oldObject: SERVED,
  }, {
    allowed: false,
    status: invalid("IPPool", "fifty", [[
      "spec.networkName",
      'Invalid value: "net-50": must not change: it was "default/net-50"',
    ], [
      "spec.ipv4Config.cidr",
      'Invalid value: "10.50.0.0/23": must not change: it was "10.50.0.0/24"',
    ]]),
  }),
  review("an old fault does not stand in the way of another edit", {
    operation: "UPDATE",
    object: served({ dns: ["1.1.1.1"], domainName: "no domain" }),
    oldObject: served({ domainName: "no domain" }),
  }, {
    allowed: true,
    warnings: [
      "spec.ipv4Config.domainName: must be a domain name such as example.com (it was so before)",
    ],
  }),
  review("a change of the status alone is allowed whatever the spec", {
    operation: "UPDATE",
    object: { ...served({ cidr: "x" }), status: {} } as IPPool,
    oldObject: served({ cidr: "x" }),
  }, allowed),
  review("a change of finalizers alone is allowed whatever the spec", {
    operation: "UPDATE",
    object: pool("default/p", { cidr: "x" }, { metadata: { finalizers: [] } }),
    oldObject: pool("default/p", { cidr: "x" }, { metadata: { finalizers: ["a/b"] } }),
  }, allowed),
  review("a write of the status subresource is allowed", {
    operation: "UPDATE",
    subResource: "status",
    object: pool("default/p", { cidr: "x" }),
    oldObject: GOOD,
  }, allowed),
  review("an object that is being deleted is allowed everything", {
    operation: "UPDATE",
    object: served({ cidr: "x" }),
    oldObject: {
      ...SERVED,
      metadata: { ...SERVED.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" },
    },
  }, allowed),
  ...["controller", "collector"].map((username) =>
    review(`the ${username}'s deletion is allowed`, {
      operation: "DELETE",
      oldObject: SERVED,
      username,
    }, allowed)
  ),
  review("a pool whose network is in use, under whatever names, is not deleted", {
    operation: "DELETE",
    oldObject: SERVED,
  }, {
    allowed: false,
    status: {
      code: 409,
      reason: "Conflict",
      message:
        'IPPool "fifty" serves the network default/net-50, which is in use by VirtualMachineNetworkConfig tenant/db: delete the VMs or take their NICs off the network first',
      details: { name: "fifty", group: "network.harvesterhci.io", kind: "IPPool" },
    },
  }),
  review("S12: of many that are deleted at once, as with their namespace, each is named", {
    operation: "DELETE",
    oldObject: SERVED,
    name: "",
  }, {
    allowed: false,
    status: {
      code: 409,
      reason: "Conflict",
      message:
        'IPPool "fifty" serves the network default/net-50, which is in use by VirtualMachineNetworkConfig tenant/db: delete the VMs or take their NICs off the network first',
      details: { name: "fifty", group: "network.harvesterhci.io", kind: "IPPool" },
    },
  }),
  review("a pool with the namespace and name of a network in use is deleted if it serves another", {
    operation: "DELETE",
    oldObject: pool("default/net-50"),
  }, allowed),
  ...[
    ["net-53", "default/vm-1, default/vm-2, default/vm-3, default/vm-4, default/vm-5 and 1 more"],
    ["net-56", "default/vm-1, default/vm-2, default/vm-3, default/vm-4, default/vm-5"],
  ].map(([networkName = "", users]) =>
    review(`a pool that VMs wait for on ${networkName} is not deleted, and five are named`, {
      operation: "DELETE",
      oldObject: pool("default/p", {}, { spec: { networkName } }),
    }, {
      allowed: false,
      status: {
        code: 409,
        reason: "Conflict",
        message:
          `IPPool "p" serves the network default/${networkName}, which is in use by VirtualMachineNetworkConfig ${users}: delete the VMs or take their NICs off the network first`,
        details: { name: "p", group: "network.harvesterhci.io", kind: "IPPool" },
      },
    })
  ),
  review("a pool whose last user is being deleted is deleted", {
    operation: "DELETE",
    oldObject: pool("default/p", {}, { spec: { networkName: "net-54" } }),
  }, allowed),
  review("a pool whose network cannot be told is deleted", {
    operation: "DELETE",
    oldObject: pool("default/p", {}, { spec: { networkName: "a/b/c" } }),
  }, allowed),
  review("a younger pool whose addresses the one that serves has taken over is deleted", {
    operation: "DELETE",
    oldObject: pool("pools/younger", { cidr: "10.50.0.0/24" }, {
      metadata: { uid: "younger", creationTimestamp: "2026-02-01T00:00:00Z" },
      spec: { networkName: "default/net-50" },
      status: { ipv4: { allocated: { "10.50.0.11": DB_MAC }, used: 1, available: 9 } },
    }),
  }, allowed),
  review("a younger pool of a network in use that gave addresses is not deleted", {
    operation: "DELETE",
    oldObject: pool("pools/younger", { cidr: "10.50.0.0/24" }, {
      metadata: { uid: "younger", creationTimestamp: "2026-02-01T00:00:00Z" },
      spec: { networkName: "default/net-50" },
      status: {
        ipv4: { allocated: { "10.50.0.10": "52:54:00:00:00:77" }, used: 1, available: 9 },
      },
    }),
  }, {
    allowed: false,
    status: {
      code: 409,
      reason: "Conflict",
      message:
        'IPPool "younger" serves the network default/net-50, which is in use by VirtualMachineNetworkConfig tenant/db: delete the VMs or take their NICs off the network first',
      details: { name: "younger", group: "network.harvesterhci.io", kind: "IPPool" },
    },
  }),
  review("a younger pool of a network in use, with no address given, is deleted", {
    operation: "DELETE",
    oldObject: pool("pools/younger", { cidr: "10.50.0.0/24" }, {
      metadata: { uid: "younger", creationTimestamp: "2026-02-01T00:00:00Z" },
      spec: { networkName: "default/net-50" },
    }),
  }, allowed),
];
