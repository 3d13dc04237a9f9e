import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  formatMac,
  macFromBytes,
  macToBytes,
  normalizeMac,
  parseClientMac,
  parseMac,
  readMac,
  reasonNotClientMac,
} from "./mod.ts";

const anyMac = fc.integer({ min: 0, max: 0xffff_ffff_ffff });

const SPELLINGS: readonly (readonly [sentence: string, text: string])[] = [
  ["colons", "52:54:00:0a:0b:01"],
  ["colons, upper case", "52:54:00:0A:0B:01"],
  ["dashes", "52-54-00-0a-0b-01"],
  ["dashes, mixed case", "52-54-00-0A-0b-01"],
  ["Cisco's dots", "5254.000a.0b01"],
  ["Cisco's dots, upper case", "5254.000A.0B01"],
  ["nothing between", "5254000a0b01"],
  ["nothing between, upper case", "5254000A0B01"],
  ["octets of one digit", "52:54:0:a:b:1"],
  ["octets of one digit and dashes", "52-54-0-A-b-1"],
];

for (const [sentence, text] of SPELLINGS) {
  Deno.test(`parseMac reads ${sentence}: ${text}`, () => {
    strictEqual(parseMac(text), 0x5254000a0b01);
    strictEqual(normalizeMac(text), "52:54:00:0a:0b:01");
  });
}

const REFUSED: readonly (readonly [sentence: string, text: string])[] = [
  ["no text", ""],
  ["five octets", "52:54:00:0a:0b"],
  ["seven octets", "52:54:00:0a:0b:01:02"],
  ["an octet of three digits", "052:54:00:0a:0b:01"],
  ["an empty octet", "52::00:0a:0b:01"],
  ["colons and dashes mixed", "52:54-00:0a:0b:01"],
  ["another separator", "52 54 00 0a 0b 01"],
  ["a digit that is none", "52:54:00:0g:0b:01"],
  ["a last digit that is none", "52:54:00:0a:0b:0x"],
  ["a first digit just behind the letters", "g2:54:00:0a:0b:01"],
  ["an at sign, which lies before A", "@2:54:00:0a:0b:01"],
  ["a blank behind", "52:54:00:0a:0b:01 "],
  ["Cisco's dots in the wrong place", "525.4000.a0b01"],
  ["eleven bare digits", "5254000a0b0"],
  ["a mark of the record", "EXCLUDED"],
  ["an IPv4 address", "10.0.0.1"],
];

for (const [sentence, text] of REFUSED) {
  Deno.test(`parseMac refuses ${sentence}`, () => {
    strictEqual(readMac(text), -1);
    throws(() => parseMac(text), {
      name: "AddressError",
      message: `Cannot parse MAC address, six octets wanted: ${JSON.stringify(text)}`,
      value: text,
    });
  });
}

const NOT_A_CLIENT: readonly (readonly [text: string, why: string])[] = [
  ["00:00:00:00:00:00", "it is all zeros"],
  ["ff:ff:ff:ff:ff:ff", "it is the broadcast address"],
  ["01:00:5e:00:00:01", "it is a multicast address"],
  ["33:33:00:00:00:01", "it is a multicast address"],
];

for (const [text, why] of NOT_A_CLIENT) {
  Deno.test(`parseClientMac refuses ${text}: ${why}`, () => {
    strictEqual(reasonNotClientMac(parseMac(text)), why);
    throws(() => parseClientMac(text), {
      name: "AddressError",
      message: `Cannot parse client MAC address, ${why}: ${JSON.stringify(text)}`,
    });
  });
}

Deno.test("parseClientMac takes addresses that are administered locally", () => {
  strictEqual(parseClientMac("02:00:00:00:00:01"), 0x020000000001);
  strictEqual(parseClientMac("ca:70:82:e6:84:6e"), 0xca7082e6846e);
});

Deno.test("formatMac writes what parseMac reads, for every address", () => {
  fc.assert(fc.property(anyMac, (mac) => {
    strictEqual(parseMac(formatMac(mac)), mac);
    strictEqual(formatMac(mac).length, 17);
  }));
});

Deno.test("macFromBytes reads what macToBytes writes, at any offset", () => {
  fc.assert(fc.property(anyMac, fc.nat(28), (mac, offset) => {
    const bytes = new Uint8Array(offset + 16);
    bytes.set(macToBytes(mac), offset);
    strictEqual(macFromBytes(bytes, offset), mac);
  }));
});

Deno.test("macToBytes puts the first octet first", () => {
  deepStrictEqual([...macToBytes(0xff5400112201)], [0xff, 0x54, 0, 0x11, 0x22, 1]);
});

Deno.test("macFromBytes refuses fewer than six octets", () => {
  throws(() => macFromBytes(new Uint8Array(6), 1), {
    name: "AddressError",
    message: 'Cannot parse MAC address, 6 octets wanted: "0,0,0,0,0"',
  });
});

Deno.test("readMac answers -1 or what formatMac gives back, for any text", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-fA-F:.-]{12,17}$/)), (text) => {
      const mac = readMac(text);
      if (mac !== -1) strictEqual(readMac(formatMac(mac)), mac);
    }),
  );
});
