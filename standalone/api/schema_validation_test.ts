import { deepStrictEqual } from "node:assert/strict";
import type { JsonValue } from "../../kube/seam.ts";
import { describeFieldError } from "./field_error.ts";
import type { Schema } from "./schema.ts";
import { validateListTypes, validateSchema } from "./schema_validation.ts";

interface Example {
  readonly schema: Schema;
  readonly value: JsonValue;
  readonly old?: JsonValue;
  readonly errors: readonly string[];
}

const ITEM: Schema = { type: "object", properties: { name: { type: "string", minLength: 2 } } };
const LIST: Schema = {
  type: "array",
  items: ITEM,
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": ["id"],
};

const EXAMPLES: Readonly<Record<string, Example>> = {
  "takes what fits": { schema: { type: "string" }, value: "a", errors: [] },
  "takes null where it may be null": {
    schema: { type: "string", nullable: true },
    value: null,
    errors: [],
  },
  "refuses a number above and below its bounds": {
    schema: { type: "object", additionalProperties: { type: "integer", minimum: 1, maximum: 3 } },
    value: { a: 0, b: 4, c: 2 },
    errors: [
      "a: Invalid value: 0: a in body should be greater than or equal to 1",
      "b: Invalid value: 4: b in body should be less than or equal to 3",
    ],
  },
  "refuses bounds that are excluded": {
    schema: {
      type: "object",
      properties: { a: { type: "number", minimum: 1, exclusiveMinimum: true } },
    },
    value: { a: 1 },
    errors: ["a: Invalid value: 1: a in body should be greater than 1"],
  },
  "refuses a text that does not match": {
    schema: { type: "object", properties: { a: { type: "string", pattern: "^x+$" } } },
    value: { a: "y" },
    errors: [`a: Invalid value: "y": a in body should match '^x+$'`],
  },
  "takes integers and texts where both may be": {
    schema: { type: "array", items: { "x-kubernetes-int-or-string": true } },
    value: [1, "25%"],
    errors: [],
  },
  "refuses too few items": {
    schema: { type: "object", properties: { a: { type: "array", minItems: 1 } } },
    value: { a: [] },
    errors: ["a: Invalid value: 0: a in body should have at least 1 items"],
  },
  "leaves alone what an update does not change": {
    schema: {
      type: "object",
      properties: { a: { type: "string", maxLength: 1 }, b: { type: "string" } },
    },
    value: { a: "long", b: "new" },
    old: { a: "long", b: "old" },
    errors: [],
  },
  "finds the old item of a list with keys": {
    schema: LIST,
    value: [{ id: 2, name: "y" }, { id: 1, name: "x" }],
    old: [{ id: 1, name: "x" }],
    errors: [`[0].name: Invalid value: "y": [0].name in body should be at least 2 chars long`],
  },
};

for (const [name, { schema, value, old, errors }] of Object.entries(EXAMPLES)) {
  Deno.test(`validateSchema ${name}`, () => {
    const found = validateSchema(value, schema, old);
    deepStrictEqual(found.map((error) => `${error.field}: ${describeFieldError(error)}`), errors);
  });
}

Deno.test("validateListTypes refuses what is twice in a map or a set", () => {
  const schema: Schema = {
    type: "object",
    properties: { list: LIST, set: { type: "array", "x-kubernetes-list-type": "set" } },
  };
  const found = validateListTypes({ list: [{ id: 1 }, { id: 1 }], set: ["a", "b", "a"] }, schema);
  deepStrictEqual(found.map((error) => `${error.field}: ${describeFieldError(error)}`), [
    'list[1]: Duplicate value: {"id":1}',
    'set[2]: Duplicate value: "a"',
  ]);
});
