import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { overload } from "./exchange/overload.ts";
import { DHCP_OPTIONS } from "./table.ts";

Deno.test("no two options have the same code or name", () => {
  const all = [...DHCP_OPTIONS, overload];
  strictEqual(new Set(all.map(({ code }) => code)).size, all.length);
  strictEqual(new Set(all.map(({ name }) => name)).size, all.length);
});

Deno.test("an option that every reply needs has a row before those that are asked for", () => {
  const given = DHCP_OPTIONS.filter(({ always, fromPool }) => always || fromPool !== undefined);
  const always = given.filter((option) => option.always);
  deepStrictEqual(given.slice(0, always.length), always);
  strictEqual(given[0]?.code, 53); // rule 73
});
