import assert from "node:assert/strict";
import fc from "fast-check";
import type { JsonValue } from "../rest_client.ts";
import { ListReader } from "./list_reader.ts";

/** What is read of a text that comes in pieces of these lengths, in turns. */
function read(text: string, lengths: readonly number[]): { list: JsonValue; items: JsonValue[] } {
  const items: JsonValue[] = [];
  const reader = new ListReader();
  const bytes = new TextEncoder().encode(text);
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1;
    items.push(...reader.add(bytes.subarray(at, at + length)));
    at += length;
  }
  return { list: reader.end(), items };
}

const LENGTHS = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const SPACES = fc.constantFrom(undefined, 1, 2);
/** Lists as they might be, with keys and texts that look like those of a list. */
const WORDS = fc.constantFrom(
  "items",
  '"items":[',
  "a\\",
  '\\"',
  "]",
  "{",
  "\u{e9}\u{20ac}\u{1f600}",
);
const VALUES = fc.jsonValue({ maxDepth: 3 }).map((value) => value as JsonValue);
const MORE = fc.dictionary(WORDS.filter((word) => word !== "items"), fc.oneof(VALUES, WORDS), {
  maxKeys: 3,
});
const OBJECTS = fc.oneof(MORE, fc.record({ items: fc.array(VALUES), more: MORE }));
const LISTS = fc.record({
  before: MORE,
  items: fc.oneof(fc.array(fc.oneof(OBJECTS, VALUES)), fc.array(OBJECTS), fc.constant(null)),
  after: MORE,
}).map(({ before, items, after }) => ({ ...before, items, metadata: { items: [1] }, ...after }));

Deno.test("ListReader takes what the list has, wherever its pieces end", () => {
  fc.assert(
    fc.property(LISTS, LENGTHS, SPACES, (list, lengths, spaces) => {
      const text = JSON.stringify(list, null, spaces);
      const whole = JSON.parse(text);
      assert.deepEqual(read(text, lengths), {
        list: whole.items === null ? whole : { ...whole, items: [] },
        items: whole.items ?? [],
      });
    }),
  );
});

Deno.test("ListReader refuses what is no JSON, and tells nothing of it", () => {
  const damaged = fc.record({
    list: LISTS,
    at: fc.nat(),
    by: fc.constantFrom("", ",", "]", "}", "x", '"'),
  })
    .map(({ list, at, by }) => {
      const text = JSON.stringify(list);
      const place = at % (text.length + 1);
      return text.slice(0, place) + by + text.slice(place + 1);
    });
  fc.assert(
    fc.property(damaged, LENGTHS, (text, lengths) => {
      let whole: JsonValue | undefined;
      try {
        whole = JSON.parse(text);
      } catch {
        // Nor may the reader read it.
      }
      if (whole === undefined) {
        assert.throws(() => read(text, lengths), {
          name: "SyntaxError",
          message: /^the answer is no JSON: \d+ characters$/,
        });
      } else read(text, lengths);
    }),
  );
});

Deno.test("ListReader refuses what stands between items in the place of a comma", () => {
  const text = '{"items":[{"a":1}.5,{"b":2}]}';
  assert.throws(() => read(text, ['{"items":[{"a":1}'.length, 100]), SyntaxError);
});

Deno.test("ListReader takes nothing for nothing, and what is no list as it is", () => {
  assert.deepEqual(read("", [1]), { list: null, items: [] });
  assert.deepEqual(read('{"kind":"Status"}', [3]), { list: { kind: "Status" }, items: [] });
});
