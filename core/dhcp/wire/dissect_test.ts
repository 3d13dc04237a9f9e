import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { PACKETS } from "../fixtures/all.ts";
import * as relayed from "../fixtures/relayed.ts";
import { messages } from "../testing/arbitraries.ts";
import { optionName } from "../options/names.ts";
import { dissect } from "./dissect.ts";
import { encode } from "./encode.ts";

function octetsOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function packet(...options: readonly number[]): Uint8Array {
  const fixed = encode({ op: 1, xid: 1, chaddr: new Uint8Array(6), options: [] }).subarray(0, 240);
  return new Uint8Array([...fixed, ...options]);
}

Deno.test("rule 107: dissect names every field and option of a relayed packet, the relay's own included", () => {
  const { options, hex, ...fields } = dissect(relayed.DISCOVER);
  deepStrictEqual(fields, {
    op: "request",
    htype: 1,
    hlen: 6,
    hops: 1,
    xid: "31415926",
    secs: 4,
    flags: "8000",
    ciaddr: "0.0.0.0",
    yiaddr: "0.0.0.0",
    siaddr: "0.0.0.0",
    giaddr: "192.168.48.2",
    chaddr: "52:54:00:11:22:06",
    length: relayed.DISCOVER.length,
  });
  deepStrictEqual(octetsOf(hex), relayed.DISCOVER);
  deepStrictEqual(options[0], { code: 53, name: "DHCP message type", value: "discover" });
  const relay = options.at(-1);
  strictEqual(relay?.name, "relay agent information");
  const [circuit, remote] = relay?.value as readonly { readonly name: string }[];
  deepStrictEqual([circuit?.name, remote?.name], ["circuit id", "remote id"]);
});

Deno.test("rule 107: dissect shows addresses, wishes and what it cannot decode so that an operator can read them", () => {
  const { options } = dissect(packet(
    ...[50, 4, 192, 168, 48, 81],
    ...[55, 2, 3, 121],
    ...[77, 4, 0x69, 0x50, 0x58, 0x45],
    ...[93, 4, 0, 7, 0, 99],
    ...[81, 8, 5, 0, 0, 2, 0x76, 0x6d, 1, 0x61],
    ...[81, 5, 8, 255, 255, 0x76, 0x6d],
    ...[81, 5, 4, 0, 0, 9, 0x76],
    ...[121, 6, 8, 10, 192, 168, 48, 2],
    ...[125, 8, 0, 0, 17, 139, 3, 2, 1, 7],
    ...[26, 2, 5, 170],
    ...[80, 0],
    255,
  ));
  deepStrictEqual(options, [
    { code: 50, name: "requested IP address", value: "192.168.48.81" },
    {
      code: 55,
      name: "parameter request list",
      value: ["3 routers", "121 classless static routes"],
    },
    { code: 77, name: "user class", hex: "69505845", text: "iPXE" },
    { code: 93, name: "client system architecture", value: ["7 x64-uefi", "99"] },
    { code: 81, name: "client FQDN", value: { flags: "SE", rcodes: [0, 0], name: "vm.a" } },
    { code: 81, name: "client FQDN", value: { flags: "N", rcodes: [255, 255], name: "vm" } },
    { code: 81, name: "client FQDN", value: { flags: "E", rcodes: [0, 0], hex: "0976" } },
    { code: 121, name: "classless static routes", value: ["10.0.0.0/8 via 192.168.48.2"] },
    {
      code: 125,
      name: "vendor-identifying vendor information",
      value: [{ enterprise: 4491, hex: "020107" }],
    },
    { code: 26, name: "interface MTU", value: 1450 },
    { code: 80, name: "rapid commit", hex: "" },
  ]);
});

Deno.test("rule 107: dissect shows each copy of an option, those in file and sname, and values of a wrong length", () => {
  const bytes = packet(52, 1, 3, 57, 2, 2, 64, 57, 1, 9, 255);
  bytes.set([12, 2, 0x76, 0x6d, 255], 108);
  bytes.set([15, 1, 0x61, 255], 44);
  deepStrictEqual(dissect(bytes).options, [
    { code: 52, name: "option overload", value: 3 },
    { code: 57, name: "maximum DHCP message size", value: 576 },
    { code: 57, name: "maximum DHCP message size", hex: "09" },
    { code: 12, name: "host name", value: "vm", field: "file" },
    { code: 15, name: "domain name", value: "a", field: "sname" },
  ]);
});

Deno.test("rule 107: dissect says what is wrong with a packet that is not answered for it, and loses none of its octets", () => {
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [new Uint8Array(10), /^It has 10 octets, a DHCP message has at least 240$/],
    [packet(53, 1, 1).map((octet, at) => at === 236 ? 0 : octet), /^There is no magic cookie: 00/],
    [packet(53, 1, 1, 12, 9, 0x76), /^Option 12 runs past the end of the field options$/],
    [packet(53), /^Option 53 runs past the end of the field options$/],
  ];
  for (const [bytes, fault] of cases) {
    const { faults, hex } = dissect(bytes);
    strictEqual(faults?.length, 1);
    ok(fault.test(faults?.[0] ?? ""), faults?.[0]);
    deepStrictEqual(octetsOf(hex), bytes);
  }
});

Deno.test("rule 107: dissect names every option that real clients send or ask for", () => {
  for (const [what, bytes] of Object.entries(PACKETS)) {
    const { options, faults } = dissect(bytes);
    strictEqual(faults, undefined, what);
    ok(!/unassigned/.test(JSON.stringify(options)), what);
  }
  strictEqual(optionName(230), "private use");
  strictEqual(optionName(84), "unassigned");
});

Deno.test("rule 107: dissect never throws, and gives every octet back, whatever the octets are", () => {
  const written = messages.map((message) => encode(message));
  const torn = fc.tuple(written, fc.nat(600), fc.array(fc.tuple(fc.nat(600), fc.nat(255))))
    .map(([bytes, length, changes]) => {
      const copy = bytes.slice(0, length);
      for (const [at, octet] of changes) if (at < copy.length) copy[at] = octet;
      return copy;
    });
  fc.assert(
    fc.property(fc.oneof(written, torn, fc.uint8Array({ maxLength: 700 })), (bytes) => {
      const shown = dissect(bytes);
      deepStrictEqual(octetsOf(shown.hex), new Uint8Array(bytes));
      ok(JSON.stringify(shown).length > 0);
    }),
  );
});

Deno.test("rule 107: dissect shows every option of a message that encode wrote, in its order", () => {
  fc.assert(fc.property(messages, (message) => {
    const { options, faults } = dissect(encode(message));
    strictEqual(faults, undefined);
    const codes = options.map(({ code }) => code).filter((code) => code !== 52);
    const first = codes.filter((code, at) => codes.indexOf(code) === at);
    deepStrictEqual(new Set(first), new Set(message.options.map(({ code }) => code)));
  }));
});
