import assert from "node:assert/strict";
import { FlagError, parseFlags, type Program } from "./flags.ts";
import { parseListen } from "./ops_server.ts";
import { integer, nonEmpty, oneOf, toggle, value, valueOr, values } from "./settings.ts";

const SETTINGS = {
  name: valueOr("vm-dhcp", {
    env: "APP_NAME",
    placeholder: "NAME",
    help: "Name of the thing",
    parse: nonEmpty,
  }),
  listen: valueOr({ hostname: "0.0.0.0", port: 8080 }, {
    placeholder: "HOST:PORT",
    defaultText: "0.0.0.0:8080",
    help: "Where to listen",
    parse: parseListen,
  }),
  kubeconfig: value({
    env: "KUBECONFIG",
    placeholder: "FILE",
    help: "How to reach the cluster",
    parse: nonEmpty,
  }),
  "no-leader-election": toggle({ env: "NO_LEADER", help: "Work without the lock" }),
  nic: values({ env: "NICS", help: "Interfaces to serve", parse: nonEmpty }),
  "https-port": value({ help: "Port", parse: integer(1, 65535) }),
  format: value({ help: "Format", parse: oneOf("json", "text") }),
  "pod-namespace": value({
    env: "POD_NAMESPACE",
    envOnly: true,
    help: "Own namespace",
    parse: nonEmpty,
  }),
};
const PROGRAM: Program<typeof SETTINGS> = {
  usage: "deno task thing",
  about: "Does it.",
  settings: SETTINGS,
};

function read(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { values: found } = parseFlags(PROGRAM, { args, env });
  if (found === undefined) throw new Error("Help was asked for");
  return found;
}

function problemsOf(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): readonly string[] {
  try {
    read(args, env);
  } catch (error) {
    if (error instanceof FlagError) return error.problems;
    throw error;
  }
  return [];
}

Deno.test("parseFlags gives defaults where nothing is told", () => {
  assert.deepEqual(read([]), {
    name: "vm-dhcp",
    listen: { hostname: "0.0.0.0", port: 8080 },
    kubeconfig: undefined,
    noLeaderElection: false,
    nic: [],
    httpsPort: undefined,
    format: undefined,
    podNamespace: undefined,
  });
});

Deno.test("parseFlags reads flags with a space and with an equals sign", () => {
  const found = read([
    "--name",
    "a",
    "--listen=127.0.0.1:0",
    "--no-leader-election",
    "--nic",
    "eth1",
    "--nic=eth2",
  ]);
  assert.equal(found.name, "a");
  assert.deepEqual(found.listen, { hostname: "127.0.0.1", port: 0 });
  assert.equal(found.noLeaderElection, true);
  assert.deepEqual(found.nic, ["eth1", "eth2"]);
});

Deno.test("parseFlags falls back to the environment, over which a flag wins", () => {
  const env = {
    APP_NAME: "env",
    NO_LEADER: "1",
    NICS: "eth1, eth2",
    POD_NAMESPACE: "harvester-system",
  };
  const found = read([], env);
  assert.deepEqual([found.name, found.noLeaderElection, found.podNamespace], [
    "env",
    true,
    "harvester-system",
  ]);
  assert.deepEqual(found.nic, ["eth1", "eth2"]);
  const over = read(["--name=flag", "--no-leader-election=false", "--nic", "eth9"], env);
  assert.deepEqual([over.name, over.noLeaderElection, over.nic], ["flag", false, ["eth9"]]);
});

Deno.test("parseFlags counts an empty environment variable as unset", () => {
  assert.equal(read([], { APP_NAME: "", KUBECONFIG: "" }).name, "vm-dhcp");
});

Deno.test("parseFlags takes the last of a flag that is given twice", () => {
  assert.equal(read(["--name", "a", "--name", "b"]).name, "b");
});

const BAD: readonly (readonly [string, readonly string[], string])[] = [
  [
    "a mistyped flag",
    ["--no-leader-elction"],
    "Unknown flag --no-leader-elction: did you mean --no-leader-election?",
  ],
  ["a flag unlike any", ["--zzz"], "Unknown flag --zzz: see --help"],
  ["a short flag", ["-n"], "Unknown flag -n: see --help"],
  [
    "a flag that only the environment has",
    ["--pod-namespace=x"],
    "Unknown flag --pod-namespace: see --help",
  ],
  ["an argument", ["serve"], 'Cannot use an argument that is no flag: "serve"'],
  ["a flag without its value", ["--name"], "Cannot use --name without a value: NAME is wanted"],
  [
    "a flag followed by a flag",
    ["--name", "--no-leader-election"],
    "Cannot use --name without a value: NAME is wanted",
  ],
  ["an empty value", ["--name="], 'Cannot use --name "": A value is missing'],
  [
    "a number out of range",
    ["--https-port=70000"],
    'Cannot use --https-port "70000": A whole number from 1 to 65535 is wanted',
  ],
  [
    "a number in another base",
    ["--https-port=0x10"],
    'Cannot use --https-port "0x10": A whole number from 1 to 65535 is wanted',
  ],
  [
    "a word unlike those wanted",
    ["--format=xml"],
    'Cannot use --format "xml": One of json, text is wanted',
  ],
  [
    "a switch that is neither",
    ["--no-leader-election=maybe"],
    'Cannot use --no-leader-election "maybe": true or false is wanted',
  ],
  [
    "a bad address",
    ["--listen=8080"],
    'Cannot use --listen "8080": Cannot read an address to listen on: "8080"',
  ],
];
for (const [what, args, problem] of BAD) {
  Deno.test(`parseFlags refuses ${what}`, () => assert.deepEqual(problemsOf(args), [problem]));
}

Deno.test("parseFlags names the environment variable whose value is bad", () => {
  assert.deepEqual(problemsOf([], { NO_LEADER: "yes" }), [
    'Cannot use NO_LEADER "yes": true or false is wanted',
  ]);
});

Deno.test("parseFlags tells all problems at once", () => {
  assert.equal(problemsOf(["--zzz", "x", "--format=xml"]).length, 3);
});

Deno.test("parseFlags makes the help of what is declared", () => {
  const expected = `Usage: deno task thing [flags]

Does it.

Flags:
  --name NAME           Name of the thing (environment APP_NAME; default vm-dhcp)
  --listen HOST:PORT    Where to listen (default 0.0.0.0:8080)
  --kubeconfig FILE     How to reach the cluster (environment KUBECONFIG)
  --no-leader-election  Work without the lock (environment NO_LEADER)
  --nic VALUE           Interfaces to serve (may be repeated; environment NICS)
  --https-port VALUE    Port
  --format VALUE        Format
  --version             Show which vm-dhcp this is
  --help                Show this

Environment:
  POD_NAMESPACE         Own namespace
`;
  for (const flag of ["--help", "-h"]) {
    assert.equal(parseFlags(PROGRAM, { args: ["--zzz", flag], env: {} }).help, expected);
  }
});

Deno.test("integer takes both bounds, and nothing beyond them", () => {
  const port = integer(1, 65_535);
  assert.deepEqual([port("1"), port("65535")], [1, 65_535]);
  for (const text of ["0", "65536", "-1", "1.5", "", "1e3"]) {
    assert.throws(() => port(text), /^RangeError: A whole number from 1 to 65535 is wanted$/);
  }
});

Deno.test("parseFlags gives what is no flag, in its order, to a program that takes it: a flag's value is none of it", () => {
  const program = {
    ...{ usage: "deno task x", about: "Does it.", operand: "FILE" },
    settings: { name: value({ help: "A name", parse: (text: string) => text }) },
  };
  const { values, operands } = parseFlags(program, {
    args: ["a", "--name", "b", "c", "--", "--d"],
    env: {},
  });
  assert.deepStrictEqual({ values, operands }, {
    values: { name: "b" },
    operands: ["a", "c", "--d"],
  });
  const { help = "" } = parseFlags(program, { args: ["--help"], env: {} });
  assert.strictEqual(help.split("\n")[0], "Usage: deno task x FILE [flags]");
});
