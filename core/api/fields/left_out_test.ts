import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { withoutEmpty, withoutNulls } from "./left_out.ts";

Deno.test("S10: withoutEmpty takes away null and empty texts, at any depth, of lists too", () => {
  deepStrictEqual(
    withoutEmpty({ a: null, b: "", c: [null, "", "x", { d: "", e: 0 }], f: { g: {} }, h: false }),
    { c: ["x", { e: 0 }], f: { g: {} }, h: false },
  );
});

Deno.test("withoutEmpty leaves a NIC's options what is empty, which says something there, and a pool's list nothing", () => {
  deepStrictEqual(
    withoutEmpty({
      networkConfig: [{ ipAddress: "", options: { router: "", dns: [], mtu: null, ntp: [""] } }],
      ipv4Config: { options: [{ code: 150, type: "", value: null }] },
    }),
    {
      networkConfig: [{ options: { router: "", dns: [], ntp: [""] } }],
      ipv4Config: { options: [{ code: 150 }] },
    },
  );
});

Deno.test("withoutNulls takes away fields that are null, and leaves lists their places", () => {
  deepStrictEqual(
    withoutNulls({ a: null, b: "", c: [null, { d: null }] }),
    { b: "", c: [null, {}] },
  );
});

Deno.test("withoutEmpty and withoutNulls give back what has nothing to take away", () => {
  for (const value of [{ a: [{ b: "x" }] }, [], {}, "", null, undefined, 7]) {
    strictEqual(withoutEmpty(value), value);
    strictEqual(withoutNulls(value), value);
  }
  const own = JSON.parse('{"__proto__": {"a": null}, "b": 1}');
  deepStrictEqual(Object.getOwnPropertyNames(withoutNulls(own)), ["__proto__", "b"]);
});
