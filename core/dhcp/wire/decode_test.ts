import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { anything, messages } from "../testing/arbitraries.ts";
import { decode } from "./decode.ts";
import { encode } from "./encode.ts";
import { DhcpDecodeError } from "./errors.ts";
import { rawRequest } from "../testing/harness.ts";

/** The error of decoding octets. */
function errorOf(bytes: Uint8Array): Pick<DhcpDecodeError, "field" | "offset" | "wanted" | "got"> {
  try {
    decode(bytes);
  } catch (error) {
    if (!(error instanceof DhcpDecodeError)) throw error;
    const { field, offset, wanted, got } = error;
    return { field, offset, wanted, got };
  }
  throw new Error("It was decoded");
}

Deno.test("decode throws only its own error, whatever the octets", () => {
  fc.assert(
    fc.property(anything, (bytes) => {
      try {
        decode(bytes);
      } catch (error) {
        if (!(error instanceof DhcpDecodeError)) throw error;
        ok(error.offset >= 0 && error.offset <= bytes.length + 2, error.message);
        ok(/^Cannot decode .+ at octet \d+, .+ wanted: .+$/s.test(error.message), error.message);
      }
    }),
    { numRuns: 3000 },
  );
});

Deno.test("decode of encode is the message", () => {
  fc.assert(
    fc.property(messages, (message) => {
      deepStrictEqual(decode(encode(message)), message);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("decode does not keep the octets it was given", () => {
  const bytes = rawRequest([61, 2, 1, 2, 200, 1, 9, 255]);
  const message = decode(bytes);
  bytes.fill(0xee);
  deepStrictEqual(message.options, [
    { code: 61, value: new Uint8Array([1, 2]) },
    { code: 200, value: new Uint8Array([9]) },
  ]);
  strictEqual(message.chaddr[0], 0x52);
});

Deno.test("decode names what is wrong with a message", () => {
  const short = { field: "message", offset: 0, wanted: "at least 240 octets" };
  deepStrictEqual(errorOf(new Uint8Array(0)), { ...short, got: "0 octets" });
  deepStrictEqual(errorOf(new Uint8Array(239)), { ...short, got: "239 octets" });
  deepStrictEqual(errorOf(new Uint8Array(240)), {
    field: "magic cookie",
    offset: 236,
    wanted: "63 82 53 63",
    got: "00 00 00 00",
  });
  const hlen = rawRequest([]);
  hlen[2] = 17;
  deepStrictEqual(errorOf(hlen), { field: "hlen", offset: 2, wanted: "at most 16", got: "17" });
});

Deno.test("decode names what is wrong with an option", () => {
  deepStrictEqual(errorOf(rawRequest([53, 1, 1, 12])), {
    field: "option 12",
    offset: 243,
    wanted: "a length",
    got: "the end of options",
  });
  deepStrictEqual(errorOf(rawRequest([53, 1, 1, 12, 5, 65])), {
    field: "option 12",
    offset: 243,
    wanted: "5 octets in options",
    got: "1 octet",
  });
  deepStrictEqual(errorOf(rawRequest([53, 1, 1, 54, 3, 10, 0, 0, 255])), {
    field: "option 54",
    offset: 245,
    wanted: "4 octets",
    got: "3 octets",
  });
  strictEqual(errorOf(rawRequest([52, 1, 4])).wanted, "1 octet from 0 to 3");
  strictEqual(errorOf(rawRequest([52, 0])).got, "0 octets");
});

Deno.test("rule 8: decode takes the first copy of an option that has one length", () => {
  deepStrictEqual(decode(rawRequest([53, 1, 3, 53, 1, 1, 57, 2, 2, 64, 57, 2, 9, 9])).options, [
    { code: 53, value: 3 },
    { code: 57, value: 576 },
  ]);
  const bytes = rawRequest([52, 1, 0, 52, 1, 3, 255]);
  bytes.set([98, 111, 111, 116], 44);
  deepStrictEqual(decode(bytes).sname, "boot");
});

Deno.test("decode names the field that an option runs out of", () => {
  const bytes = rawRequest([52, 1, 3, 255]);
  bytes[108] = 255;
  bytes.set([12, 63], 44);
  deepStrictEqual(errorOf(bytes), {
    field: "option 12",
    offset: 44,
    wanted: "63 octets in sname",
    got: "62 octets",
  });
});

Deno.test("decode reads options, then file, then sname, and joins pieces over them", () => {
  const bytes = rawRequest([200, 1, 1, 52, 1, 3, 12, 1, 97, 255, 7, 7]);
  bytes.set([200, 1, 2, 52, 1, 1, 201, 1, 9, 255, 8, 8], 108);
  bytes.set([200, 1, 3, 12, 1, 98, 255], 44);
  const message = decode(bytes);
  deepStrictEqual(message.options, [
    { code: 200, value: new Uint8Array([1, 2, 3]) },
    { code: 12, value: "ab" },
    { code: 201, value: new Uint8Array([9]) },
  ]);
  deepStrictEqual([message.sname, message.file], ["", ""]);
});

Deno.test("decode reads sname and file as text unless they hold options", () => {
  const bytes = rawRequest([52, 1, 1, 255]);
  bytes.set([98, 111, 111, 116, 0, 120], 44);
  deepStrictEqual([decode(bytes).sname, decode(bytes).file], ["boot", ""]);
  const full = rawRequest([255]);
  full.fill(65, 44, 236);
  deepStrictEqual(decode(full).sname, "A".repeat(64));
  deepStrictEqual(decode(full).file, "A".repeat(128));
});

Deno.test("decode reads a message without END, and nothing after END", () => {
  deepStrictEqual(decode(rawRequest([53, 1, 1])).options, [{ code: 53, value: 1 }]);
  deepStrictEqual(decode(rawRequest([0, 53, 1, 1, 255, 12, 99])).options, [{ code: 53, value: 1 }]);
  deepStrictEqual(decode(rawRequest([])).options, []);
});

Deno.test("decode takes many pointers of a search list without taking long", () => {
  const octets = [1, 97, 0];
  for (let i = 0; octets.length < 16_000; i++) octets.push(1, 98, 0xc0 | (i >>> 14), 0);
  const pieces: number[] = [];
  for (let at = 0; at < octets.length; at += 255) {
    const piece = octets.slice(at, at + 255);
    pieces.push(119, piece.length, ...piece);
  }
  const [search] = decode(rawRequest(pieces)).options;
  strictEqual(Array.isArray(search?.value) && search.value.length, 4001);
  throws(() => decode(rawRequest([...pieces, 119, 2, 0xff, 0xff])), DhcpDecodeError);
});
