/**
 * Inputs that are nearly right: JSON values with some edits, texts with some damage.
 *
 * @module
 */
import fc from "fast-check";

/** Any JSON value. */
export type Json = unknown;

/** What JavaScript makes neither a text nor a number of. */
const UNSPEAKABLE: readonly Json[] = [{ toString: false }, [{ toString: false }]];

/** What breaks programs: emptiness, limits, other types, names that mean something to JavaScript, half characters. */
const ODD: readonly Json[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  2 ** 31,
  2 ** 53,
  1e308,
  "",
  " ",
  "0",
  "null",
  "__proto__",
  "constructor",
  "toString",
  "\u0000",
  "\ud800",
  "\u202e\u{1f600}",
  "a\nb",
  "${{ x }}",
  "../..",
  "a/b/c",
  "/",
  "-",
  "*",
  "a".repeat(254),
  "x".repeat(5_000),
  "0.0.0.0",
  "255.255.255.255",
  "240.0.0.1",
  "127.0.0.1",
  "010.1.1.1",
  "1.2.3",
  "1.2.3.4/33",
  "10.0.0.0/0",
  "10.0.0.0/31",
  "10.0.0.0/32",
  "::1",
  "::ffff:10.0.0.1",
  "ff:ff:ff:ff:ff:ff",
  "00:00:00:00:00:00",
  "52-54-00-11-22-01",
  "9999-99-99T99:99:99Z",
  "2026-01-01T00:00:00Z",
  [],
  {},
  [null],
  [[]],
  { "": "" },
  ...UNSPEAKABLE,
  { constructor: { prototype: { paused: true } } },
  JSON.parse('{"__proto__": {"paused": true}}'),
  JSON.parse("[".repeat(200) + "]".repeat(200)),
  Array.from({ length: 300 }, (_, index) => `10.0.${index >> 8}.${index & 255}`),
];

/** A value that stands where another is expected. */
export const oddValues: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...ODD) },
  fc.jsonValue({ maxDepth: 2 }),
  fc.ipV4(),
  fc.string(),
);

/** One edit: at the nth place of the value, whatever that is then. */
interface Edit {
  readonly at: number;
  readonly how: "replace" | "remove" | "rename" | "wrap" | "copy" | "add";
  readonly value: Json;
  readonly key: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(400),
  how: fc.constantFrom("replace", "replace", "replace", "remove", "rename", "wrap", "copy", "add"),
  value: oddValues,
  key: fc.constantFrom("", "name", "spec", "__proto__", "constructor", "a.b/c", "status", "~0"),
}, { noNullPrototype: true });

/** One of the values, with at most `most` edits. */
export function edited(values: readonly Json[], most: number = 5): fc.Arbitrary<Json> {
  return fc.tuple(fc.nat(values.length - 1), fc.array(edit, { maxLength: most }))
    .map(([index, edits]) => edits.reduce(applyEdit, structuredClone(values[index])));
}

function applyEdit(value: Json, { at, how, value: other, key }: Edit): Json {
  const places = placesOf(value);
  const place = places[at % (places.length + 1)];
  if (place === undefined) return how === "wrap" ? [value] : value;
  const { parent, key: own } = place;
  const own_value = read(parent, own);
  if (how === "replace") write(parent, own, other);
  else if (how === "wrap") write(parent, own, [own_value]);
  else if (how === "copy") write(parent, own, read(...pair(places[(at * 7) % places.length])));
  else if (how === "add" && isContainer(own_value)) write(own_value, key, other);
  else {
    if (Array.isArray(parent)) parent.splice(Number(own), 1);
    else delete (parent as Record<string, Json>)[own];
    if (how === "rename") write(parent, key, own_value);
  }
  // What was put in may be in twice now, or hold itself.
  return JSON.parse(textOf(value));
}

/**
 * Each of the values with each of its places holding what is neither text nor number to JavaScript: the objects throw where
 * `String()`, `Number()`, a template or `join()` meet them.
 */
export function withUnspeakable(values: readonly Json[]): Json[] {
  return values.flatMap((value) =>
    placesOf(value).flatMap((_place, index) =>
      UNSPEAKABLE.map((other) => {
        const copy = structuredClone(value);
        write(...pair(placesOf(copy)[index]), other);
        return copy;
      })
    )
  );
}

interface Place {
  readonly parent: object;
  readonly key: string;
}

function placesOf(value: Json): Place[] {
  if (!isContainer(value)) return [];
  return Object.keys(value).flatMap((key) => [
    { parent: value, key },
    ...placesOf(read(value, key)),
  ]);
}

function pair(place: Place | undefined): [object, string] {
  return place === undefined ? [{}, ""] : [place.parent, place.key];
}

function isContainer(value: Json): value is object {
  return typeof value === "object" && value !== null;
}

function read(parent: object, key: string): Json {
  return (parent as Record<string, Json>)[key];
}

/** Own properties only, `__proto__` too. */
function write(parent: object, key: string, value: Json): void {
  if (Array.isArray(parent) && !/^\d+$/.test(key)) parent.push(value);
  else {
    Object.defineProperty(parent, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
}

/** JSON of a value; a place that holds what holds it is left empty. */
export function textOf(value: Json): string {
  const above: Json[] = [];
  return JSON.stringify(value, function (this: Json, _key, inner: Json) {
    while (above.length > 0 && above.at(-1) !== this) above.pop();
    if (above.includes(inner)) return null;
    if (isContainer(inner)) above.push(inner);
    return inner;
  }) ?? "null";
}

/** Damage to a text. */
const damage = fc.record({
  at: fc.nat(3_000),
  length: fc.constantFrom(0, 0, 1, 2, 10, 200),
  text: fc.oneof(
    fc.constantFrom(
      ..."\t|\n|\n---\n|\n...\n|: |- |&a |*a|<<: *a\n|!!js/function |!!binary |!!set |'|\"|{|}|[|]|#|%YAML 1.1\n|\u0000|\ufeff|\r\n|? |> \n|0x1F|1e999|.nan|~|=|0300|\u2028"
        .split("|"),
    ),
    fc.string({ maxLength: 8 }),
  ),
}, { noNullPrototype: true });

/** Texts with some damage. As they travel as UTF-8, the half of a character that a cut leaves is U+FFFD. */
export function damaged(texts: fc.Arbitrary<string>, most: number = 4): fc.Arbitrary<string> {
  return fc.tuple(texts, fc.array(damage, { maxLength: most })).map(([text, all]) =>
    all.reduce((result, { at, length, text: inserted }) => {
      const from = at % (result.length + 1);
      return result.slice(0, from) + inserted + result.slice(from + length);
    }, text).toWellFormed()
  );
}
