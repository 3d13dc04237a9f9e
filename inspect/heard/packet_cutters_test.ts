import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { BlockCutter, TextCutter } from "./packet_cutters.ts";

const SECTION = 0x0a0d0d0a;
const PACKET = 6;

/** A block of pcapng with these words in its body. */
function block(type: number, ...words: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(12 + words.length * 4));
  view.setUint32(0, type, true);
  view.setUint32(4, view.byteLength, true);
  for (const [index, word] of words.entries()) view.setUint32(8 + index * 4, word, true);
  view.setUint32(view.byteLength - 4, view.byteLength, true);
  return new Uint8Array(view.buffer);
}

/** The same octets in pieces that end at these places. */
function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.slice(ends[index - 1] ?? 0, end));
}

function joined(parts: readonly Uint8Array[]): number[] {
  return parts.flatMap((part) => [...part]);
}

Deno.test("TextCutter hands on whole packets alone, however the text comes in pieces", () => {
  const text = "# opening\n\nfirst\n  a\n\nsecond\n\n";
  const bytes = new TextEncoder().encode(text);
  fc.assert(fc.property(fc.array(fc.nat(), { maxLength: 8 }), (cuts) => {
    const cutter = new TextCutter();
    const records = pieces(bytes, cuts).flatMap((piece) => {
      const cut = cutter.cut(piece);
      for (const one of cut) strictEqual(new TextDecoder().decode(one).endsWith("\n\n"), true);
      return cut;
    });
    strictEqual(new TextDecoder().decode(new Uint8Array(joined(records))), text);
  }));
});

Deno.test("BlockCutter makes one capture of several: one beginning, and no packet on another one's interface", () => {
  const captures = [
    [block(SECTION, 1), block(1, 101), block(PACKET, 0, 10), block(PACKET, 0, 11)],
    [block(SECTION, 1), block(1, 101), block(1, 101), block(PACKET, 1, 20), block(5, 0, 21)],
  ];
  const wanted = [
    ...[block(SECTION, 1), block(1, 101), block(PACKET, 0, 10), block(PACKET, 0, 11)],
    ...[block(1, 101), block(1, 101), block(PACKET, 2, 20), block(5, 1, 21)],
  ];
  fc.assert(fc.property(fc.array(fc.nat(), { maxLength: 8 }), (cuts) => {
    const shared = { interfaces: 0, begun: false };
    const blocks = captures.flatMap((capture) => {
      const cutter = new BlockCutter(shared);
      const bytes = new Uint8Array(joined(capture));
      return pieces(bytes, cuts).flatMap((piece) => cutter.cut(piece));
    });
    deepStrictEqual(blocks.map((one) => [...one]), wanted.map((one) => [...one]));
  }));
});

Deno.test("BlockCutter and TextCutter refuse what no agent sends, and do not gather it without end", () => {
  const cutter = () => new BlockCutter({ interfaces: 0, begun: false });
  for (const length of [0, 8, 13, 2 ** 31]) {
    const bytes = block(SECTION, 1);
    new DataView(bytes.buffer).setUint32(4, length, true);
    throws(() => cutter().cut(bytes), RangeError);
  }
  throws(() => cutter().cut(block(PACKET, 0, 1)), /^RangeError: A packet of an interface/);
  const text = new TextCutter();
  throws(() => {
    for (let n = 0; n < 100; n++) text.cut(new Uint8Array(65_536).fill(97));
  }, /^RangeError: A packet of more than 1048576 octets$/);
});

Deno.test("both cutters bear many octets that come one by one and end nothing", () => {
  for (const cutter of [new TextCutter(), new BlockCutter({ interfaces: 0, begun: false })]) {
    const begun = performance.now();
    // A block of a million octets to come, and no empty line.
    const head = new Uint8Array([1, 0, 0, 0, 0, 0, 16, 0]);
    strictEqual(cutter.cut(head).length, 0);
    const one = new Uint8Array([33]);
    for (let count = 0; count < 300_000; count++) cutter.cut(one);
    // Where each octet has all before it moved, it takes ten seconds and more.
    ok(performance.now() - begun < 5_000);
  }
});
