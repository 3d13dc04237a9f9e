/** Section I of the rules: host names, options that a pool spells out, and what single clients are told. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { ClientOptions, RecordedClient } from "../../api/client_options.ts";
import { formatIPv4 } from "../../net/mod.ts";
import type { DhcpOption } from "../options/option.ts";
import { compilePool } from "../server/served_network.ts";
import { type DhcpMessage, optionValue } from "../wire/message.ts";
import { type ClientMessage, codesOf, network, rawRequest, Server } from "../testing/harness.ts";
import { KNOWN_MAC, NAMED, offer, poolOf, SECOND, SECOND_MAC, type Told } from "../testing/told.ts";

const listed = (...codes: number[]): DhcpOption => ({ code: 55, value: codes });

function problemsOf(told: Told): [string, string][] {
  return compilePool(poolOf(told)).problems.map(({ path, message }) => [path.join("/"), message]);
}

Deno.test("rule 80: the host name is the client's own, without NUL, and only if it is one", () => {
  strictEqual(optionValue(offer(NAMED, [listed(12)]), 12), "vm-1");
  strictEqual(optionValue(offer(NAMED, []), 12), "vm-1");
  strictEqual(optionValue(offer(NAMED, [listed(12)], { chaddr: SECOND }), 12), undefined);
  for (const hostName of ["a b", "-a", "a\0", "", "a".repeat(64), "b\u00e4r"]) {
    const told = { ...NAMED, clients: { [KNOWN_MAC]: { hostName } } };
    strictEqual(optionValue(offer(told, [listed(12)]), 12), undefined, hostName);
    deepStrictEqual(
      problemsOf(told).map(([path]) => path),
      hostName === "" ? [] : [`status/ipv4/clients/${KNOWN_MAC}/hostName`],
    );
  }
});

Deno.test("rule 80: a pool that gives no host names gives none that it recorded before", () => {
  strictEqual(optionValue(offer({ ...NAMED, config: {} }, [listed(12)]), 12), undefined);
});

Deno.test("rule 70: the host name stands where the client's list has it", () => {
  deepStrictEqual(codesOf(offer(NAMED, [listed(1, 3, 12, 6)])), [53, 54, 51, 58, 59, 1, 3, 12, 6]);
  deepStrictEqual(codesOf(offer(NAMED, [listed(6, 1)])), [53, 54, 51, 58, 59, 6, 1]);
});

Deno.test("rule 70, 71: an option that the pool spells out is sent to who asks for it, or to all", () => {
  const options = [
    { code: 150, type: "ipv4", value: ["192.168.48.9", "192.168.48.10"] },
    {
      code: 43,
      suboptions: [{ code: 1, type: "text", value: "ab" }, {
        code: 2,
        type: "bool",
        value: "true",
      }],
    },
    { code: 224, type: "hex", value: "0a0b", always: true },
  ] as const;
  const reply = offer({ config: { options } }, [listed(43, 150)]);
  deepStrictEqual(codesOf(reply), [53, 54, 51, 58, 59, 1, 224, 43, 150].toSorted(byPlace(reply)));
  const value = (code: number) => reply.options.find((each) => each.code === code)?.value;
  deepStrictEqual(value(150), new Uint8Array([192, 168, 48, 9, 192, 168, 48, 10]));
  deepStrictEqual(value(43), new Uint8Array([1, 2, 0x61, 0x62, 2, 1, 1]));
  deepStrictEqual(value(224), new Uint8Array([10, 11]));
  const other = codesOf(offer({ config: { options } }, [listed(3)]));
  ok(other.includes(224) && !other.includes(43) && !other.includes(150));
  const all = codesOf(offer({ config: { options } }, []));
  for (const code of [150, 43, 224]) ok(all.includes(code));
});

/** The order in which a reply has its options, so that only the set is compared. */
function byPlace(reply: DhcpMessage) {
  const codes = codesOf(reply);
  return (a: number, b: number) => codes.indexOf(a) - codes.indexOf(b);
}

Deno.test("rule 106: a pool may spell out as many options as its list has rows", () => {
  const codes = Array.from({ length: 64 }, (_, index) => 160 + index);
  const options = codes.map((code) => ({ code, type: "uint8", value: "7" }) as const);
  const reply = offer({ config: { options } }, [listed(...codes), { code: 57, value: 1472 }]);
  deepStrictEqual(codesOf(reply).slice(6), codes);
});

Deno.test("rule 70: an option that cannot be spelled out is reported by its place, and the others are sent", () => {
  const options = [
    { code: 51, type: "uint32", value: "1" },
    { code: 82, type: "hex", value: "01" },
    { code: 150, type: "ipv4", value: "host" },
    { code: 160, type: "uint8", value: "1" },
    { code: 160, type: "uint8", value: "2" },
  ] as const;
  deepStrictEqual(problemsOf({ config: { options } }).map(([path]) => path), [
    "spec/ipv4Config/options/0/code",
    "spec/ipv4Config/options/1/code",
    "spec/ipv4Config/options/2/value",
    "spec/ipv4Config/options/4/code",
  ]);
  const reply = offer({ config: { options } }, [listed(160, 150)]);
  deepStrictEqual(codesOf(reply), [53, 54, 51, 58, 59, 1, 160]);
  deepStrictEqual(reply.options.at(-1)?.value, new Uint8Array([1]));
});

const VENDOR: Told = {
  config: {
    vendorOptions: [
      { enterprise: 4491, code: 2, type: "text", value: "abc" },
      { enterprise: 4491, code: 3, type: "uint8", value: "7" },
      { enterprise: 9, code: 1, type: "hex", value: "ff" },
    ],
  },
};

Deno.test("rule 70: 125 is sent to who asks for it, and to who names the enterprise in 124 or 125 (RFC 3925)", () => {
  const blocks = [
    { enterprise: 4491, data: new Uint8Array([2, 3, 0x61, 0x62, 0x63, 3, 1, 7]) },
    { enterprise: 9, data: new Uint8Array([1, 1, 255]) },
  ];
  const sent = (...options: DhcpOption[]) => optionValue(offer(VENDOR, options), 125);
  const named = (code: 124 | 125, enterprise: number) => ({
    code,
    value: [{ enterprise: 7, data: new Uint8Array(3) }, { enterprise, data: new Uint8Array(0) }],
  } as DhcpOption);
  deepStrictEqual(sent(listed(1, 125)), blocks);
  deepStrictEqual(sent(listed(1), named(124, 9)), blocks);
  deepStrictEqual(sent(listed(1), named(125, 4491)), blocks);
  strictEqual(sent(listed(1), named(124, 10)), undefined);
  strictEqual(sent(listed(1)), undefined);
  deepStrictEqual(sent(), blocks);
});

Deno.test("rule 70: a block of 124 or 125 that runs past its end names no vendor", () => {
  for (const code of [124, 125]) {
    const told = network(poolOf(VENDOR));
    const asked = (block: readonly number[]) => {
      const value = [code, block.length, ...block];
      const sent = rawRequest([53, 1, 1, 55, 1, 1, ...value, 255]);
      const { reply } = new Server(told).ask(sent);
      return reply && codesOf(reply).includes(125);
    };
    strictEqual(asked([0, 0, 17, 139, 200]), false);
    strictEqual(asked([0, 0, 17, 139, 2, 7]), false);
    strictEqual(asked([0, 0, 17, 139]), false);
    strictEqual(asked([0, 0, 17, 139, 1, 7]), true);
    strictEqual(asked([0, 0, 0, 7, 1, 7, 0, 0, 17, 139, 0]), true);
  }
});

const OWN: ClientOptions = {
  router: "",
  dns: ["9.9.9.9"],
  leaseTime: 600,
  mtu: 1400,
  options: [{ code: 150, type: "ipv4", value: "192.168.48.9" }],
};

Deno.test("rule 98: what a client has of its own goes before the pool's, field by field; others see nothing of it", () => {
  const told = {
    config: { mtu: 1450, routes: [{ destination: "10.0.0.0/8", gateway: "192.168.48.2" }] },
    clients: { [KNOWN_MAC]: { options: OWN } },
  };
  const list = listed(3, 6, 15, 26, 51, 121, 150);
  const reply = offer(told, [list]);
  strictEqual(optionValue(reply, 3), undefined);
  deepStrictEqual(optionValue(reply, 6)?.map(formatIPv4), ["9.9.9.9"]);
  strictEqual(optionValue(reply, 15), "example.com");
  strictEqual(optionValue(reply, 26), 1400);
  deepStrictEqual([optionValue(reply, 51), optionValue(reply, 58)], [600, 300]);
  strictEqual(optionValue(reply, 121)?.length, 1); // without a router, no default route
  ok(codesOf(reply).includes(150));
  const other = offer(told, [list], { chaddr: SECOND });
  deepStrictEqual(optionValue(other, 3)?.map(formatIPv4), ["192.168.48.1"]);
  deepStrictEqual([optionValue(other, 26), optionValue(other, 51)], [1450, 3600]);
  strictEqual(optionValue(other, 121)?.length, 2);
  ok(!codesOf(other).includes(150));
});

Deno.test("rule 5: a client's own options are found however its MAC address is written, once", () => {
  const clients = {
    [KNOWN_MAC.replaceAll(":", "-")]: { options: { mtu: 1400 } },
    [KNOWN_MAC]: { options: { mtu: 1300 } },
    "no address": { options: { mtu: 1200 } },
  };
  strictEqual(optionValue(offer({ clients }, [listed(26)]), 26), 1400);
  deepStrictEqual(problemsOf({ clients }).map(([path]) => path), [
    `status/ipv4/clients/${KNOWN_MAC}`,
    "status/ipv4/clients/no address",
  ]);
});

Deno.test("rule 90: a client's own boot file goes before the pool's", () => {
  const told = {
    config: { bootFileName: "a", bootFiles: [{ architecture: 7, fileName: "b" }] },
    clients: { [KNOWN_MAC]: { options: { bootFiles: [], bootFileName: "c" } } },
  };
  const file = (fields?: ClientMessage) => offer(told, [{ code: 93, value: [7] }], fields).file;
  deepStrictEqual([file(), file({ chaddr: SECOND })], ["c", "b"]);
});

Deno.test("rule 90: a client's own boot file goes before the pool's for its firmware, also without a list of its own", () => {
  const files = (options: ClientOptions) => {
    const told = {
      config: { bootFileName: "a", bootFiles: [{ architecture: 7, fileName: "b" }] },
      clients: { [KNOWN_MAC]: { options } },
    };
    return [[7], [0]].map((value) => offer(told, [{ code: 93, value }]).file);
  };
  deepStrictEqual(files({ bootFileName: "c" }), ["c", "c"]);
  deepStrictEqual(files({ bootFileName: "" }), ["", ""]);
  deepStrictEqual(files({ bootFileName: "\u00e4" }), ["b", "a"]);
  const bootFiles = [{ architecture: 7, fileName: "d" }];
  deepStrictEqual(files({ bootFileName: "c", bootFiles }), ["d", "c"]);
  deepStrictEqual(files({ bootFiles }), ["d", "a"]);
});

Deno.test("rule 98: a client's list of which nothing can be used is reported, and the pool's is sent", () => {
  const row = { code: 150, type: "ipv4", value: "192.168.48.9" } as const;
  const config = {
    timezone: { posix: "CET-1" },
    routes: [{ destination: "10.0.0.0/8", gateway: "192.168.48.2" }],
    options: [row],
    bootFiles: [{ fileName: "b" }],
  };
  const bad = {
    dns: ["bad", ""],
    ntp: ["nosuch.example.com"],
    domainSearch: ["-a"],
    timezone: { posix: "?" },
    routes: [{ destination: "x", gateway: "y" }],
    options: [{ ...row, value: "x" }],
    bootFiles: [{ fileName: "" }],
  } as ClientOptions;
  const list = listed(1, 3, 6, 42, 119, 100, 121, 150, 67);
  const plain = offer({ config }, [list]);
  const told = { config, clients: { [KNOWN_MAC]: { options: bad } } };
  deepStrictEqual(offer(told, [list]), plain);
  const fields = new Set(problemsOf(told).map(([path]) => path.split("/")[5]));
  deepStrictEqual([...fields].toSorted(), Object.keys(bad).toSorted());
  const none = { clients: { [KNOWN_MAC]: { options: { dns: [""], ntp: [] } } } };
  const reply = offer(none, [list]);
  deepStrictEqual([optionValue(reply, 6), optionValue(reply, 42)], [undefined, undefined]);
});

Deno.test("rule 98: a client's field that cannot be used is reported under its MAC address, and the pool's is sent", () => {
  const options = { mtu: 5, dns: ["9.9.9.9", "dns"], router: "router", cidr: "10.0.0.0/8" };
  const told = {
    config: { mtu: 1450, routes: [{ destination: "10.0.0.0/8", gateway: "192.168.48.2" }] },
    clients: { [KNOWN_MAC]: { options: options as ClientOptions } },
  };
  const path = `status/ipv4/clients/${KNOWN_MAC}/options`;
  deepStrictEqual(problemsOf(told).map(([where]) => where).toSorted(), [
    `${path}/dns/1`,
    `${path}/mtu`,
    `${path}/router`,
  ]);
  const reply = offer(told, [listed(1, 3, 6, 26, 121)]);
  strictEqual(optionValue(reply, 26), 1450);
  deepStrictEqual(optionValue(reply, 6)?.map(formatIPv4), ["9.9.9.9"]);
  deepStrictEqual(optionValue(reply, 3)?.map(formatIPv4), ["192.168.48.1"]);
  strictEqual(optionValue(reply, 121)?.length, 2);
  strictEqual(formatIPv4(optionValue(reply, 1) ?? 0), "255.255.255.0");
});

Deno.test("rule 98: what is wrong with the pool is told of the pool alone, not of each client", () => {
  const told = {
    config: { mtu: 5 },
    clients: { [KNOWN_MAC]: { options: { dns: [] } }, [SECOND_MAC]: { options: { router: "" } } },
  };
  deepStrictEqual(problemsOf(told).map(([path]) => path), ["spec/ipv4Config/mtu"]);
});

Deno.test("clients that are told the same share one set, which outlives a change of others", () => {
  const clients = {
    [KNOWN_MAC]: { options: { mtu: 1400 } },
    [SECOND_MAC]: { options: { mtu: 1400 }, hostName: "vm-2" },
  };
  const setOf = (served: ReturnType<typeof network>, low: number) =>
    served.clients?.find(0x525400, low)?.options;
  const first = network(poolOf({ clients }));
  const set = setOf(first, 0x112201);
  ok(set);
  strictEqual(setOf(first, 0x112202), set);
  const next = network(poolOf({ clients: { [KNOWN_MAC]: { options: { mtu: 1400 } } } }), {
    previous: first,
  });
  strictEqual(setOf(next, 0x112201), set);
  strictEqual(next.options, first.options);
  const changed = network(poolOf({ clients, config: { leaseTime: 60 } }), { previous: first });
  ok(setOf(changed, 0x112201) !== set);
});

Deno.test("a record of clients that is none disturbs nothing", () => {
  for (const clients of [null, "x", [], { [KNOWN_MAC]: null }, { [KNOWN_MAC]: { options: 7 } }]) {
    const told = { clients: clients as unknown as Record<string, RecordedClient> };
    ok(codesOf(offer(told, [])).includes(51), JSON.stringify(clients));
  }
});
