import { deepStrictEqual } from "node:assert/strict";
import { attributes } from "./netlink_attributes.ts";

function read(...bytes: readonly number[]): readonly (readonly [number, readonly number[]])[] {
  const body = new DataView(Uint8Array.from(bytes).buffer);
  return [...attributes(body, 0)].map(({ type, value }) => [type, [...value]]);
}

Deno.test("attributes reads the last one also where it has no value, and none that is cut off", () => {
  const first = [5, 0, 3, 0, 97, 0, 0, 0];
  deepStrictEqual(read(...first, 4, 0, 20, 0), [[3, [97]], [20, []]]);
  deepStrictEqual(read(...first, 5, 0, 20, 0), [[3, [97]]]);
  deepStrictEqual(read(...first, 4, 0, 20), [[3, [97]]]);
});
