import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import {
  AddressError,
  formatIPv4,
  ipv4FromBytes,
  ipv4ToBytes,
  isIPv4,
  parseIPv4,
  readIPv4,
} from "./mod.ts";

const anyAddress = fc.integer({ min: 0, max: 0xffffffff });

/** Texts that look much like addresses. */
const nearlyAddress = fc.oneof(
  fc.string(),
  fc.ipV4Extended(),
  fc.ipV6(),
  fc.array(fc.oneof(fc.nat(300).map(String), fc.constantFrom("", "00", "01", "0x1", " 1", "1 ")), {
    minLength: 2,
    maxLength: 5,
  }).map((parts) => parts.join(".")),
);

Deno.test("readIPv4 takes exactly what ipaddr.js calls four-part decimal", () => {
  fc.assert(
    fc.property(nearlyAddress, (text) => {
      strictEqual(readIPv4(text) >= 0, ipaddr.IPv4.isValidFourPartDecimal(text), text);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("readIPv4 reads the number that ipaddr.js reads", () => {
  fc.assert(fc.property(fc.ipV4(), (text) => {
    deepStrictEqual([...ipv4ToBytes(readIPv4(text))], ipaddr.IPv4.parse(text).octets);
  }));
});

Deno.test("formatIPv4 writes what parseIPv4 reads, for every address", () => {
  fc.assert(fc.property(anyAddress, (address) => {
    strictEqual(parseIPv4(formatIPv4(address)), address);
  }));
});

Deno.test("ipv4FromBytes reads what ipv4ToBytes writes, at any offset", () => {
  fc.assert(fc.property(anyAddress, fc.nat(8), (address, offset) => {
    const bytes = new Uint8Array(offset + 4);
    bytes.set(ipv4ToBytes(address), offset);
    strictEqual(ipv4FromBytes(bytes, offset), address);
  }));
});

Deno.test("ipv4FromBytes refuses fewer than four octets", () => {
  throws(() => ipv4FromBytes(new Uint8Array(4), 1), {
    name: "AddressError",
    message: 'Cannot parse IPv4 address, 4 octets wanted: "0,0,0"',
  });
});

const REFUSED: readonly (readonly [sentence: string, text: string, why: string])[] = [
  ["an octal part", "010.1.1.1", "a part has a leading zero"],
  ["a zero with a leading zero", "10.1.1.00", "a part has a leading zero"],
  ["three parts", "1.2.3", "four decimal parts from 0 to 255 wanted"],
  ["five parts", "1.2.3.4.5", "four decimal parts from 0 to 255 wanted"],
  ["one number", "3232247889", "four decimal parts from 0 to 255 wanted"],
  ["a hexadecimal part", "0x1.1.1.1", "four decimal parts from 0 to 255 wanted"],
  ["a part over 255", "10.0.0.256", "a part is over 255"],
  ["an empty part", "10..0.1", "four decimal parts from 0 to 255 wanted"],
  ["a dot at the end", "10.0.0.1.", "four decimal parts from 0 to 255 wanted"],
  ["a minus", "10.0.0.-1", "four decimal parts from 0 to 255 wanted"],
  ["a blank in front", " 10.0.0.1", "it has blanks in it"],
  ["a line break behind", "10.0.0.1\n", "it has blanks in it"],
  ["digits of another script", "\u0661.1.1.1", "four decimal parts from 0 to 255 wanted"],
  ["a subnet", "10.0.0.0/8", "four decimal parts from 0 to 255 wanted"],
  ["no text", "", "it is empty"],
  ["IPv6", "fd00::1", "IPv6 given where IPv4 is wanted"],
  ["IPv6 with a zone", "fe80::1%eth0", "IPv6 given where IPv4 is wanted"],
  ["IPv4 inside IPv6", "::ffff:10.0.0.1", "IPv6 given where IPv4 is wanted"],
];

Deno.test("isIPv4 takes every address from the lowest to the highest", () => {
  for (const text of ["0.0.0.0", "10.0.0.1", "255.255.255.255"]) {
    strictEqual(isIPv4(text), true, text);
  }
});

for (const [sentence, text, why] of REFUSED) {
  Deno.test(`parseIPv4 refuses ${sentence}`, () => {
    strictEqual(isIPv4(text), false);
    throws(() => parseIPv4(text), (error) => {
      if (!(error instanceof AddressError)) throw error;
      strictEqual(error.message, `Cannot parse IPv4 address, ${why}: ${JSON.stringify(text)}`);
      strictEqual(error.value, text);
      strictEqual(error.wanted, "IPv4 address");
      strictEqual(error.why, why);
      return true;
    });
  });
}

const TAKEN: readonly (readonly [text: string, address: number])[] = [
  ["0.0.0.0", 0],
  ["10.0.0.1", 0x0a000001],
  ["192.168.48.81", 0xc0a83051],
  ["255.255.255.255", 0xffffffff],
];

for (const [text, address] of TAKEN) {
  Deno.test(`parseIPv4 reads ${text} as an unsigned number`, () => {
    strictEqual(parseIPv4(text), address);
    strictEqual(formatIPv4(address), text);
  });
}
