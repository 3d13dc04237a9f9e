import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { FieldSet, pathText } from "./field_set.ts";

const step = fc.constantFrom("f:a", "f:b", 'k:{"type":"x"}', 'v:"y"');
const path = fc.array(step, { minLength: 1, maxLength: 4 });
const set = fc.array(path, { maxLength: 8 }).map((paths) => {
  const fields = new FieldSet();
  for (const one of paths) fields.insert(one);
  return fields;
});

function paths(fields: FieldSet): string[] {
  return [...fields.paths()].map((one) => one.join(" ")).sort();
}

Deno.test("FieldSet is read back from what it writes", () => {
  fc.assert(fc.property(set, (fields) => {
    deepStrictEqual(paths(FieldSet.from(fields.toFields())), paths(fields));
  }));
});

Deno.test("FieldSet unions, intersects and subtracts as sets of paths do", () => {
  fc.assert(fc.property(set, set, (a, b) => {
    const [x, y] = [new Set(paths(a)), new Set(paths(b))];
    deepStrictEqual(paths(a.union(b)), [...x.union(y)].sort());
    deepStrictEqual(paths(a.intersection(b)), [...x.intersection(y)].sort());
    deepStrictEqual(paths(a.difference(b)), [...x.difference(y)].sort());
    strictEqual(a.difference(a).isEmpty, true);
  }));
});

Deno.test("pathText shows members, keys and values", () => {
  strictEqual(
    pathText(["f:spec", "f:containers", 'k:{"name":"a"}', "f:args", 'v:"-x"']),
    '.spec.containers[name="a"].args[="-x"]',
  );
});
