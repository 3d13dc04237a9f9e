import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { FlagError } from "../runtime/flags.ts";
import { readSettings } from "./settings.ts";

const REFUSED: readonly (readonly [args: readonly string[], problem: string])[] = [
  [["why"], "The argument of why is missing: a VM, a vmnetcfg, a MAC address or an IP address"],
  [["who"], "The argument of who is missing: an IP address or a MAC address"],
  [["packets"], "The argument of packets is missing: an IPPool"],
  [
    ["packets", "net-48", "--for", "2h"],
    'Cannot use --for "2h": A duration from 1s to 10m is wanted',
  ],
  [
    ["packets", "net-48", "--for", "0s"],
    'Cannot use --for "0s": A duration from 1s to 10m is wanted',
  ],
];
for (const [args, problem] of REFUSED) {
  Deno.test(`vmdhcp ${args.join(" ")} is refused in the words that were typed, not in those of the HTTP API`, () => {
    throws(() => readSettings({ args, env: {} }), (error) => {
      deepStrictEqual(error instanceof FlagError && error.problems, [problem]);
      return true;
    });
  });
}

Deno.test("readSettings takes verbs that need nobody, and ten minutes of packets", () => {
  deepStrictEqual(readSettings({ args: ["check"], env: {} }).operands, ["check"]);
  deepStrictEqual(readSettings({ args: ["leases"], env: {} }).operands, ["leases"]);
  const { values } = readSettings({ args: ["packets", "net-48", "--for=10m"], env: {} });
  strictEqual(values?.for, 600);
});

Deno.test("readSettings takes short flags as kubectl does, also with an equals sign", () => {
  for (const args of [["-n", "lab", "-o", "json"], ["-nlab", "-ojson"], ["-n=lab", "-o=json"]]) {
    const { values } = readSettings({ args: ["leases", ...args], env: {} });
    deepStrictEqual([values?.namespace, values?.output], ["lab", "json"], args.join(" "));
  }
});
