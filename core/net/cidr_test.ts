import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import {
  AddressError,
  cidrContains,
  cidrsOverlap,
  formatCidr,
  formatIPv4,
  formatRange,
  isUsable,
  makeCidr,
  parseCidr,
  parseIPv4,
  rangeSize,
} from "./mod.ts";

const anyCidr = fc.tuple(fc.integer({ min: 0, max: 0xffffffff }), fc.nat(32))
  .map(([address, prefix]) => makeCidr(address, prefix));

interface Row {
  readonly text: string;
  readonly mask: string;
  readonly network: string;
  readonly broadcast: string;
  readonly usable: string;
}

const ROWS: readonly Row[] = [
  {
    text: "192.168.48.77/24",
    mask: "255.255.255.0",
    network: "192.168.48.0",
    broadcast: "192.168.48.255",
    usable: "192.168.48.1-192.168.48.254",
  },
  {
    text: "10.1.2.3/8",
    mask: "255.0.0.0",
    network: "10.0.0.0",
    broadcast: "10.255.255.255",
    usable: "10.0.0.1-10.255.255.254",
  },
  {
    text: "10.0.0.6/30",
    mask: "255.255.255.252",
    network: "10.0.0.4",
    broadcast: "10.0.0.7",
    usable: "10.0.0.5-10.0.0.6",
  },
  {
    text: "10.0.0.7/31",
    mask: "255.255.255.254",
    network: "10.0.0.6",
    broadcast: "10.0.0.7",
    usable: "10.0.0.6-10.0.0.7",
  },
  {
    text: "10.0.0.7/32",
    mask: "255.255.255.255",
    network: "10.0.0.7",
    broadcast: "10.0.0.7",
    usable: "10.0.0.7-10.0.0.7",
  },
  {
    text: "200.0.0.1/0",
    mask: "0.0.0.0",
    network: "0.0.0.0",
    broadcast: "255.255.255.255",
    usable: "0.0.0.1-255.255.255.254",
  },
];

for (const row of ROWS) {
  Deno.test(`parseCidr knows the addresses of ${row.text}`, () => {
    const cidr = parseCidr(row.text);
    deepStrictEqual({
      text: `${formatIPv4(cidr.address)}/${cidr.prefix}`,
      mask: formatIPv4(cidr.mask),
      network: formatIPv4(cidr.network),
      broadcast: formatIPv4(cidr.broadcast),
      usable: formatRange({ start: cidr.firstUsable, end: cidr.lastUsable }),
    }, row);
  });
}

const REFUSED: readonly (readonly [sentence: string, text: string, why: string])[] = [
  ["no prefix length", "10.0.0.0", "a prefix length from 0 to 32 wanted"],
  ["an empty prefix length", "10.0.0.0/", "a prefix length from 0 to 32 wanted"],
  ["a prefix length over 32", "10.0.0.0/33", "a prefix length from 0 to 32 wanted"],
  ["a prefix length with a leading zero", "10.0.0.0/08", "a prefix length from 0 to 32 wanted"],
  ["a mask for a prefix length", "10.0.0.0/255.0.0.0", "a prefix length from 0 to 32 wanted"],
  ["a second slash", "10.0.0.0/8/8", "a prefix length from 0 to 32 wanted"],
  ["a blank behind", "10.0.0.0/8 ", "a prefix length from 0 to 32 wanted"],
  ["an octal part", "010.0.0.0/8", "a part has a leading zero"],
  ["IPv6", "fd00::/64", "IPv6 given where IPv4 is wanted"],
  ["a name", "mgmt/24", "four decimal parts from 0 to 255 wanted"],
  ["no address", "/24", "it is empty"],
  ["no text", "", "it is empty"],
];

for (const [sentence, text, why] of REFUSED) {
  Deno.test(`parseCidr refuses ${sentence}`, () => {
    throws(() => parseCidr(text), {
      name: "AddressError",
      message: `Cannot parse IPv4 CIDR, ${why}: ${JSON.stringify(text)}`,
    });
  });
}

for (const prefix of [-1, 33, 8.5, NaN]) {
  Deno.test(`makeCidr refuses the prefix length ${prefix}`, () => {
    throws(() => makeCidr(0, prefix), AddressError);
  });
}

Deno.test("makeCidr agrees with ipaddr.js on every subnet", () => {
  fc.assert(fc.property(anyCidr, (cidr) => {
    const text = `${formatIPv4(cidr.address)}/${cidr.prefix}`;
    const network = ipaddr.IPv4.networkAddressFromCIDR(text);
    const broadcast = ipaddr.IPv4.broadcastAddressFromCIDR(text);
    strictEqual(formatIPv4(cidr.network), network.toString());
    strictEqual(formatIPv4(cidr.broadcast), broadcast.toString());
    strictEqual(parseCidr(formatCidr(cidr)).network, cidr.network);
  }));
});

Deno.test("cidrContains agrees with ipaddr.js on every address", () => {
  const address = fc.integer({ min: 0, max: 0xffffffff });
  fc.assert(fc.property(anyCidr, address, (cidr, address) => {
    const theirs = ipaddr.IPv4.parse(formatIPv4(address)).match(
      ipaddr.IPv4.parse(formatIPv4(cidr.address)),
      cidr.prefix,
    );
    strictEqual(cidrContains(cidr, address), theirs);
  }));
});

Deno.test("cidrContains holds the first and the last address and nothing beside them", () => {
  const cidr = parseCidr("10.0.0.8/30");
  const inside = ["10.0.0.7", "10.0.0.8", "10.0.0.11", "10.0.0.12"]
    .map((text) => cidrContains(cidr, parseIPv4(text)));
  deepStrictEqual(inside, [false, true, true, false]);
});

Deno.test("cidrsOverlap is true for a single address at the edge of a subnet", () => {
  const cidr = parseCidr("10.0.0.8/30");
  for (
    const [text, is] of [["10.0.0.8/32", true], ["10.0.0.11/32", true], [
      "10.0.0.12/32",
      false,
    ]] as const
  ) {
    strictEqual(cidrsOverlap(cidr, parseCidr(text)), is, text);
    strictEqual(cidrsOverlap(parseCidr(text), cidr), is, text);
  }
});

Deno.test("isUsable leaves out the network and broadcast address up to /30 only", () => {
  fc.assert(fc.property(anyCidr, (cidr) => {
    strictEqual(isUsable(cidr, cidr.network), cidr.prefix > 30);
    strictEqual(isUsable(cidr, cidr.broadcast), cidr.prefix > 30);
    const usable = { start: cidr.firstUsable, end: cidr.lastUsable };
    strictEqual(rangeSize(usable), 2 ** (32 - cidr.prefix) - (cidr.prefix > 30 ? 0 : 2));
  }));
});

Deno.test("cidrsOverlap is true for subnets of which one holds the other", () => {
  fc.assert(fc.property(anyCidr, anyCidr, (a, b) => {
    const expected = cidrContains(a, b.network) || cidrContains(b, a.network);
    strictEqual(cidrsOverlap(a, b), expected);
    strictEqual(cidrsOverlap(b, a), expected);
  }));
  strictEqual(cidrsOverlap(parseCidr("10.0.0.0/8"), parseCidr("10.53.0.0/16")), true);
  strictEqual(cidrContains(parseCidr("10.0.0.0/8"), parseIPv4("11.0.0.0")), false);
});
