import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { DhcpDecodeError } from "./errors.ts";
import { ByteReader, octets } from "./reader.ts";

function reader(...values: number[]): ByteReader {
  return new ByteReader(new Uint8Array(values), { field: "thing", base: 100 });
}

Deno.test("reader reads numbers in network order, unsigned", () => {
  const numbers = reader(255, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xfd, 7);
  deepStrictEqual([numbers.u8(), numbers.u16(), numbers.u32()], [255, 0xfffe, 0xfffffffd]);
  deepStrictEqual([numbers.at, numbers.remaining], [7, 1]);
});

Deno.test("reader never reads past the end", () => {
  for (const [length, read] of [[0, "u8"], [1, "u16"], [3, "u32"]] as const) {
    const short = reader(...new Array(length).fill(1));
    throws(() => short[read](), DhcpDecodeError);
    strictEqual(short.at, 0); // nothing was consumed
  }
  throws(() => reader(1, 2).octets(3), /thing at octet 100, 3 octets wanted: 2 octets/);
});

Deno.test("reader copies what it gives away", () => {
  const source = new Uint8Array([1, 2, 3]);
  const copy = new ByteReader(source, { field: "thing" }).octets(2);
  source[0] = 9;
  deepStrictEqual(copy, new Uint8Array([1, 2]));
});

Deno.test("reader gives text without the NULs at its end", () => {
  strictEqual(reader(65, 0, 66, 0, 0).text(5), "A\0B");
  strictEqual(reader(0, 0).text(2), "");
});

Deno.test("reader names the place of an error", () => {
  const started = reader(1, 2, 3);
  started.u8();
  throws(() => started.fail("something", "else"), (error) => {
    if (!(error instanceof DhcpDecodeError)) return false;
    const { field, offset, wanted, got, message } = error;
    deepStrictEqual({ field, offset, wanted, got }, {
      field: "thing",
      offset: 101,
      wanted: "something",
      got: "else",
    });
    strictEqual(message, "Cannot decode thing at octet 101, something wanted: else");
    return true;
  });
});

Deno.test("octets counts in words", () => {
  deepStrictEqual([octets(0), octets(1), octets(2)], ["0 octets", "1 octet", "2 octets"]);
});
