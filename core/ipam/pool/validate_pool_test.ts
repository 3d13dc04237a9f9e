import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { fieldPath } from "../../api/fields/field_error.ts";
import type { IPv4Config } from "../../api/types.ts";
import { macOf, poolOf } from "../testing/fixture.ts";
import { validatePool } from "./validate_pool.ts";

const ALLOCATED = {
  "10.0.0.12": macOf(1),
  "10.0.0.13": macOf(2),
  "10.0.0.14": "CONFLICT",
  "10.0.0.15": "EXCLUDED",
  "10.0.0.99": macOf(3),
  "10.0.0.012": macOf(4),
};
const RANGE = { start: "10.0.0.11", end: "10.0.0.20" };

/** Edits of a pool in use, and the errors that they meet: path and message. */
const EDITS: readonly (readonly [
  sentence: string,
  config: Partial<IPv4Config>,
  errors: readonly (readonly [path: string, message: string])[],
  old?: Partial<IPv4Config>,
])[] = [
  ["that changes nothing", {}, []],
  ["that makes the range longer", { pool: { start: "10.0.0.3", end: "10.0.0.200" } }, []],
  ["that leaves out free addresses only", { pool: { start: "10.0.0.12", end: "10.0.0.13" } }, []],
  ["that leaves out a mark only", { pool: { start: "10.0.0.11", end: "10.0.0.13" } }, []],
  ["that excludes a free address", { pool: { ...RANGE, exclude: ["10.0.0.16", "10.0.0.14"] } }, []],
  [
    "that puts the server on an address in use",
    { serverIP: "10.0.0.12" },
    [["serverIP", "must not be an address in use: VM one (52:54:00:00:00:01) has it"]],
  ],
  [
    "that puts the router on an address in use outside the range",
    { router: "10.0.0.99" },
    [["router", "must not be an address in use: 52:54:00:00:00:03 has it"]],
  ],
  [
    "that excludes two addresses in use",
    { pool: { ...RANGE, exclude: ["10.0.0.13", "10.0.0.16", "10.0.0.12"] } },
    [
      ["pool.exclude[0]", "must not be an address in use: 52:54:00:00:00:02 has it"],
      ["pool.exclude[2]", "must not be an address in use: VM one (52:54:00:00:00:01) has it"],
    ],
  ],
  [
    "that keeps an exclude which waits for its VM",
    { pool: { ...RANGE, exclude: ["10.0.0.13"] }, dns: ["1.1.1.1"] },
    [],
    { pool: { ...RANGE, exclude: ["10.0.0.13"] } },
  ],
  [
    "that leaves out an address in use at the start",
    { pool: { start: "10.0.0.13", end: "10.0.0.20" } },
    [[
      "pool.start",
      "must not leave out addresses in use: 10.0.0.12 of VM one (52:54:00:00:00:01)",
    ]],
  ],
  [
    "that leaves out addresses in use at the end",
    { pool: { start: "10.0.0.5", end: "10.0.0.11" } },
    [[
      "pool.end",
      "must not leave out addresses in use: 10.0.0.12 of VM one (52:54:00:00:00:01), " +
      "10.0.0.13 of 52:54:00:00:00:02",
    ]],
  ],
  [
    "of a pool that was invalid before",
    { pool: { ...RANGE, exclude: ["10.0.0.12"] } },
    [["pool.exclude[0]", "must not be an address in use: VM one (52:54:00:00:00:01) has it"]],
    { serverIP: "ten" },
  ],
];

for (const [sentence, config, errors, old] of EDITS) {
  Deno.test(`validatePool ${errors.length === 0 ? "takes" : "refuses"} an edit ${sentence}`, () => {
    const found = validatePool(poolOf({ config }), {
      old: poolOf({ allocated: ALLOCATED, ...(old === undefined ? {} : { config: old }) }),
      ownerOf: (mac) => mac === macOf(1) ? "VM one" : undefined,
    });
    deepStrictEqual(
      found.map(({ path, message }) => [fieldPath(path), message]),
      errors.map(([path, message]) => [`spec.ipv4Config.${path}`, message]),
    );
  });
}

Deno.test("validatePool names the first five of many owners and counts the others", () => {
  const allocated = Object.fromEntries(
    [1, 2, 3, 4, 5, 6, 7].map((number) => [`10.0.0.${number + 10}`, macOf(number)]),
  );
  const pool = poolOf({ config: { pool: { start: "10.0.0.18", end: "10.0.0.20" } } });
  const [error] = validatePool(pool, { old: poolOf({ allocated }) });
  strictEqual(error?.value, "10.0.0.18");
  strictEqual(error.message.split(", ").length, 5);
  strictEqual(error.message.endsWith(" and 2 more"), true);
});

Deno.test("validatePool finds every field error of a new pool at once, whatever its status says", () => {
  const config = { cidr: "10.0.0.0/33", serverIP: "ten", dns: ["eleven"] };
  const errors = validatePool(poolOf({ config, allocated: { "10.0.0.12": "?" } }));
  deepStrictEqual(errors.map(({ path }) => fieldPath(path)), [
    "spec.ipv4Config.cidr",
    "spec.ipv4Config.serverIP",
    "spec.ipv4Config.dns[0]",
  ]);
});

Deno.test("validatePool finds faults of the values and of the edit together", () => {
  const config = { router: "10.0.0.12", dns: ["eleven"] };
  const errors = validatePool(poolOf({ config }), { old: poolOf({ allocated: ALLOCATED }) });
  deepStrictEqual(errors.map(({ path }) => fieldPath(path)), [
    "spec.ipv4Config.dns[0]",
    "spec.ipv4Config.router",
  ]);
});
