import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { missingFields, patternText, withoutFields } from "./missing_fields.ts";
import type { OpenApiSchema } from "./open_api_schema.ts";

const text: OpenApiSchema = { type: "string" };
const object = (properties: Readonly<Record<string, OpenApiSchema>>): OpenApiSchema => ({
  type: "object",
  properties,
});
const list = (items: OpenApiSchema): OpenApiSchema => ({ type: "array", items });
const map = (additionalProperties: OpenApiSchema): OpenApiSchema => ({
  type: "object",
  additionalProperties,
});

const NEEDED = object({
  metadata: object({ ours: text }),
  spec: object({ name: text, nics: list(object({ mac: text, wanted: text })) }),
  status: object({
    record: object({ freed: map(object({ until: text, by: text })), used: text }),
    conditions: list(object({ type: text })),
  }),
});
const OLD = object({
  spec: object({ name: text, nics: list(object({ mac: text })) }),
  status: object({ record: object({ used: text, freed: map(object({ until: text })) }) }),
});

Deno.test("S6: missingFields names each field that a server would drop, once, at its highest place", () => {
  deepStrictEqual(missingFields(NEEDED, OLD).map(patternText), [
    "spec.nics[].wanted",
    "status.record.freed[].by",
    "status.conditions",
  ]);
  deepStrictEqual(missingFields(NEEDED, NEEDED), []);
  deepStrictEqual(missingFields(OLD, NEEDED), []);
});

Deno.test("S6: missingFields takes a part that keeps whatever it does not know for whole", () => {
  const free = { "x-kubernetes-preserve-unknown-fields": true };
  deepStrictEqual(missingFields(NEEDED, { properties: { spec: free, status: free } }), []);
});

Deno.test("S6: missingFields bears whatever a server publishes", () => {
  for (const served of [undefined, null, 7, [], {}, { properties: 7 }]) {
    deepStrictEqual(missingFields(NEEDED, served).map(patternText), ["spec", "status"]);
  }
  const odd = { properties: { spec: { properties: [] }, status: { properties: { record: "x" } } } };
  deepStrictEqual(missingFields(NEEDED, odd).map(patternText), [
    "spec.name",
    "spec.nics",
    "status.record",
    "status.conditions",
  ]);
});

Deno.test("S6: withoutFields takes away what a server would drop, and nothing else", () => {
  const whole = {
    spec: { name: "a", nics: [{ mac: "1", wanted: "2" }, { mac: "3" }] },
    status: {
      record: { used: "1", freed: { a: { until: "1", by: "2" }, b: { until: "3" } } },
      conditions: [{ type: "x" }],
    },
  };
  const patterns = missingFields(NEEDED, OLD);
  const kept = withoutFields(whole, patterns);
  deepStrictEqual(kept, {
    spec: { name: "a", nics: [{ mac: "1" }, { mac: "3" }] },
    status: { record: { used: "1", freed: { a: { until: "1" }, b: { until: "3" } } } },
  } as never);
  strictEqual(withoutFields(kept, patterns), kept);
  for (const odd of [undefined, null, 7, [], { spec: null }, { spec: { nics: "x" } }]) {
    strictEqual(withoutFields(odd, patterns), odd);
  }
});
