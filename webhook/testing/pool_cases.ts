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
        'Invalid value: "192.168.49.1": must be a host address of 192.168.48.0/24',
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
      [
        "spec.networkName",
        'Invalid value: "nowhere": must name a NetworkAttachmentDefinition: there is no default/nowhere',
      ],
    ]),
  }),
  review("a network that a pool of another name and namespace serves is refused", {
    object: pool("default/net-50", {}, { spec: { networkName: "net-50" } }),
  }, {
    allowed: false,
    status: invalid("IPPool", "net-50", [[
      "spec.networkName",
      'Invalid value: "net-50": must not be a network that another pool serves: IPPool pools/fifty',
    ]]),
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
    'Invalid value: "10.50.1.1": must be a host address of 10.50.0.0/24',
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
  review("a pool with the namespace and name of a network in use is deleted if it serves another", {
    operation: "DELETE",
    oldObject: pool("default/net-50"),
  }, allowed),
  review("a younger pool of a network in use, with no address given, is deleted", {
    operation: "DELETE",
    oldObject: pool("default/younger", { cidr: "10.50.0.0/24" }, {
      metadata: { uid: "younger", creationTimestamp: "2026-02-01T00:00:00Z" },
      spec: { networkName: "default/net-50" },
    }),
  }, allowed),
];

/** Cases of defaulting. */
export const DEFAULTING_CASES: readonly Case[] = [
  review("a pool gets its server address and its range", {
    path: "/mutate",
    object: pool("default/p", { serverIP: "", pool: { exclude: ["192.168.48.1"] } }),
  }, {
    allowed: true,
    patch: [
      { op: "add", path: "/spec/ipv4Config/serverIP", value: "192.168.48.2" },
      { op: "add", path: "/spec/ipv4Config/pool/start", value: "192.168.48.1" },
      { op: "add", path: "/spec/ipv4Config/pool/end", value: "192.168.48.254" },
    ],
  }),
  review("a pool without a range gets one", {
    path: "/mutate",
    object: {
      ...GOOD,
      spec: { networkName: "net-48", ipv4Config: { cidr: "10.0.0.0/30", router: "10.0.0.1" } },
    } as IPPool,
  }, {
    allowed: true,
    patch: [
      { op: "add", path: "/spec/ipv4Config/serverIP", value: "10.0.0.2" },
      {
        op: "add",
        path: "/spec/ipv4Config/pool",
        value: { start: "10.0.0.1", end: "10.0.0.2" },
      },
    ],
  }),
  review(
    "a pool that leaves nothing out is not patched",
    { path: "/mutate", object: GOOD },
    allowed,
  ),
  review("a pool that cannot be understood is left to validation", {
    path: "/mutate",
    object: pool("default/p", { cidr: "x", serverIP: "" }),
  }, allowed),
  review("an edit is not defaulted", {
    path: "/mutate",
    operation: "UPDATE",
    object: pool("default/p", { serverIP: "" }),
    oldObject: GOOD,
  }, allowed),
];
