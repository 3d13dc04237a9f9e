import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { OptionPacker } from "./option_packer.ts";

const FILLED = 0xee;

/** An option of a length, header included. */
function option(code: number, length: number): Uint8Array {
  return new Uint8Array(length).fill(FILLED).fill(code, 0, 1).fill(length - 2, 1, 2);
}

/** Packs options into a message with some room, and tells where each went. */
function pack(room: number, options: readonly Uint8Array[], fields = 3) {
  const out = new Uint8Array(1000);
  const packer = new OptionPacker(out, { message: 100, start: 340, end: 340 + room, fields });
  const put = options.map((each) => packer.put(each, 0, each.length));
  const end = packer.finish();
  return { out, put, end: end - 340, file: out[100 + 108], sname: out[100 + 44] };
}

Deno.test("packer keeps to the options field while there is room, with 3 octets to spare", () => {
  const { out, put, end, file, sname } = pack(33, [option(1, 10), option(2, 20)]);
  deepStrictEqual([put, end, file, sname], [[true, true], 30, 0, 0]);
  deepStrictEqual([out[340], out[350], out[370]], [1, 2, 0]);
});

Deno.test("packer goes on in file, then in sname, and says so by option 52", () => {
  const { out, put, end, file, sname } = pack(13, [option(1, 10), option(2, 20), option(3, 120)]);
  deepStrictEqual([put, file, sname], [[true, true, false], 2, 0]);
  deepStrictEqual([...out.subarray(350, 353)], [52, 1, 1]);
  strictEqual(end, 13);
  const both = pack(3, [option(1, 127), option(2, 63)]);
  deepStrictEqual([both.put, both.file, both.sname], [[true, true], 1, 2]);
  deepStrictEqual([...both.out.subarray(340, 343)], [52, 1, 3]);
});

Deno.test("packer ends file and sname inside themselves", () => {
  const { out } = pack(3, [option(1, 127), option(2, 63)]);
  deepStrictEqual([out[100 + 108 + 127], out[100 + 44 + 63]], [255, 255]);
  deepStrictEqual([out[100 + 236], out[100 + 43]], [0, 0]); // what lies behind and before
  const full = pack(3, [option(1, 128), option(2, 100), option(3, 64)]);
  deepStrictEqual(full.put, [false, true, false]);
});

Deno.test("packer leaves file and sname alone where it must", () => {
  const { put, out, end } = pack(3, [option(1, 10)], 0);
  deepStrictEqual([put, end], [[false], 0]);
  strictEqual(out.every((octet) => octet === 0), true);
});

Deno.test("packer leaves one of them alone where boot data is in it", () => {
  const file = pack(3, [option(1, 100), option(2, 60)], 1);
  deepStrictEqual([file.put, file.file, file.sname], [[true, false], 1, 0]);
  const sname = pack(3, [option(1, 100), option(2, 60)], 2);
  deepStrictEqual([sname.put, sname.file, sname.sname], [[false, true], 0, 2]);
  deepStrictEqual([...sname.out.subarray(340, 343)], [52, 1, 2]);
});

Deno.test("packer never cuts an option: a smaller one later may still fit", () => {
  const { put, out } = pack(13, [option(1, 200), option(2, 10)]);
  deepStrictEqual([put, out[340]], [[false, true], 2]);
});
