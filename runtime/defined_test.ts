import { deepStrictEqual } from "node:assert/strict";
import { defined } from "./defined.ts";

Deno.test("defined leaves out what is undefined, and nothing else that counts as false", () => {
  deepStrictEqual(defined({ a: undefined, b: null, c: 0, d: "", e: false }), {
    b: null,
    c: 0,
    d: "",
    e: false,
  });
});
