import { deepStrictEqual, match, ok, throws } from "node:assert/strict";
import { FlagError } from "../runtime/flags.ts";
import { readDeployFlags } from "./flags.ts";

const REFUSED: Readonly<Record<string, readonly [args: readonly string[], said: string]>> = {
  "I9: --purge alone": [["--purge"], "Cannot use --purge without --uninstall"],
  "--to-go alone": [["--to-go"], "Cannot use --to-go without --uninstall"],
  "both ends of the records": [
    ["--uninstall", "--purge", "--to-go"],
    "Cannot use --to-go with --purge: no record would be left",
  ],
  "a name that no namespace may have": [
    ["--namespace=VM_DHCP"],
    'Cannot use --namespace "VM_DHCP": The name of a namespace is wanted: at most 63 of a-z, 0-9 and -, none of - at its ends',
  ],
  "--wait with --uninstall": [
    ["--uninstall", "--wait"],
    "Cannot use --wait with --uninstall, which waits by itself",
  ],
};
for (const [what, [args, said]] of Object.entries(REFUSED)) {
  Deno.test(`readDeployFlags refuses ${what}`, () => {
    throws(() => readDeployFlags({ args, env: {} }), (error) => {
      ok(error instanceof FlagError);
      deepStrictEqual(error.problems, [said]);
      return true;
    });
  });
}

Deno.test("readDeployFlags: --help names every flag and both pages", () => {
  const { help = "" } = readDeployFlags({ args: ["--help"], env: {} });
  for (
    const flag of [
      ...["kubeconfig", "context", "namespace", "image", "tenancy", "values", "wait", "dry-run"],
      ...["uninstall", "purge", "to-go"],
    ]
  ) match(help, new RegExp(`^ +--${flag}\\b`, "m"));
  match(help, /docs\/install\.md and docs\/remove\.md/);
});
