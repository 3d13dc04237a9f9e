import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { messages } from "../testing/arbitraries.ts";
import { decode } from "./decode.ts";
import { encode } from "./encode.ts";
import { DhcpEncodeError } from "./errors.ts";
import { ACK } from "../fixtures/ack.ts";
import type { DhcpMessageInit } from "./message.ts";
import type { DhcpOption } from "../options/option.ts";

const BASE: DhcpMessageInit = { op: 2, xid: 1, chaddr: new Uint8Array([1, 2, 3]), options: [] };

function withOptions(...options: DhcpOption[]): DhcpMessageInit {
  return { ...BASE, options };
}

Deno.test("encode writes the octets that were captured", () => {
  deepStrictEqual(encode(decode(ACK)), ACK);
});

Deno.test("encode fills in Ethernet, zeros, END and padding", () => {
  const bytes = encode(BASE);
  const wanted = new Uint8Array(300);
  wanted.set([2, 1, 6, 0, 0, 0, 0, 1]);
  wanted.set([1, 2, 3], 28);
  wanted.set([0x63, 0x82, 0x53, 0x63, 255], 236);
  deepStrictEqual(bytes, wanted);
});

Deno.test("encode puts 53 first and 82 last and keeps the order of the others", () => {
  const bytes = encode(withOptions(
    { code: 82, value: [{ code: 1, value: new Uint8Array(0) }] },
    { code: 12, value: "b" },
    { code: 3, value: [1] },
    { code: 53, value: 2 },
    { code: 1, value: 2 },
  ));
  deepStrictEqual(decode(bytes).options.map(({ code }) => code), [53, 12, 3, 1, 82]);
});

Deno.test("encode is deterministic and within the length it was given", () => {
  fc.assert(
    fc.property(messages, fc.integer({ min: 300, max: 2000 }), (message, maximumLength) => {
      try {
        const bytes = encode(message, { maximumLength });
        ok(bytes.length >= 300 && bytes.length <= maximumLength);
        deepStrictEqual(encode(message, { maximumLength }), bytes);
        const sorted = (options: readonly DhcpOption[]) =>
          options.toSorted((a, b) => a.code - b.code);
        deepStrictEqual(sorted(decode(bytes).options), sorted(message.options));
      } catch (error) {
        if (!(error instanceof DhcpEncodeError)) throw error;
        ok(encode(message).length > maximumLength, error.message);
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("encode uses file and sname when it must", () => {
  const message = withOptions(
    { code: 53, value: 5 },
    { code: 200, value: new Uint8Array(40).fill(1) },
    { code: 201, value: new Uint8Array(124).fill(2) },
    { code: 202, value: new Uint8Array(60).fill(3) },
    { code: 82, value: [{ code: 1, value: new Uint8Array([9]) }] },
  );
  const bytes = encode(message, { maximumLength: 300 });
  strictEqual(bytes.length, 300);
  deepStrictEqual(decode(bytes).options.toSorted((a, b) => a.code - b.code), [
    ...message.options.toSorted((a, b) => a.code - b.code),
  ]);
  deepStrictEqual([bytes[108], bytes[44]], [201, 202]);
  deepStrictEqual([...bytes.subarray(285, 288)], [52, 1, 3]);
});

Deno.test("encode refuses a relay's option that does not fit, as it cannot be elsewhere", () => {
  const relay = (length: number): DhcpMessageInit =>
    withOptions({ code: 82, value: [{ code: 1, value: new Uint8Array(length) }] });
  strictEqual(encode(relay(55), { maximumLength: 300 })[298], 0);
  strictEqual(encode(relay(55), { maximumLength: 300 })[299], 255);
  for (const length of [56, 100, 255]) {
    throws(
      () => encode(relay(length), { maximumLength: 300 }),
      /Cannot encode message, room for option 82 within 300 octets wanted/,
    );
  }
});

Deno.test("encode does not overwrite boot data with options", () => {
  const big = withOptions({ code: 200, value: new Uint8Array(100) });
  ok(encode(big, { maximumLength: 300 }));
  for (const field of ["sname", "file"]) {
    throws(
      () => encode({ ...big, [field]: "boot" }, { maximumLength: 300 }),
      /Cannot encode message, room for option 200 within 300 octets wanted: 102 octets/,
    );
  }
});

Deno.test("encode refuses what a field cannot hold", () => {
  const bad: Partial<DhcpMessageInit>[] = [
    { op: 256 },
    { op: -1 },
    { hlen: 17 },
    { xid: 2 ** 32 },
    { xid: 0.5 },
    { secs: 65536 },
    { flags: NaN },
    { ciaddr: -1 },
    { giaddr: 2 ** 32 },
    { chaddr: new Uint8Array(17) },
    { sname: "a".repeat(64) },
    { sname: "\u0100" },
    { file: "a\0" },
    { file: "a".repeat(128) },
  ];
  for (const fields of bad) {
    throws(() => encode({ ...BASE, ...fields }), DhcpEncodeError, JSON.stringify(fields));
  }
});

Deno.test("encode says how much text fits into sname and file", () => {
  for (const [field, most] of [["sname", 63], ["file", 127]] as const) {
    ok(encode({ ...BASE, [field]: "a".repeat(most) }));
    throws(() => encode({ ...BASE, [field]: "a".repeat(most + 1) }), {
      name: "DhcpEncodeError",
      wanted: `at most ${most} characters from U+0001 to U+00FF`,
    });
  }
});

Deno.test("encode refuses an option that comes twice or frames others", () => {
  throws(() => encode(withOptions({ code: 12, value: "a" }, { code: 12, value: "b" })), {
    name: "DhcpEncodeError",
    message: 'Cannot encode option 12, the option once wanted: "twice"',
  });
  for (const code of [0, 52, 255]) {
    throws(() => encode(withOptions({ code, value: new Uint8Array(1) })), DhcpEncodeError);
  }
});

Deno.test("encode refuses a maximum length that no message can have", () => {
  for (const maximumLength of [299, 0, -1, 65508, 300.5, NaN]) {
    throws(() => encode(BASE, { maximumLength }), /a maximum length from 300 to 65507 wanted/);
  }
});

Deno.test("encode names field, wanted and got in its error", () => {
  try {
    encode({ ...BASE, hlen: 99 });
  } catch (error) {
    ok(error instanceof DhcpEncodeError);
    deepStrictEqual([error.field, error.wanted, error.got], [
      "hlen",
      "a whole number from 0 to 16",
      "99",
    ]);
    strictEqual(error.message, "Cannot encode hlen, a whole number from 0 to 16 wanted: 99");
  }
});
