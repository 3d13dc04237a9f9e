import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import fc from "fast-check";
import { EXAMPLE_POOL, NET_48, NET_48_SERVED } from "./fixtures/documents.ts";
import { shown, type ShownError, shownErrors } from "./testing/shown_errors.ts";
import { parseIPPool, readIPPool } from "./ippool.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The documented pool with other fields in `spec.ipv4Config`; `undefined` removes one. */
function poolWith(config: Fields, spec: Fields = {}): unknown {
  const merged = { ...NET_48.spec.ipv4Config, ...config };
  const ipv4Config = Object.fromEntries(
    Object.entries(merged).filter(([, value]) => value !== undefined),
  );
  return { ...NET_48, spec: { ...NET_48.spec, ipv4Config, ...spec } };
}

function errorsOf(object: unknown): readonly ShownError[] {
  const checked = parseIPPool(object);
  return checked.ok ? [] : shownErrors(checked.errors);
}

for (const [name, pool] of Object.entries({ NET_48, NET_48_SERVED, EXAMPLE_POOL })) {
  Deno.test(`parseIPPool accepts the documented ${name} and gives back the very object`, () => {
    const checked = parseIPPool(pool);
    deepEqual(checked, { ok: true, value: pool });
    equal(checked.ok && checked.value, pool);
  });
}

const ACCEPTED: Readonly<Record<string, unknown>> = {
  "only a network and a subnet": {
    ...NET_48,
    spec: { networkName: "net-48", ipv4Config: { cidr: "10.0.0.0/8" } },
  },
  "unknown fields anywhere": {
    ...(poolWith({ future: { a: 1 } }, { ipv6Config: {} }) as object),
    more: [],
  },
  "a subnet written with host bits": poolWith({ cidr: "192.168.48.5/24" }),
  "a subnet of one address": {
    ...NET_48,
    spec: { networkName: "a/b", ipv4Config: { cidr: "192.168.48.5/32", serverIP: "192.168.48.5" } },
  },
  "both addresses of a /31": poolWith({
    cidr: "192.168.48.80/31",
    serverIP: "192.168.48.80",
    router: undefined,
    pool: { start: "192.168.48.81", end: "192.168.48.81" },
  }),
  "empty texts for what is to be defaulted": poolWith({
    serverIP: "",
    router: "",
    pool: { start: "", end: "" },
  }),
  "a range that begins at the router": poolWith({ pool: { start: "192.168.48.1" } }),
  "an exclude outside the range": poolWith({ pool: { exclude: ["192.168.48.200"] } }),
  "a pool without router, dns, lease time": poolWith({
    router: undefined,
    dns: undefined,
    leaseTime: undefined,
  }),
  "ntp addresses and names": poolWith({
    ntp: ["10.0.0.1", "0.pool.ntp.org", "ntp", "time.example.com."],
  }),
  "search domains with underscores and a dot at the end": poolWith({
    domainSearch: ["_msdcs.example.com", "a."],
  }),
  "the longest and the shortest lease": poolWith({ leaseTime: 0xffff_ffff }),
  "a domain whose parts have 63 characters": poolWith({
    domainName: `${"a".repeat(63)}.${"b".repeat(63)}`,
  }),
  "a lease of one second": poolWith({ leaseTime: 1 }),
  "a network that is only listened to": poolWith({ conflictDetection: "passive" }),
  "switches, and a largest lease time that is the lease time": poolWith({
    leaseTime: 600,
    maxLeaseTime: 600,
    honourRequestedLeaseTime: true,
    hostnames: true,
    authoritative: false,
    bootp: true,
    rapidCommit: true,
  }),
  "what a client is told, however it is recorded": {
    ...NET_48_SERVED,
    status: {
      ipv4: { used: 0, available: 0, clients: { "52:54:00:12:34:56": { options: { mtu: "x" } } } },
    },
  },
  "names of 63 and 253 characters": poolWith({}, {
    networkName: `${"n".repeat(63)}/${Array(4).fill("a".repeat(62)).join(".")}.a`,
  }),
};

for (const [name, pool] of Object.entries(ACCEPTED)) {
  Deno.test(`parseIPPool accepts ${name}`, () => deepEqual(errorsOf(pool), []));
}

const CONFIG = "spec.ipv4Config";
const ADDRESS = "must be an IPv4 address such as 192.168.48.10";
const SUBNET = "must be an IPv4 subnet such as 192.168.48.0/24";
const NETWORK = 'must be "namespace/name" or "name"';
const HOST = "must be a host address of 192.168.48.0/24";

const REFUSED: readonly (readonly [name: string, object: unknown, ...errors: ShownError[]])[] = [
  [
    "a largest lease time below the lease time, a year where none is said",
    poolWith({ leaseTime: undefined, maxLeaseTime: 31_535_999 }),
    {
      path: `${CONFIG}.maxLeaseTime`,
      value: 31_535_999,
      message: "must not be less than leaseTime, 31536000",
    },
  ],
  [
    "a lease time that cannot become a number, which the largest is not compared with",
    poolWith({ leaseTime: { toString: 0 }, maxLeaseTime: 600 }),
    { path: `${CONFIG}.leaseTime`, value: { toString: 0 }, message: "must be a whole number" },
  ],
  [
    "a largest lease time of nothing",
    poolWith({ maxLeaseTime: 0 }),
    {
      path: `${CONFIG}.maxLeaseTime`,
      value: 0,
      message: "must be from 1 to 4294967295 seconds",
    },
  ],
  [
    "switches that are neither on nor off",
    poolWith({ hostnames: "yes", bootp: 1 }),
    { path: `${CONFIG}.hostnames`, value: "yes", message: "must be true or false" },
    { path: `${CONFIG}.bootp`, value: 1, message: "must be true or false" },
  ],
  [
    "what clients are told, with the whole path, and the same thing once",
    poolWith({ options: [{ type: "ipv4", value: "x" }], timezone: "UTC", bootFiles: [{}] }),
    { path: `${CONFIG}.timezone`, value: "UTC", message: "must be an object" },
    { path: `${CONFIG}.bootFiles[0].fileName`, value: undefined, message: "is required" },
    { path: `${CONFIG}.options[0].code`, value: undefined, message: "is required" },
    {
      path: `${CONFIG}.options[0].value`,
      value: "x",
      message: "must be an IPv4 address: four decimal parts from 0 to 255 wanted",
    },
  ],
  ["nothing", undefined, { path: "", value: undefined, message: "is required" }],
  ["a text", "pool", { path: "", value: "pool", message: "must be an object" }],
  [
    "another kind and version",
    { ...NET_48, apiVersion: "loadbalancer.harvesterhci.io/v1beta1", kind: "Pool" },
    {
      path: "apiVersion",
      value: "loadbalancer.harvesterhci.io/v1beta1",
      message: 'must be "network.harvesterhci.io/v1alpha1"',
    },
    { path: "kind", value: "Pool", message: 'must be "IPPool"' },
  ],
  [
    "no spec",
    { apiVersion: NET_48.apiVersion, kind: "IPPool", metadata: {} },
    { path: "spec", value: undefined, message: "is required" },
  ],
  [
    "no network and no IPv4 configuration",
    { ...NET_48, spec: {} },
    { path: "spec.networkName", value: undefined, message: "is required" },
    { path: CONFIG, value: undefined, message: "is required" },
  ],
  [
    "labels that are no text",
    { ...NET_48, metadata: { name: "a", labels: { "example.com/a": 1 } } },
    { path: "metadata.labels[example.com/a]", value: 1, message: "must be a string" },
  ],
  [
    "a pause that is neither true nor false",
    poolWith({}, { paused: "yes" }),
    { path: "spec.paused", value: "yes", message: "must be true or false" },
  ],
  [
    "a field that is null",
    poolWith({ dns: null }),
    { path: `${CONFIG}.dns`, value: null, message: "must be a list" },
  ],
  [
    "a network with two slashes",
    poolWith({}, { networkName: "a/b/c" }),
    { path: "spec.networkName", value: "a/b/c", message: `${NETWORK}: it has more than one slash` },
  ],
  [
    "a network without a name",
    poolWith({}, { networkName: "default/" }),
    {
      path: "spec.networkName",
      value: "default/",
      message: `${NETWORK}: "" is not a lower-case DNS name`,
    },
  ],
  [
    "a network in a namespace that cannot be",
    poolWith({}, { networkName: "De.fault/net" }),
    {
      path: "spec.networkName",
      value: "De.fault/net",
      message: `${NETWORK}: "De.fault" is not a lower-case DNS label of at most 63 characters`,
    },
  ],
  [
    "a network whose name is too long",
    poolWith({}, { networkName: "n".repeat(254) }),
    {
      path: "spec.networkName",
      value: "n".repeat(254),
      message: `${NETWORK}: the name is longer than 253 characters`,
    },
  ],
  [
    "a subnet with a prefix of 33 bits, and judges no address by it",
    poolWith({ cidr: "192.168.48.0/33" }),
    {
      path: `${CONFIG}.cidr`,
      value: "192.168.48.0/33",
      message: `${SUBNET}: a prefix length from 0 to 32 wanted`,
    },
  ],
  [
    "an IPv6 subnet",
    poolWith({ cidr: "fd00::/64" }),
    {
      path: `${CONFIG}.cidr`,
      value: "fd00::/64",
      message: `${SUBNET}: IPv6 given where IPv4 is wanted`,
    },
  ],
  [
    "a multicast subnet",
    { ...NET_48, spec: { networkName: "a/b", ipv4Config: { cidr: "239.0.0.0/8" } } },
    {
      path: `${CONFIG}.cidr`,
      value: "239.0.0.0/8",
      message: "must not overlap 224.0.0.0/4 (multicast)",
    },
  ],
  [
    "the subnet of everything",
    { ...NET_48, spec: { networkName: "a/b", ipv4Config: { cidr: "0.0.0.0/0" } } },
    {
      path: `${CONFIG}.cidr`,
      value: "0.0.0.0/0",
      message: "must not overlap 0.0.0.0/8 (this network)",
    },
  ],
  [
    "a loopback subnet",
    { ...NET_48, spec: { networkName: "a/b", ipv4Config: { cidr: "127.1.0.0/16" } } },
    {
      path: `${CONFIG}.cidr`,
      value: "127.1.0.0/16",
      message: "must not overlap 127.0.0.0/8 (loopback)",
    },
  ],
  [
    "an octal-looking server address",
    poolWith({ serverIP: "192.168.048.077" }),
    {
      path: `${CONFIG}.serverIP`,
      value: "192.168.048.077",
      message: `${ADDRESS}: a part has a leading zero`,
    },
  ],
  [
    "a server outside the subnet",
    poolWith({ serverIP: "192.168.49.1" }),
    { path: `${CONFIG}.serverIP`, value: "192.168.49.1", message: HOST },
  ],
  [
    "the network address as server and the broadcast address as router",
    poolWith({ serverIP: "192.168.48.0", router: "192.168.48.255" }),
    {
      path: `${CONFIG}.serverIP`,
      value: "192.168.48.0",
      message: `${HOST}, not its network address`,
    },
    {
      path: `${CONFIG}.router`,
      value: "192.168.48.255",
      message: `${HOST}, not its broadcast address`,
    },
  ],
  [
    "a server that is the router",
    poolWith({ serverIP: "192.168.48.1" }),
    {
      path: `${CONFIG}.router`,
      value: "192.168.48.1",
      message: "must not be the address of serverIP",
    },
  ],
  [
    "a server that is excluded",
    poolWith({ pool: { exclude: ["192.168.48.78", "192.168.48.77"] } }),
    {
      path: `${CONFIG}.pool.exclude[1]`,
      value: "192.168.48.77",
      message: "must not be the address of serverIP",
    },
  ],
  [
    "a range that ends before it starts",
    poolWith({ pool: { start: "192.168.48.90", end: "192.168.48.81" } }),
    {
      path: `${CONFIG}.pool.end`,
      value: "192.168.48.81",
      message: "must not lie before start, 192.168.48.90",
    },
  ],
  [
    "a range outside the subnet, end and start",
    poolWith({ pool: { start: "10.0.0.1", end: "10.0.0.9" } }),
    { path: `${CONFIG}.pool.start`, value: "10.0.0.1", message: HOST },
    { path: `${CONFIG}.pool.end`, value: "10.0.0.9", message: HOST },
  ],
  [
    "an exclude that is no address",
    poolWith({ pool: { exclude: ["192.168.48.81-192.168.48.85"] } }),
    {
      path: `${CONFIG}.pool.exclude[0]`,
      value: "192.168.48.81-192.168.48.85",
      message: `${ADDRESS}: four decimal parts from 0 to 255 wanted`,
    },
  ],
  [
    "four DNS servers, one of them IPv6, one of them a name, one empty",
    poolWith({ dns: ["1.1.1.1", "2606:4700::1111", "dns.example.com", ""] }),
    {
      path: `${CONFIG}.dns`,
      value: ["1.1.1.1", "2606:4700::1111", "dns.example.com", ""],
      message: "must have at most 3 items",
    },
    {
      path: `${CONFIG}.dns[1]`,
      value: "2606:4700::1111",
      message: `${ADDRESS}: IPv6 given where IPv4 is wanted`,
    },
    {
      path: `${CONFIG}.dns[2]`,
      value: "dns.example.com",
      message: `${ADDRESS}: four decimal parts from 0 to 255 wanted`,
    },
    { path: `${CONFIG}.dns[3]`, value: "", message: `${ADDRESS}: it is empty` },
  ],
  [
    "five NTP servers",
    poolWith({ ntp: ["a", "b", "c", "d", "e"] }),
    {
      path: `${CONFIG}.ntp`,
      value: ["a", "b", "c", "d", "e"],
      message: "must have at most 4 items",
    },
  ],
  [
    "NTP servers that are neither address nor name",
    poolWith({ ntp: ["10.0.0.256", "a b", "fd00::1"] }),
    ...["10.0.0.256", "a b", "fd00::1"].map((value, index) => ({
      path: `${CONFIG}.ntp[${index}]`,
      value,
      message: "must be an IPv4 address or a host name such as pool.ntp.org",
    })),
  ],
  [
    "domains that are none",
    poolWith({ domainName: "example..com", domainSearch: ["", `${"a".repeat(64)}.com`] }),
    {
      path: `${CONFIG}.domainName`,
      value: "example..com",
      message: "must be a domain name such as example.com",
    },
    {
      path: `${CONFIG}.domainSearch[0]`,
      value: "",
      message: "must be a domain name such as example.com",
    },
    {
      path: `${CONFIG}.domainSearch[1]`,
      value: `${"a".repeat(64)}.com`,
      message: "must be a domain name such as example.com",
    },
  ],
  ...[0, -1, 0x1_0000_0000].map((leaseTime): readonly [string, unknown, ShownError] => [
    `a lease time of ${leaseTime}`,
    poolWith({ leaseTime }),
    {
      path: `${CONFIG}.leaseTime`,
      value: leaseTime,
      message: "must be from 1 to 4294967295 seconds",
    },
  ]),
  [
    "a way of conflict detection that there is not",
    poolWith({ conflictDetection: "Active" }),
    {
      path: `${CONFIG}.conflictDetection`,
      value: "Active",
      message: 'must be one of "active", "passive", "off"',
    },
  ],
  [
    "a lease time of half a second",
    poolWith({ leaseTime: 0.5 }),
    { path: `${CONFIG}.leaseTime`, value: 0.5, message: "must be a whole number" },
  ],
  [
    "a status without counts and with a MAC address that is no text",
    { ...NET_48, status: { ipv4: { allocated: { "192.168.48.82": 5 } } } },
    { path: "status.ipv4.allocated[192.168.48.82]", value: 5, message: "must be a string" },
    { path: "status.ipv4.used", value: undefined, message: "is required" },
    { path: "status.ipv4.available", value: undefined, message: "is required" },
  ],
  [
    "a condition with another status",
    { ...NET_48, status: { conditions: [{ type: "Stopped", status: "maybe" }] } },
    {
      path: "status.conditions[0].status",
      value: "maybe",
      message: 'must be one of "True", "False", "Unknown"',
    },
  ],
];

for (const [name, object, ...errors] of REFUSED) {
  Deno.test(`parseIPPool refuses ${name}`, () => {
    deepEqual(shown(parseIPPool(object)), { ok: false, errors });
  });
}

Deno.test("parseIPPool names every error of every part at once", () => {
  const errors = errorsOf(
    poolWith({ cidr: 7, dns: ["x"], leaseTime: "300" }, { networkName: "A" }),
  );
  deepEqual(errors.map((error) => error.path).sort(), [
    "spec.ipv4Config.cidr",
    "spec.ipv4Config.dns[0]",
    "spec.ipv4Config.leaseTime",
    "spec.networkName",
  ]);
});

Deno.test("readIPPool judges structure only: the values of a bad pool are somebody else's", () => {
  const pool = poolWith({ cidr: "nonsense", serverIP: "fe80::1" });
  deepEqual(readIPPool(pool), { ok: true, value: pool });
  deepEqual(shown(readIPPool(poolWith({ cidr: 1 }))), {
    ok: false,
    errors: [{ path: "spec.ipv4Config.cidr", value: 1, message: "must be a string" }],
  });
});

Deno.test("parseIPPool never throws, whatever it is given", () => {
  const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true });
  const value = fc.oneof(anything, fc.string(), fc.ipV4(), fc.ipV6(), fc.integer());
  const config = fc.record({
    cidr: value,
    serverIP: value,
    pool: fc.oneof(
      anything,
      fc.record({ start: value, end: value, exclude: fc.oneof(anything, fc.array(value)) }),
    ),
    dns: fc.oneof(anything, fc.array(value)),
    ntp: fc.oneof(anything, fc.array(value)),
    leaseTime: value,
  }, { requiredKeys: [] });
  fc.assert(fc.property(config, value, (ipv4Config, networkName) => {
    const checked = parseIPPool({ ...NET_48, spec: { networkName, ipv4Config } });
    equal(checked.ok || checked.errors.length > 0, true);
  }));
  fc.assert(fc.property(anything, (object) => equal(parseIPPool(object).ok, false)));
});

Deno.test("parseIPPool names what it cannot read", () => {
  const odd = { length: Object.create(null) };
  const checked = parseIPPool({
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { name: "net-48", namespace: "default" },
    spec: { networkName: "default/net-48", ipv4Config: { cidr: "192.168.48.0/24", dns: odd } },
  });
  equal(checked.ok || checked.errors.length === 0, false);
});
