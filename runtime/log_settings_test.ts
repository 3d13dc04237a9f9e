import { deepStrictEqual, throws } from "node:assert/strict";
import { parseFlags } from "./flags.ts";
import { logOptions, logSettings } from "./log_settings.ts";

function read(
  args: readonly string[],
  { env = {}, isTerminal = false }: {
    readonly env?: Readonly<Record<string, string>>;
    readonly isTerminal?: boolean;
  } = {},
): unknown {
  const program = {
    usage: "thing",
    about: "Does it.",
    settings: logSettings({ debug: "Log more" }),
  };
  const { values } = parseFlags(program, { args, env });
  if (values === undefined) throw new Error("Help was asked for");
  return logOptions(values, { isTerminal });
}

const CASES: readonly (readonly [string, Parameters<typeof read>, string, string])[] = [
  ["nothing", [[]], "info", "json"],
  ["a level", [["--log-level=warn"]], "warn", "json"],
  [
    "a level in the environment",
    [[], { env: { VM_DHCP_LOG_LEVEL: "debug" } }],
    "debug",
    "json",
  ],
  [
    "a level twice, by flag",
    [["--log-level=error"], {
      env: { VM_DHCP_LOG_LEVEL: "debug" },
    }],
    "error",
    "json",
  ],
  ["--debug", [["--debug", "--log-level=error"]], "debug", "json"],
  ["--trace", [["--trace", "--debug"]], "trace", "json"],
  ["a terminal", [[], { isTerminal: true }], "info", "text"],
  ["a form on a terminal", [["--log-format=json"], { isTerminal: true }], "info", "json"],
];
for (const [what, given, level, format] of CASES) {
  Deno.test(`logOptions with ${what} is ${level} in ${format}`, () => {
    deepStrictEqual(read(...given), { level, format });
  });
}

Deno.test("logSettings refuse a level that is none, and name the levels", () => {
  throws(
    () => read(["--log-level=verbose"]),
    /--log-level "verbose": One of error, warn, info, debug, trace is wanted/,
  );
});
