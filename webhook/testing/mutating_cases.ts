/**
 * Cases of what is taken away and filled in.
 *
 * @module
 */
import { DEFAULT_SERVER_IP_ANNOTATION as CHOSEN } from "../../core/api/names.ts";
import type { IPPool, IPv4Config } from "../../core/api/types.ts";
import { type Case, review } from "./cases.ts";
import { DB_MAC, pool, SERVED, vmnetcfg } from "./objects.ts";

const allowed = { allowed: true };
const GOOD = pool("default/p");
const RANGE = { start: "192.168.48.1", end: "192.168.48.254" };

/** A pool of 192.168.48.0/24 with only this in its IPv4 network, and what the webhook chose before. */
function bare(config: Partial<IPv4Config>, chosen?: string): IPPool {
  const whole = pool("default/p", {}, {
    ...(chosen === undefined ? {} : { metadata: { annotations: { [CHOSEN]: chosen } } }),
  });
  const ipv4Config = { cidr: "192.168.48.0/24", ...config };
  return { ...whole, spec: { networkName: "default/net-48", ipv4Config } };
}

/** The patch that leaves a bare pool with this. */
function patched(config: Partial<IPv4Config>, chosen?: string): readonly unknown[] {
  const ipv4Config = { cidr: "192.168.48.0/24", ...config };
  return [
    { op: "add", path: "/spec", value: { networkName: "default/net-48", ipv4Config } },
    ...(chosen === undefined ? [] : [{
      op: "add",
      path: "/metadata/annotations",
      value: { [CHOSEN]: chosen },
    }]),
  ];
}

const CHOSEN_1 = bare({ serverIP: "192.168.48.1", pool: RANGE }, "192.168.48.1");

/** The cases. */
export const MUTATING_CASES: readonly Case[] = [
  review("a pool gets its server address and its range", {
    path: "/mutate",
    object: bare({ pool: { exclude: ["192.168.48.1"] } }),
  }, {
    allowed: true,
    patch: patched(
      { pool: { exclude: ["192.168.48.1"], ...RANGE }, serverIP: "192.168.48.2" },
      "192.168.48.2",
    ),
  }),
  review("a pool without a range gets one", {
    path: "/mutate",
    object: bare({ router: "192.168.48.1" }),
  }, {
    allowed: true,
    patch: patched(
      { router: "192.168.48.1", serverIP: "192.168.48.2", pool: RANGE },
      "192.168.48.2",
    ),
  }),
  review(
    "a pool that leaves nothing out is not patched",
    { path: "/mutate", object: GOOD },
    allowed,
  ),
  ...(["CREATE", "UPDATE"] as const).map((operation) =>
    review(`S10: null and empty mean left out, at ${operation}`, {
      path: "/mutate",
      operation,
      object: bare({
        serverIP: "",
        router: null as never,
        dns: ["", "1.1.1.1", null as never],
        domainName: "",
        leaseTime: null as never,
        pool: { start: "", end: "192.168.48.20", exclude: null as never },
      }),
      oldObject: operation === "CREATE" ? null : CHOSEN_1,
    }, {
      allowed: true,
      patch: patched({
        dns: ["1.1.1.1"],
        pool: { end: "192.168.48.20", start: "192.168.48.1" },
        serverIP: "192.168.48.1",
      }, "192.168.48.1"),
    })
  ),
  review("S10: a NIC's empty address means that it wants none", {
    path: "/mutate",
    object: vmnetcfg("tenant/web", [
      { networkName: "default/net-50", macAddress: DB_MAC, ipAddress: "" },
    ]),
  }, {
    allowed: true,
    patch: [{
      op: "add",
      path: "/spec",
      value: {
        vmName: "web",
        networkConfig: [{ networkName: "default/net-50", macAddress: DB_MAC }],
      },
    }],
  }),
  review("nothing of a VirtualMachineNetworkConfig is filled in", {
    path: "/mutate",
    object: vmnetcfg("tenant/web", [{ networkName: "default/net-50", macAddress: DB_MAC }]),
  }, allowed),
  review("a pool that cannot be understood is only rid of what is empty", {
    path: "/mutate",
    object: bare({ cidr: "x", serverIP: "" }),
  }, { allowed: true, patch: patched({ cidr: "x" }) }),
  review("a pool of a trusted user is not patched", {
    path: "/mutate",
    object: pool("default/p", { serverIP: "" }),
    username: "controller",
  }, allowed),
  review("S11: a chosen server address stays while the author leaves it to the webhook", {
    path: "/mutate",
    operation: "UPDATE",
    object: { ...CHOSEN_1, spec: { ...CHOSEN_1.spec, paused: true } } as IPPool,
    oldObject: CHOSEN_1,
  }, allowed),
  review("S11: a chosen server address gives way to the router that the author writes", {
    path: "/mutate",
    operation: "UPDATE",
    object: bare({ router: "192.168.48.1", serverIP: "192.168.48.1", pool: RANGE }, "192.168.48.1"),
    oldObject: CHOSEN_1,
  }, {
    allowed: true,
    patch: patched(
      { router: "192.168.48.1", serverIP: "192.168.48.2", pool: RANGE },
      "192.168.48.2",
    ),
  }),
  review("S11: and to what he excludes, for an address that no VM has", {
    path: "/mutate",
    operation: "UPDATE",
    object: bare(
      { serverIP: "192.168.48.1", pool: { ...RANGE, exclude: ["192.168.48.1"] } },
      "192.168.48.1",
    ),
    oldObject: {
      ...CHOSEN_1,
      status: {
        ipv4: {
          allocated: { "192.168.48.1": "RESERVED", "192.168.48.2": DB_MAC },
          used: 1,
          available: 9,
        },
      },
    } as IPPool,
  }, {
    allowed: true,
    patch: patched(
      { serverIP: "192.168.48.3", pool: { ...RANGE, exclude: ["192.168.48.1"] } },
      "192.168.48.3",
    ),
  }),
  review("S11: a server address that the author wrote stays, and is refused where it cannot be", {
    path: "/mutate",
    operation: "UPDATE",
    object: bare({ router: "192.168.48.1", serverIP: "192.168.48.1", pool: RANGE }),
    oldObject: bare({ serverIP: "192.168.48.1", pool: RANGE }),
  }, allowed),
  review("S11: one that he writes himself is no longer a chosen one", {
    path: "/mutate",
    operation: "UPDATE",
    object: bare({ serverIP: "192.168.48.7", pool: RANGE }, "192.168.48.1"),
    oldObject: CHOSEN_1,
  }, {
    allowed: true,
    patch: [{ op: "add", path: "/metadata/annotations", value: {} }],
  }),
  ...[
    { name: "chosen", old: CHOSEN_1, serverIP: "192.168.48.1" },
    {
      name: "written",
      old: bare({ serverIP: "192.168.48.9", pool: RANGE }),
      serverIP: "192.168.48.9",
    },
    { name: "taken for want of another", old: bare({}), serverIP: "192.168.48.1" },
  ].map(({ name, old, serverIP }) =>
    review(`S11: kubectl replace without a server address keeps the one ${name} before`, {
      path: "/mutate",
      operation: "UPDATE",
      object: bare({ leaseTime: 600 }),
      oldObject: old,
    }, { allowed: true, patch: patched({ leaseTime: 600, serverIP, pool: RANGE }, serverIP) })
  ),
  review("S11: so it does where what is not set yet is null, as Kubernetes 1.30 has it", {
    path: "/mutate",
    operation: "UPDATE",
    object: {
      ...bare({ leaseTime: 600 }),
      metadata: { ...bare({}).metadata, creationTimestamp: null },
    } as unknown as IPPool,
    oldObject: CHOSEN_1,
  }, {
    allowed: true,
    patch: patched({ leaseTime: 600, serverIP: "192.168.48.1", pool: RANGE }, "192.168.48.1"),
  }),
  review("S11: what is chosen for a new pool is not what a VM of its network shows", {
    path: "/mutate",
    object: {
      ...SERVED,
      status: {},
      spec: {
        networkName: "default/net-50",
        ipv4Config: { cidr: "10.50.0.8/29", router: "10.50.0.9" },
      },
    } as IPPool,
  }, {
    allowed: true,
    patch: [{
      op: "add",
      path: "/spec",
      value: {
        networkName: "default/net-50",
        ipv4Config: {
          cidr: "10.50.0.8/29",
          router: "10.50.0.9",
          serverIP: "10.50.0.11",
          pool: { start: "10.50.0.9", end: "10.50.0.14" },
        },
      },
    }, { op: "add", path: "/metadata/annotations", value: { [CHOSEN]: "10.50.0.11" } }],
  }),
  review("S11: nor one that the cluster needs itself", {
    path: "/mutate",
    object: bare({ cidr: "10.96.0.0/24" }),
  }, {
    allowed: true,
    patch: patched({
      cidr: "10.96.0.0/24",
      serverIP: "10.96.0.2",
      pool: { start: "10.96.0.1", end: "10.96.0.254" },
    }, "10.96.0.2"),
  }),
];
