import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ByteWriter } from "./writer.ts";

Deno.test("writer writes numbers in network order", () => {
  const writer = new ByteWriter();
  writer.u8(0x01);
  writer.u16(0x0203);
  writer.u32(0xfffefdfc);
  deepStrictEqual(writer.bytes(), new Uint8Array([1, 2, 3, 0xff, 0xfe, 0xfd, 0xfc]));
});

Deno.test("writer grows as needed", () => {
  const writer = new ByteWriter();
  writer.u8(1);
  writer.octets(new Uint8Array(1000).fill(2));
  for (let i = 0; i < 1000; i++) writer.u8(3);
  const bytes = writer.bytes();
  deepStrictEqual([writer.length, bytes.length], [2001, 2001]);
  deepStrictEqual([bytes[0], bytes[1], bytes[1000], bytes[1001], bytes[2000]], [1, 2, 2, 3, 3]);
});

Deno.test("writer pads text to a width", () => {
  const writer = new ByteWriter();
  writer.text("AB", 4);
  writer.text("C");
  deepStrictEqual(writer.bytes(), new Uint8Array([65, 66, 0, 0, 67]));
});

Deno.test("writer gives a copy", () => {
  const writer = new ByteWriter();
  writer.u8(1);
  const first = writer.bytes();
  writer.u8(2);
  strictEqual(first.length, 1);
});
