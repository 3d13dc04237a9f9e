/** Section I of the rules: options that a pool has only where somebody wrote them into it. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { IPv4Config } from "../../api/types.ts";
import { formatIPv4 } from "../../net/mod.ts";
import { compilePool } from "../server/served_network.ts";
import { type DhcpMessage, optionValue } from "../wire/message.ts";
import { codesOf, discover, message, network, pool, Server } from "../testing/harness.ts";

function offerFor(list: readonly number[], config: Partial<IPv4Config>): DhcpMessage {
  const { reply } = new Server(network(pool(config))).ask(discover([{ code: 55, value: list }]));
  ok(reply);
  return reply;
}

function unlisted(config: Partial<IPv4Config>): DhcpMessage {
  const { reply } = new Server(network(pool(config))).ask(discover());
  ok(reply);
  return reply;
}

/** What is wrong with a pool: path below `spec.ipv4Config`, and message. */
function problemsOf(config: object): [string, string][] {
  return compilePool(pool(config)).problems.map(({ path, message }) => {
    deepStrictEqual(path.slice(0, 2), ["spec", "ipv4Config"]);
    return [path.slice(2).join("."), message];
  });
}

/** The octets of an option, with its code and length. */
function octetsOf(code: number, config: Partial<IPv4Config>): number[] {
  const { bytes } = new Server(network(pool(config))).ask(discover([{ code: 55, value: [code] }]));
  let at = 240;
  while (bytes[at] !== code && bytes[at] !== 255) at += 2 + (bytes[at + 1] ?? 0);
  return bytes[at] === 255 ? [] : [...bytes.slice(at, at + 2 + (bytes[at + 1] ?? 0))];
}

const ROUTES = [
  { destination: "10.0.0.0/8", gateway: "192.168.48.2" },
  { destination: "10.17.0.0/16", gateway: "192.168.48.3" },
  { destination: "10.229.0.128/25", gateway: "192.168.48.4" },
  { destination: "10.198.122.47/32", gateway: "0.0.0.0" },
];

Deno.test("rule 28, 71: the broadcast address is the subnet's last, or what the pool says", () => {
  const broadcast = (config: Partial<IPv4Config>) =>
    formatIPv4(optionValue(offerFor([28], config), 28) ?? 0);
  strictEqual(broadcast({}), "192.168.48.255");
  strictEqual(broadcast({ broadcast: "192.168.48.0" }), "192.168.48.0");
  strictEqual(broadcast({ broadcast: "" }), "192.168.48.255");
  strictEqual(broadcast({ broadcast: "all" }), "192.168.48.255");
  deepStrictEqual(problemsOf({ broadcast: "all" }), [[
    "broadcast",
    "must be an IPv4 address: four decimal parts from 0 to 255 wanted",
  ]]);
});

Deno.test("rule 75: T1 and T2 are what the pool says", () => {
  const times = (config: Partial<IPv4Config>) => {
    const reply = unlisted(config);
    return [optionValue(reply, 58), optionValue(reply, 59)];
  };
  deepStrictEqual(times({ leaseTime: 3600, renewalTime: 600 }), [600, 3150]);
  deepStrictEqual(times({ leaseTime: 3600, rebindingTime: 2400 }), [1800, 2400]);
  deepStrictEqual(times({ leaseTime: 3600, renewalTime: 600, rebindingTime: 900 }), [600, 900]);
  deepStrictEqual(times({ leaseTime: 3600, renewalTime: 3400 }), [3400, 3500]);
  deepStrictEqual(times({ leaseTime: 3600, renewalTime: 3598 }), [3598, 3599]);
  deepStrictEqual(times({ leaseTime: 0xffffffff, renewalTime: 600 }), [undefined, undefined]);
  deepStrictEqual(problemsOf({ leaseTime: 0xffffffff, renewalTime: 600 }), []);
});

Deno.test("rule 75: T1 and T2 that do not lie below each other and the lease time are reported, and the defaults sent", () => {
  const t1 =
    "must be a whole number of seconds, at least 1 and below rebindingTime and leaseTime - 1";
  const t2 = "must be a whole number of seconds, at least 1 and below leaseTime";
  const cases = [
    [{ renewalTime: 3600 }, [["renewalTime", t1]], [1800, 3150]],
    [{ renewalTime: 3599 }, [["renewalTime", t1]], [1800, 3150]],
    [{ renewalTime: 0 }, [["renewalTime", t1]], [1800, 3150]],
    [{ renewalTime: 1.5 }, [["renewalTime", t1]], [1800, 3150]],
    [{ renewalTime: "600" }, [["renewalTime", t1]], [1800, 3150]],
    [{ rebindingTime: 3600 }, [["rebindingTime", t2]], [1800, 3150]],
    [{ renewalTime: 900, rebindingTime: 900 }, [["renewalTime", t1]], [450, 900]],
    [{ renewalTime: 600, rebindingTime: -1 }, [["rebindingTime", t2]], [600, 3150]],
  ] as const;
  for (const [config, problems, times] of cases) {
    deepStrictEqual(problemsOf(config), problems);
    const reply = unlisted(config as Partial<IPv4Config>);
    deepStrictEqual([optionValue(reply, 58), optionValue(reply, 59)], times);
  }
});

Deno.test("rule 84: a route is the width, the octets that count, and the router (RFC 3442)", () => {
  deepStrictEqual(octetsOf(121, { router: "", routes: ROUTES }), [
    ...[121, 6 + 7 + 9 + 9],
    ...[8, 10, 192, 168, 48, 2],
    ...[16, 10, 17, 192, 168, 48, 3],
    ...[25, 10, 229, 0, 128, 192, 168, 48, 4],
    ...[32, 10, 198, 122, 47, 0, 0, 0, 0],
  ]);
});

Deno.test("rule 84: the default route is repeated inside 121, once", () => {
  const [route] = ROUTES;
  ok(route);
  const gateways = (config: Partial<IPv4Config>) =>
    optionValue(offerFor([121], config), 121)?.map(({ destination, prefix, gateway }) =>
      `${formatIPv4(destination)}/${prefix} ${formatIPv4(gateway)}`
    );
  deepStrictEqual(gateways({ routes: [route] }), [
    "10.0.0.0/8 192.168.48.2",
    "0.0.0.0/0 192.168.48.1",
  ]);
  const own = { destination: "0.0.0.0/0", gateway: "192.168.48.9" };
  deepStrictEqual(gateways({ routes: [own] }), ["0.0.0.0/0 192.168.48.9"]);
  deepStrictEqual(gateways({ routes: [route], router: "" }), ["10.0.0.0/8 192.168.48.2"]);
  strictEqual(gateways({ routes: [] }), undefined);
  strictEqual(gateways({}), undefined);
});

Deno.test("rule 84: a route that cannot be read is reported and left out, the others are sent", () => {
  const routes = [
    { destination: "10.0.0.1/8", gateway: "192.168.48.2" },
    { destination: "10.0.0.0", gateway: "::1" },
    { destination: "10.1.0.0/16", gateway: "192.168.48.2" },
    7,
  ];
  deepStrictEqual(problemsOf({ routes }).map(([path]) => path), [
    "routes.0.destination",
    "routes.1.destination",
    "routes.1.gateway",
    "routes.3.destination",
    "routes.3.gateway",
  ]);
  const sent = offerFor([121], { router: "", routes: routes as IPv4Config["routes"] ?? [] });
  strictEqual(optionValue(sent, 121)?.length, 1);
  deepStrictEqual(problemsOf({ routes: "10.0.0.0/8" }), [["routes", "must be a list"]]);
});

Deno.test("rule 85: 249 has the value of 121, and is sent only to who asks for it", () => {
  const config = { routes: ROUTES };
  const both = offerFor([121, 249], config);
  deepStrictEqual(optionValue(both, 249), optionValue(both, 121));
  ok(!codesOf(offerFor([121], config)).includes(249));
  ok(!codesOf(unlisted(config)).includes(249));
  ok(codesOf(unlisted(config)).includes(121));
});

Deno.test("rule 86: the MTU is two octets, at least 68; without one in the pool none is sent", () => {
  deepStrictEqual(octetsOf(26, { mtu: 1450 }), [26, 2, 5, 170]);
  deepStrictEqual(octetsOf(26, { mtu: 68 }), [26, 2, 0, 68]);
  deepStrictEqual(octetsOf(26, {}), []);
  for (const mtu of [67, 65_536, -1, 1500.5, "1500", true, [1500]]) {
    const wrong = { mtu } as Partial<IPv4Config>;
    deepStrictEqual(problemsOf(wrong), [["mtu", "must be a whole number from 68 to 65535"]]);
    deepStrictEqual(octetsOf(26, wrong), []);
  }
});

Deno.test("rule 92: 108 is four octets, at least 300 s, only to who asks for it", () => {
  deepStrictEqual(octetsOf(108, { ipv6OnlyPreferred: 1800 }), [108, 4, 0, 0, 7, 8]);
  deepStrictEqual(octetsOf(108, { ipv6OnlyPreferred: 299 }), []);
  deepStrictEqual(problemsOf({ ipv6OnlyPreferred: 299 }), [[
    "ipv6OnlyPreferred",
    "must be a whole number from 300 to 4294967295",
  ]]);
  ok(!codesOf(offerFor([1, 3], { ipv6OnlyPreferred: 1800 })).includes(108));
  ok(!codesOf(unlisted({ ipv6OnlyPreferred: 1800 })).includes(108));
  ok(!codesOf(offerFor([108], {})).includes(108));
});

Deno.test("rule 93: 114 is a URI without NUL, only to who asks for it", () => {
  const captivePortal = "https://portal.example.com/api";
  deepStrictEqual(octetsOf(114, { captivePortal }), [
    ...[114, captivePortal.length],
    ...[...captivePortal].map((one) => one.charCodeAt(0)),
  ]);
  ok(!codesOf(unlisted({ captivePortal })).includes(114));
  for (const bad of ["portal", "https://a b/", "https://\u00e4/", "https:", "\0"]) {
    deepStrictEqual(problemsOf({ captivePortal: bad }), [[
      "captivePortal",
      "must be a URI such as https://portal.example.com/api",
    ]]);
    deepStrictEqual(octetsOf(114, { captivePortal: bad }), []);
  }
});

Deno.test("rule 70: time zones and the proxy's URL are sent as they are written", () => {
  const config = {
    timezone: { posix: "CET-1CEST,M3.5.0,M10.5.0/3", tzdb: "Europe/Zurich" },
    wpad: "http://wpad.example.com/wpad.dat",
  };
  const reply = offerFor([252, 101, 100], config);
  deepStrictEqual(codesOf(reply).slice(-3), [252, 101, 100]);
  strictEqual(optionValue(reply, 100), config.timezone.posix);
  strictEqual(optionValue(reply, 101), config.timezone.tzdb);
  strictEqual(optionValue(reply, 252), config.wpad);
  const bad = { timezone: { posix: "Zurich", tzdb: "Europe Zurich" }, wpad: "wpad.dat" };
  deepStrictEqual(problemsOf(bad).map(([path]) => path), [
    "timezone.posix",
    "timezone.tzdb",
    "wpad",
  ]);
  deepStrictEqual(codesOf(offerFor([252, 101, 100], bad)), [53, 54, 51, 58, 59, 1]);
});

Deno.test("rule 54: a DHCPINFORM gets every option but the lease's", () => {
  const config = { mtu: 1400, routes: ROUTES, captivePortal: "https://a/", renewalTime: 600 };
  const asked = [{ code: 55, value: [26, 121, 114, 58] }] as const;
  const { reply } = new Server(network(pool(config))).ask(
    message(8, asked, { ciaddr: 0xc0a83063 }),
  );
  deepStrictEqual(reply && codesOf(reply), [53, 54, 1, 26, 121, 114]);
});

Deno.test("rule 106: more options than a number has bits are each sent once, as asked", () => {
  const config: Partial<IPv4Config> = {
    mtu: 1400,
    routes: ROUTES,
    timezone: { posix: "UTC0", tzdb: "UTC" },
    wpad: "http://a/",
    captivePortal: "https://a/",
    ipv6OnlyPreferred: 300,
  };
  const wanted = [252, 114, 108, 101, 100, 249, 121, 26, 28, 42, 119, 15, 6, 1, 3, 59, 58, 51, 54];
  deepStrictEqual(codesOf(offerFor([...wanted, ...wanted], config)), [53, ...wanted]);
});
