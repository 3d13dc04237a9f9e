import { deepStrictEqual, throws } from "node:assert/strict";
import type { JsonValue } from "../../../kube/rest_client.ts";
import type { Schema } from "../kinds/schema.ts";
import { strategicMerge } from "./strategic_merge.ts";

const MERGED = { "x-kubernetes-patch-strategy": "merge" };
const SCHEMA: Schema = {
  type: "object",
  properties: {
    containers: {
      type: "array",
      ...MERGED,
      "x-kubernetes-patch-merge-key": "name",
      items: { type: "object", properties: { name: { type: "string" } } },
    },
    finalizers: { type: "array", ...MERGED, items: { type: "string" } },
    plain: { type: "array", items: { type: "string" } },
  },
};

interface Example {
  readonly target: JsonValue;
  readonly patch: JsonValue;
  readonly result: JsonValue;
}

const EXAMPLES: Readonly<Record<string, Example>> = {
  "replaces plain lists": {
    target: { plain: ["a", "b"] },
    patch: { plain: ["c"] },
    result: { plain: ["c"] },
  },
  "merges items with the same key and adds others": {
    target: { containers: [{ name: "a", image: "1" }, { name: "b" }] },
    patch: { containers: [{ name: "a", tty: true }, { name: "c" }] },
    result: { containers: [{ name: "a", image: "1", tty: true }, { name: "c" }, { name: "b" }] },
  },
  "removes an item by its key": {
    target: { containers: [{ name: "a" }, { name: "b" }] },
    patch: { containers: [{ name: "a", $patch: "delete" }] },
    result: { containers: [{ name: "b" }] },
  },
  "replaces a list whose patch says so": {
    target: { containers: [{ name: "a" }] },
    patch: { containers: [{ $patch: "replace" }, { name: "b" }] },
    result: { containers: [{ name: "b" }] },
  },
  "removes values from a set": {
    target: { finalizers: ["a", "b"] },
    patch: { "$deleteFromPrimitiveList/finalizers": ["a"] },
    result: { finalizers: ["b"] },
  },
  "puts what it names first, in its order, whatever order is asked for": {
    target: { containers: [{ name: "a" }, { name: "b" }] },
    patch: {
      "$setElementOrder/containers": [{ name: "a" }, { name: "b" }, { name: "c" }],
      containers: [{ name: "c" }, { name: "b", image: "2" }],
    },
    result: { containers: [{ name: "c" }, { name: "b", image: "2" }, { name: "a" }] },
  },
  "removes what is null, and makes what is not there": {
    target: { a: 1, b: 2 },
    patch: { a: null, c: { d: 3 } },
    result: { b: 2, c: { d: 3 } },
  },
  "empties an object whose patch says so": {
    target: { a: { b: 1 } },
    patch: { a: { $patch: "delete" } },
    result: { a: {} },
  },
  "replaces an object whose patch says so": {
    target: { a: { b: 1 } },
    patch: { a: { $patch: "replace", c: 2 } },
    result: { a: { c: 2 } },
  },
};

for (const [name, { target, patch, result }] of Object.entries(EXAMPLES)) {
  Deno.test(`strategicMerge ${name}`, () => {
    deepStrictEqual(strategicMerge(structuredClone(target), patch, SCHEMA), result);
  });
}

Deno.test("strategicMerge refuses directives that it does not know", () => {
  throws(() => strategicMerge({}, { $retainKeys: ["a"] }, SCHEMA), /\$retainKeys/);
  throws(() => strategicMerge({}, { a: { $patch: "merge" } }, SCHEMA), /\$patch/);
});
