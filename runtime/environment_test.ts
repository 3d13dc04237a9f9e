import { deepStrictEqual, throws } from "node:assert/strict";
import { environmentOf } from "./environment.ts";

Deno.test("environmentOf reads these variables and no others", () => {
  const asked: string[] = [];
  const found = environmentOf(["A", "B"], (name) => {
    asked.push(name);
    return name === "A" ? "1" : undefined;
  });
  deepStrictEqual([found, asked], [{ A: "1", B: undefined }, ["A", "B"]]);
});

Deno.test("environmentOf takes a variable without leave as unset: a new image under an old Deployment's flags starts", () => {
  const denied = (name: string): string => {
    if (name === "NEW") throw new Deno.errors.NotCapable('Requires env access to "NEW"');
    return "1";
  };
  deepStrictEqual(environmentOf(["OLD", "NEW"], denied), { OLD: "1", NEW: undefined });
});

Deno.test("environmentOf hides no other fault", () => {
  throws(() =>
    environmentOf(["A"], () => {
      throw new TypeError("other");
    }), /other/);
});
