import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { firstAddresses, formatAddresses, parseAddresses } from "./address_words.ts";

Deno.test("formatAddresses writes twenty digits an address, in their order", () => {
  const text = formatAddresses([[0xc0a83051, 0x525400000001], [0x0a000001, 1]]);
  strictEqual(text, "c0a83051525400000001 0a000001000000000001");
});

Deno.test("formatAddresses: a thousand addresses take less than 21,000 characters", () => {
  const found = Array.from(
    { length: 1_000 },
    (_, n) => [0xffff0000 + n, 0xfe_ff_ff_ff_ff_ff] as const,
  );
  strictEqual(formatAddresses(found).length, 20_999);
});

Deno.test("parseAddresses reads what formatAddresses wrote, and nothing of what cannot be read", () => {
  const entries = fc.uniqueArray(
    fc.tuple(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0, max: 0xffffffffffff })),
    { selector: ([address]) => address },
  );
  fc.assert(fc.property(entries, (found) => {
    deepStrictEqual(
      parseAddresses(formatAddresses(found)),
      new Map(found.sort(([a], [b]) => a - b)),
    );
  }));
  fc.assert(fc.property(fc.string(), (text) => void parseAddresses(text)));
  deepStrictEqual(
    parseAddresses(" 0a000001 0A000001000000000001 0a000001000000000001x"),
    new Map(),
  );
});

Deno.test("firstAddresses leaves whole entries", () => {
  const text = formatAddresses([[1, 10], [2, 20], [3, 30]]);
  for (const most of [0, 1, 2, 3, 4]) {
    strictEqual(parseAddresses(firstAddresses(text, most)).size, Math.min(most, 3));
    strictEqual(text.startsWith(firstAddresses(text, most)), true);
  }
});
