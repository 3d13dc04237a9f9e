/** Section I of the rules: options in OFFER and ACK, as far as a pool of today has them. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { formatIPv4, parseIPv4 } from "../../net/mod.ts";
import type { IPv4Config } from "../../api/types.ts";
import { END_OPTION } from "../wire/constants.ts";
import { decode } from "../wire/decode.ts";
import { type DhcpMessage, optionValue } from "../wire/message.ts";
import type { DhcpOption } from "../options/option.ts";
import {
  codesOf,
  discover,
  KNOWN,
  LEASE,
  message,
  network,
  type Outcome,
  pool,
  rawRequest,
  RELAY,
  renew,
  replyTo,
  request,
  SERVER,
  Server,
} from "../testing/harness.ts";

function offerOf(config: Partial<IPv4Config>, ...options: DhcpOption[]): DhcpMessage {
  const { reply } = new Server(network(pool(config))).ask(discover(options));
  ok(reply);
  return reply;
}

function offerFor(list: readonly number[], config: Partial<IPv4Config> = {}): DhcpMessage {
  return offerOf(config, { code: 55, value: list });
}

const addresses = (list: readonly number[] | undefined) => list?.map(formatIPv4);

Deno.test("rule 70: what is asked for is sent, in the client's order", () => {
  deepStrictEqual(codesOf(offerFor([119, 42, 1, 28, 15, 6, 3])), [
    ...[53, 54, 51, 58, 59],
    ...[119, 42, 1, 28, 15, 6, 3],
  ]);
  deepStrictEqual(codesOf(offerFor([1, 59, 3, 58, 51, 54])), [53, 1, 59, 3, 58, 51, 54]);
});

Deno.test("rule 70: what is asked for twice is sent once, what is not configured not at all", () => {
  deepStrictEqual(codesOf(offerFor([3, 3, 99, 6, 3, 0, 255, 52, 61, 82])), [
    ...[53, 54, 51, 58, 59],
    ...[1, 3, 6],
  ]);
});

Deno.test("rule 71: what is not asked for is left out, but for what every client needs", () => {
  deepStrictEqual(codesOf(offerFor([252])), [53, 54, 51, 58, 59, 1]);
});

Deno.test("rule 71: a client without a list gets all", () => {
  const all = [53, 54, 51, 58, 59, 1, 3, 6, 15, 119, 42, 28];
  deepStrictEqual(codesOf(replyTo(discover())), all);
  const empty = new Server().ask(rawRequest([53, 1, 1, 55, 0, 255]));
  deepStrictEqual(empty.reply && codesOf(empty.reply), all);
});

Deno.test("rule 72: the mask comes before the routers, whatever the list says", () => {
  deepStrictEqual(codesOf(offerFor([6, 3, 1])), [53, 54, 51, 58, 59, 6, 1, 3]);
  deepStrictEqual(codesOf(offerFor([3])), [53, 54, 51, 58, 59, 1, 3]);
});

Deno.test("rule 73: 53 is the first option and 82 the last before END", () => {
  const relay = { code: 82, value: [{ code: 1, value: new Uint8Array([1]) }] } as const;
  const asked = [relay, { code: 61, value: KNOWN }, { code: 55, value: [82, 3, 53] }] as const;
  const { bytes } = new Server().ask(discover(asked, { giaddr: RELAY }));
  strictEqual(bytes[240], 53);
  const end = bytes.lastIndexOf(END_OPTION);
  deepStrictEqual([...bytes.slice(end - 5, end)], [82, 3, 1, 1, 1]);
});

Deno.test("rule 74: the lease time is in OFFER and ACK; infinite only if the pool says so", () => {
  for (const leaseTime of [1, 60, 3600, 0xfffffffe, 0xffffffff]) {
    const server = new Server(network(pool({ leaseTime })));
    for (const sent of [discover(), renew(LEASE)]) {
      const { reply } = server.ask(sent);
      strictEqual(reply && optionValue(reply, 51), leaseTime);
    }
  }
  const { leaseTime: _, ...unset } = pool().spec.ipv4Config;
  const year = { ...pool(), spec: { ...pool().spec, ipv4Config: unset } };
  const { reply } = new Server(network(year)).ask(discover());
  strictEqual(reply && optionValue(reply, 51), 31_536_000);
});

Deno.test("rule 75: T1 is half and T2 seven eighths of the lease time", () => {
  const cases = [[3, 1, 2], [60, 30, 52], [3600, 1800, 3150], [
    31_536_000,
    15_768_000,
    27_594_000,
  ]] as const;
  for (const [leaseTime, t1, t2] of cases) {
    const reply = offerOf({ leaseTime });
    deepStrictEqual([optionValue(reply, 58), optionValue(reply, 59)], [t1, t2]);
  }
});

Deno.test("rule 75: a lease without end has neither T1 nor T2", () => {
  const reply = offerOf({ leaseTime: 0xffffffff });
  deepStrictEqual([optionValue(reply, 58), optionValue(reply, 59)], [undefined, undefined]);
});

Deno.test("rule 75: T1 < T2 < lease time wherever they are sent", () => {
  for (const leaseTime of [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 59, 0xfffffffe, 0xffffffff]) {
    const reply = offerOf({ leaseTime });
    const [t1, t2] = [optionValue(reply, 58), optionValue(reply, 59)];
    if (t1 === undefined || t2 === undefined) {
      deepStrictEqual([t1, t2], [undefined, undefined]);
      ok(leaseTime < 4 || leaseTime === 0xffffffff);
    } else ok(0 < t1 && t1 < t2 && t2 < leaseTime);
  }
});

Deno.test("rule 76: the client identifier comes back as it is, in OFFER, ACK and NAK", () => {
  const ids = [[1, ...KNOWN], [255, 0, 1, 2, 3], [0], Array.from({ length: 255 }, (_, i) => i)];
  for (const octets of ids) {
    const id = { code: 61, value: new Uint8Array(octets) } as const;
    const asked = [
      discover([id]),
      request([id, { code: 50, value: LEASE }]),
      request([id, { code: 50, value: SERVER }]),
      message(8, [id], { ciaddr: LEASE }),
    ];
    deepStrictEqual(asked.map((sent) => optionValue(replyTo(sent), 61)), asked.map(() => id.value));
  }
  strictEqual(optionValue(replyTo(discover()), 61), undefined);
});

Deno.test("rule 76: an empty client identifier is not echoed", () => {
  const { bytes } = new Server().ask(rawRequest([53, 1, 1, 61, 0, 255]));
  strictEqual(optionValue(decode(bytes), 61), undefined);
});

Deno.test("rule 77: option 82 comes back octet for octet, and never by itself", () => {
  const rai = [1, 6, 0, 4, 0, 48, 0, 1, 151, 0, 2, 3, 9, 9, 9];
  const sent = rawRequest([53, 1, 1, 82, rai.length, ...rai, 255], { giaddr: RELAY });
  const server = new Server();
  const { bytes } = server.ask(sent);
  const end = bytes.lastIndexOf(END_OPTION);
  deepStrictEqual([...bytes.slice(end - rai.length - 2, end)], [82, rai.length, ...rai]);
  const direct = server.ask(renew(LEASE)).reply; // nothing is stored
  strictEqual(direct && optionValue(direct, 82), undefined);
});

Deno.test("rule 77: an option 82 that makes no sense comes back all the same", () => {
  const { bytes } = new Server().ask(rawRequest([53, 1, 1, 82, 3, 1, 9, 9, 255]));
  const end = bytes.lastIndexOf(END_OPTION);
  deepStrictEqual([...bytes.slice(end - 5, end)], [82, 3, 1, 9, 9]);
});

Deno.test("rule 78: an option without a value is not sent", () => {
  const { router: _, ...config } = pool().spec.ipv4Config;
  const bare = { ...config, dns: [], domainSearch: [], ntp: [], domainName: "" };
  const isolated = { ...pool(), spec: { ...pool().spec, ipv4Config: bare } };
  const { reply } = new Server(network(isolated)).ask(discover([{
    code: 55,
    value: [1, 3, 6, 15, 28, 42, 119],
  }]));
  deepStrictEqual(reply && codesOf(reply), [53, 54, 51, 58, 59, 1, 28]);
  strictEqual(optionValue(offerOf({ router: "" }), 3), undefined);
});

Deno.test("rule 78: a subnet of two addresses or one has no broadcast address", () => {
  const config = { cidr: "192.168.48.76/31", serverIP: "192.168.48.77" };
  const status = { allocated: { "192.168.48.76": "52:54:00:11:22:01" } };
  const { reply } = new Server(network(pool(config, status))).ask(discover());
  ok(reply);
  strictEqual(optionValue(reply, 28), undefined);
  strictEqual(formatIPv4(optionValue(reply, 1) ?? 0), "255.255.255.254");
});

Deno.test("rule 79: lists of addresses have 4 octets for each", () => {
  const reply = offerOf({ dns: ["1.1.1.1", "8.8.8.8", "9.9.9.9"], ntp: ["10.0.0.1", "10.0.0.2"] });
  deepStrictEqual(addresses(optionValue(reply, 6)), ["1.1.1.1", "8.8.8.8", "9.9.9.9"]);
  deepStrictEqual(addresses(optionValue(reply, 42)), ["10.0.0.1", "10.0.0.2"]);
  deepStrictEqual(addresses(optionValue(reply, 3)), ["192.168.48.1"]);
});

Deno.test("rule 80: the domain name is sent without NUL or final dot, and only if it is one", () => {
  strictEqual(optionValue(offerOf({ domainName: "vm.example.com." }), 15), "vm.example.com");
  const bad = [
    "",
    ".",
    "a..b",
    "-a.b",
    "a b",
    "a\0",
    `${"a".repeat(64)}.b`,
    "a.".repeat(127) + "aa",
  ];
  for (const domainName of bad) strictEqual(optionValue(offerOf({ domainName }), 15), undefined);
});

Deno.test("rule 81: search names share their ends by pointers from the option's start", () => {
  const domainSearch = ["eng.apple.com", "marketing.apple.com"]; // the example of RFC 3397 section 2
  const { bytes } = new Server(network(pool({ domainSearch }))).ask(discover([{
    code: 55,
    value: [119],
  }]));
  const text = (name: string) => [name.length, ...new TextEncoder().encode(name)];
  const wanted = [
    ...[...text("eng"), ...text("apple"), ...text("com"), 0],
    ...[...text("marketing"), 0xc0, 4],
  ];
  const at = 240 + 3 + 4 * 6 + 6;
  deepStrictEqual([...bytes.slice(at, at + 2 + wanted.length)], [119, wanted.length, ...wanted]);
});

Deno.test("rule 82: a value over 255 octets is split, END comes once", () => {
  const domainSearch = Array.from({ length: 12 }, (_, i) => `a-rather-long-name-${i}.test${i}.net`);
  const outcome = new Server(network(pool({ domainSearch }))).ask(discover([
    { code: 55, value: [119] },
    { code: 57, value: 1472 },
  ]));
  const pieces = optionLengths(outcome);
  deepStrictEqual(
    pieces.filter(([code]) => code === 119).map(([, length]) => length).slice(0, -1),
    [
      255,
    ],
  );
  deepStrictEqual(outcome.reply && optionValue(outcome.reply, 119), domainSearch);
});

/** Code and length of everything in the options field, up to END. */
function optionLengths({ bytes }: Outcome): [number, number][] {
  const found: [number, number][] = [];
  let at = 240;
  while (bytes[at] !== END_OPTION) {
    const length = bytes[at + 1] ?? 0;
    found.push([bytes[at] ?? 0, length]);
    at += 2 + length;
  }
  return found;
}

/** Names that make option 119 about as long as wanted. */
function searchOf(octets: number): string[] {
  const names: string[] = [];
  for (let i = 0; octets > 0; i++, octets -= 22) names.push(`label${10 + i}.domain${10 + i}`);
  return names;
}

Deno.test("rule 83: what does not fit goes into file and sname, and option 52 says so", () => {
  const id = { code: 61, value: new Uint8Array(200).fill(7) } as const;
  const times = (count: number) => Array.from({ length: count }, (_, i) => `10.0.0.${i + 1}`);
  const cases = [
    { search: 20, ntp: 1, overload: [] }, // all in the options field
    { search: 100, ntp: 1, overload: [1] }, // 119 in file
    { search: 20, ntp: 31, overload: [1] }, // 42 fills file to the last octet but END
    { search: 100, ntp: 14, overload: [3] }, // 119 in file, 42 in sname
  ];
  for (const { search, ntp, overload } of cases) {
    const config = { domainSearch: searchOf(search), ntp: times(ntp) };
    const outcome = new Server(network(pool(config))).ask(discover([id]));
    const { reply, bytes, account } = outcome;
    ok(reply);
    ok(bytes.length <= 548);
    strictEqual(account.omitted, 0);
    deepStrictEqual(optionLengths(outcome).filter(([code]) => code === 52).length, overload.length);
    if (overload.length > 0) deepStrictEqual([bytes[bytes.length - 204]], overload);
    deepStrictEqual(optionValue(reply, 119), config.domainSearch);
    deepStrictEqual(addresses(optionValue(reply, 42)), config.ntp);
    deepStrictEqual([reply.sname, reply.file], ["", ""]);
  }
});

Deno.test("rule 83: what fits nowhere is left out whole and counted; the rest is there", () => {
  const server = new Server(network(pool({ domainSearch: searchOf(400) })));
  const { reply, account } = server.ask(discover());
  strictEqual(account.omitted, 1);
  ok(reply);
  deepStrictEqual(codesOf(reply).toSorted((a, b) => a - b), [
    1,
    3,
    6,
    15,
    28,
    42,
    51,
    53,
    54,
    58,
    59,
  ]);
});

Deno.test("rule 83: what every client needs is never left out for what is asked first", () => {
  const domainSearch = searchOf(200);
  const id = { code: 61, value: new Uint8Array(250).fill(7) } as const;
  const relay = { code: 82, value: [{ code: 1, value: new Uint8Array(20) }] } as const;
  const list = { code: 55, value: [119, 6, 15, 42, 3, 28, 59, 58, 51, 54, 1] } as const;
  const { reply, account, bytes } = new Server(network(pool({ domainSearch }))).ask(
    discover([id, list, relay], { giaddr: RELAY }),
  );
  ok(reply);
  ok(bytes.length <= 548);
  ok(account.omitted > 0);
  for (const code of [53, 54, 51, 58, 59, 1, 61, 82]) ok(codesOf(reply).includes(code), `${code}`);
});

Deno.test("rule 83: in the smallest reply the lease, the mask and the server win over what is asked first", () => {
  const config = {
    domainSearch: searchOf(130), // would fill file
    ntp: Array.from({ length: 14 }, (_, i) => `10.0.0.${i + 1}`), // would fill sname
  };
  const id = { code: 61, value: new Uint8Array(198).fill(7) } as const;
  const relay = { code: 82, value: [{ code: 1, value: new Uint8Array(97) }] } as const;
  const list = { code: 55, value: [119, 42, 59, 58, 51, 54, 1] } as const;
  const asked = discover([id, list, relay], { giaddr: RELAY });
  const { reply, account } = new Server(network(pool(config))).ask(asked);
  ok(reply);
  strictEqual(account.omitted, 1);
  for (const code of [53, 54, 51, 58, 59, 1]) ok(codesOf(reply).includes(code), `${code}`);
});

Deno.test("rule 83: 53 stays the first option, however little room the echoes leave", () => {
  const relay = { code: 82, value: [{ code: 1, value: new Uint8Array(97) }] } as const;
  const id = (length: number) => ({ code: 61, value: new Uint8Array(length).fill(7) }) as const;
  const tight = new Server().ask(discover([id(198), relay], { giaddr: RELAY }));
  deepStrictEqual([...tight.bytes.subarray(240, 246)], [53, 1, 2, 52, 1, 1]);
  ok(tight.reply);
  for (const code of [53, 54, 51, 58, 59, 1, 3, 61, 82]) ok(codesOf(tight.reply).includes(code));
  strictEqual(new Server().ask(discover([id(199), relay], { giaddr: RELAY })).verdict, "no_room");
});

Deno.test("rule 83: where even the echoes do not fit there is no reply", () => {
  const id = { code: 61, value: new Uint8Array(255) } as const;
  const relay = { code: 82, value: [{ code: 1, value: new Uint8Array(250) }] } as const;
  strictEqual(new Server().ask(discover([id, relay])).verdict, "no_room");
  const roomy = new Server().ask(discover([id, relay, { code: 57, value: 1472 }]));
  strictEqual(roomy.verdict, "offer");
});

Deno.test("rule 87: NTP servers are addresses; names only as the controller resolved them", () => {
  const ntp = ["10.0.0.1", "pool.ntp.org", "0.pool.ntp.org", "not.resolved"];
  const ntpServers = {
    "pool.ntp.org": ["10.0.0.2", "10.0.0.3"],
    "0.pool.ntp.org": ["10.0.0.2"],
  };
  const { reply } = new Server(network(pool({ ntp }, { ntpServers }))).ask(discover());
  deepStrictEqual(reply && addresses(optionValue(reply, 42)), ["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
});

Deno.test("rule 87: NTP names that are not resolved are no option", () => {
  for (const ntpServers of [{}, { "pool.ntp.org": [] }, { "pool.ntp.org": ["fd00::1"] }]) {
    const { reply } = new Server(
      network(pool({ ntp: ["pool.ntp.org", "toString"] }, { ntpServers })),
    )
      .ask(discover());
    strictEqual(reply && optionValue(reply, 42), undefined);
    strictEqual(reply?.yiaddr, parseIPv4("192.168.48.81"));
  }
});
