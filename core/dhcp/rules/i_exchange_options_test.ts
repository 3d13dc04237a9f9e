/** Options that each request answers for itself: names, rapid commit, lease times. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { IPv4Config } from "../../api/types.ts";
import { macToBytes, parseMac } from "../../net/mod.ts";
import type { DhcpOption } from "../options/option.ts";
import { optionValue } from "../wire/message.ts";
import {
  codesOf,
  discover,
  LEASE,
  message,
  network,
  OTHER,
  pool,
  renew,
  select,
  SERVER,
  Server,
  UNKNOWN,
} from "../testing/harness.ts";
import { KNOWN_MAC, NAMED, offer, type Told } from "../testing/told.ts";

const ascii = (text: string) => Uint8Array.from(text, (one) => one.charCodeAt(0));
const listed = (...codes: number[]): DhcpOption => ({ code: 55, value: codes });

const fqdn = (flags: number, name: Uint8Array): DhcpOption => ({
  code: 81,
  value: { flags, rcodes: [0, 0], name },
});

Deno.test("rule 88: 81 comes back with the same E, RCODEs of 255, S 0, N 1, and O where S was asked for", () => {
  const name = new Uint8Array([2, 0x70, 0x63, 0]);
  const flagsOf = (flags: number) => {
    const reply = offer({}, [fqdn(flags, name)]);
    const value = optionValue(reply, 81);
    deepStrictEqual(value?.rcodes, [255, 255]);
    deepStrictEqual(value?.name, name);
    return value?.flags;
  };
  deepStrictEqual([0, 1, 2, 3, 4, 5, 8, 9, 13, 0xf5].map(flagsOf), [
    ...[8, 10, 8, 10, 12, 14, 8, 10, 14, 14],
  ]);
});

Deno.test("rule 88: 81 has the name that the client has here, as it would have it written", () => {
  const whole = { ...NAMED, config: { hostnames: true, domainName: "example.com" } };
  const nameOf = (told: Told, flags: number) => {
    const value = optionValue(offer(told, [fqdn(flags, ascii("pc"))]), 81);
    return [...value?.name ?? []];
  };
  const example = [7, ...ascii("example"), 3, ...ascii("com"), 0];
  deepStrictEqual(nameOf(whole, 0), [...ascii("vm-1.example.com")]);
  deepStrictEqual(nameOf(whole, 4), [4, ...ascii("vm-1"), ...example]);
  const partial = { ...NAMED, config: { hostnames: true, domainName: "" } };
  deepStrictEqual(nameOf(partial, 0), [...ascii("vm-1")]);
  deepStrictEqual(nameOf(partial, 4), [4, ...ascii("vm-1")]);
});

Deno.test("rule 88: a name too long for 81 is not sent in place of the client's", () => {
  const domainName = Array.from({ length: 4 }, () => "d".repeat(61)).join(".");
  const told: Told = {
    config: { hostnames: true, domainName },
    clients: { [KNOWN_MAC]: { hostName: "h".repeat(63) } },
  };
  for (const flags of [0, 4]) {
    deepStrictEqual(optionValue(offer(told, [fqdn(flags, ascii("pc"))]), 81)?.name, ascii("pc"));
  }
});

Deno.test("rule 88: 81 says its length in one octet, whatever the pool's domain", () => {
  const domains = Array.from({ length: 10 }, (_, i) =>
    `${"d".repeat(63)}.${"e".repeat(63)}.` +
    `${"f".repeat(54 + i)}`);
  for (const domainName of domains) {
    const told: Told = {
      config: { hostnames: true, domainName },
      clients: { [KNOWN_MAC]: { hostName: "h".repeat(63) } },
    };
    for (const flags of [1, 5]) {
      const name = optionValue(offer(told, [fqdn(flags, ascii("A")), listed(1)]), 81)?.name;
      const own = flags === 1 ? 64 + domainName.length : 66 + domainName.length;
      strictEqual(name?.length, own <= 252 ? own : 1, `${flags} ${domainName.length}`);
    }
  }
});

Deno.test("rules 65, 83, 88: where 81 does not fit, it alone is left out, and zeros follow END", () => {
  const name = ascii("n".repeat(250));
  const server = new Server(network(pool({ domainName: "d".repeat(60) + ".example.com" })));
  const large: DhcpOption = { code: 61, value: new Uint8Array(200).fill(1) };
  const { reply, bytes } = server.ask(discover([fqdn(0, name), large]));
  ok(reply && bytes && !codesOf(reply).includes(81) && codesOf(reply).includes(15));
  deepStrictEqual(bytes.subarray(bytes.lastIndexOf(255) + 1).some((octet) => octet !== 0), false);
});

Deno.test("rule 88: 81 is in OFFER and ACK of who sends it, and in nothing else", () => {
  const server = new Server();
  const sent = fqdn(1, ascii("pc"));
  ok(codesOf(offer({}, [sent])).includes(81));
  const ack = server.ask({ ...renew(LEASE), options: [{ code: 53, value: 3 }, sent] });
  ok(ack.reply && codesOf(ack.reply).includes(81));
  const inform = server.ask(message(8, [sent], { ciaddr: OTHER })).reply;
  ok(inform && !codesOf(inform).includes(81));
  ok(!codesOf(offer({}, [listed(81)])).includes(81));
  for (const octets of [[], [1], [1, 0]]) { // too short to be read
    const raw = { code: 81, value: new Uint8Array(octets) } as const;
    const bytes = [53, 1, 1, 81, octets.length, ...octets, 255];
    const { reply } = server.ask(rawDiscover(bytes));
    ok(reply && !codesOf(reply).includes(raw.code));
  }
});

function rawDiscover(options: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(240 + options.length);
  bytes.set([1, 1, 6, 0, 0, 0, 0, 9]);
  bytes.set(macToBytes(parseMac(KNOWN_MAC)), 28);
  bytes.set([0x63, 0x82, 0x53, 0x63, ...options], 236);
  return bytes;
}

const RAPID: DhcpOption = { code: 80, value: new Uint8Array(0) };

Deno.test("rule 91: a DISCOVER with 80 is answered by an ACK with 80 where the pool says so", () => {
  const server = new Server(network(pool({ rapidCommit: true })));
  const { verdict, reply } = server.ask(discover([RAPID], { ciaddr: OTHER }));
  strictEqual(verdict, "ack");
  deepStrictEqual([reply?.yiaddr, reply?.ciaddr], [LEASE, 0]);
  ok(reply && codesOf(reply).includes(80) && optionValue(reply, 53) === 5);
  strictEqual(server.ask(discover([RAPID], { chaddr: UNKNOWN })).verdict, "unknown_client");
});

Deno.test("rule 91: 80 is off by default, never in an OFFER, and in no other ACK", () => {
  const off = new Server().ask(discover([RAPID]));
  ok(off.verdict === "offer" && off.reply && !codesOf(off.reply).includes(80));
  const server = new Server(network(pool({ rapidCommit: true })));
  const plain = server.ask(discover());
  ok(plain.verdict === "offer" && plain.reply && !codesOf(plain.reply).includes(80));
  const sent = select(SERVER, LEASE);
  const ack = server.ask({ ...sent, options: [...sent.options, RAPID] });
  ok(ack.verdict === "ack" && ack.reply && !codesOf(ack.reply).includes(80));
});

Deno.test("rule 21: a client gets the lease time it asks for, up to the pool's most, where the pool says so", () => {
  const config = { leaseTime: 3600, honourRequestedLeaseTime: true };
  const granted = (asked: number | undefined, more: Partial<IPv4Config> = {}) => {
    const wish = asked === undefined ? [] : [{ code: 51, value: asked } as const];
    const reply = offer({ config: { ...config, ...more } }, wish);
    return [optionValue(reply, 51), optionValue(reply, 58), optionValue(reply, 59)];
  };
  deepStrictEqual(granted(undefined), [3600, 1800, 3150]);
  deepStrictEqual(granted(600), [600, 300, 525]);
  deepStrictEqual(granted(0xffffffff), [3600, 1800, 3150]);
  deepStrictEqual(granted(7200, { maxLeaseTime: 86_400 }), [7200, 3600, 6300]);
  deepStrictEqual(granted(undefined, { maxLeaseTime: 86_400 }), [3600, 1800, 3150]);
  deepStrictEqual(granted(0xffffffff, { maxLeaseTime: 0xffffffff }), [
    0xffffffff,
    undefined,
    undefined,
  ]);
  for (const asked of [1, 2, 59, 60]) deepStrictEqual(granted(asked), [60, 30, 52]);
  deepStrictEqual(granted(1, { leaseTime: 20 }), [20, 10, 17]);
  deepStrictEqual(granted(1, { maxLeaseTime: 40 }), [40, 20, 35]);
  deepStrictEqual(granted(1, { leaseTime: 2 }), [2, undefined, undefined]);
  deepStrictEqual(granted(0), [3600, 1800, 3150]);
  deepStrictEqual(granted(600, { honourRequestedLeaseTime: false }), [3600, 1800, 3150]);
});

Deno.test("rule 21, 75: T1 and T2 of the pool hold for a shorter lease where they fit, else the defaults do", () => {
  const config = {
    leaseTime: 3600,
    honourRequestedLeaseTime: true,
    renewalTime: 300,
    rebindingTime: 600,
  };
  const server = new Server(network(pool(config)));
  const times = (asked: number, ...options: DhcpOption[]) => {
    const { reply } = server.ask(discover([{ code: 51, value: asked }, ...options]));
    return [51, 58, 59].map((code) => reply && optionValue(reply, code as 51));
  };
  deepStrictEqual(times(1200), [1200, 300, 600]);
  deepStrictEqual(times(600), [600, 300, 525]); // 600 is not below 600
  deepStrictEqual(times(3600), [3600, 300, 600]);
  // What one client gets is not what the next one does.
  deepStrictEqual(times(60, listed(1, 59, 58, 51)), [60, 30, 52]);
  deepStrictEqual(times(1, listed(1, 59, 58, 51)), [60, 30, 52]);
  deepStrictEqual(times(2000, listed(1, 59, 58, 51)), [2000, 300, 600]);
});

Deno.test("rules 21, 71, 75: T1 and T2 are in a chosen lease also where the pool's own is too long or short for them", () => {
  for (const leaseTime of [0xffffffff, 1]) {
    const config = { leaseTime, honourRequestedLeaseTime: true, maxLeaseTime: 0xffffffff };
    const server = new Server(network(pool(config)));
    const times = (...options: DhcpOption[]) => {
      const { reply } = server.ask(discover(options));
      return [51, 58, 59].map((code) => reply && optionValue(reply, code as 51));
    };
    for (const list of [[], [listed(1, 3)], [listed(58, 1, 59)]]) {
      deepStrictEqual(times({ code: 51, value: 86_400 }, ...list), [86_400, 43_200, 75_600]);
      deepStrictEqual(times(...list), [leaseTime, undefined, undefined]);
    }
  }
});

Deno.test("rule 94: auto-configuration (116) asked for by a stranger is met with silence, authoritative or not", () => {
  const ask = { code: 116, value: new Uint8Array([1]) } as const;
  for (const authoritative of [false, true]) {
    const server = new Server(network(pool({ authoritative })));
    strictEqual(server.ask(discover([ask], { chaddr: UNKNOWN })).verdict, "unknown_client");
    const known = server.ask(discover([ask])).reply;
    ok(known && !codesOf(known).includes(116));
  }
});

Deno.test("rule 95: 118 and the relay's sub-options 5 and 11 select nothing: the network is the interface's", () => {
  const server = new Server();
  const plain = server.ask(discover([], { giaddr: OTHER })).reply;
  const foreign = new Uint8Array([10, 9, 9, 0]);
  const subnet = { code: 118, value: foreign } as const;
  const relay = {
    code: 82,
    value: [{ code: 5, value: foreign }, { code: 11, value: foreign }],
  } as const;
  const { reply } = server.ask(discover([subnet, relay], { giaddr: OTHER }));
  ok(plain && reply);
  strictEqual(reply.yiaddr, LEASE);
  strictEqual(optionValue(reply, 54), SERVER);
  deepStrictEqual(codesOf(reply), [...codesOf(plain), 82]);
});
