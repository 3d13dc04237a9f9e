/**
 * What `deno task vmdhcp` can be told.
 *
 * @module
 */
import { CLUSTER_SETTINGS } from "../kube/connect/cluster_settings.ts";
import { CLUSTER_VARIABLES } from "../kube/connect/connect.ts";
import {
  FlagError,
  type Flags,
  type Given,
  parseFlags,
  type Program,
  variablesOf,
} from "../runtime/flags.ts";
import { nonEmpty, oneOf, value, valueOr } from "../runtime/settings.ts";
import { OUTPUTS } from "./output/respond.ts";
import { VERBS } from "./verbs.ts";

const SETTINGS = {
  server: value({
    placeholder: "URL",
    help:
      "A standalone server, such as http://127.0.0.1:8001, which is asked where no kubeconfig is named either",
    parse: parseServer,
  }),
  ...CLUSTER_SETTINGS,
  namespace: value({
    placeholder: "NAME",
    help: "Only objects of this namespace; without it, of all (-n)",
    parse: nonEmpty,
  }),
  output: valueOr<typeof OUTPUTS[number]>("table", {
    placeholder: OUTPUTS.join("|"),
    help: "How the answer is written (-o)",
    parse: oneOf(...OUTPUTS),
    defaultText: "table",
  }),
  at: value({
    placeholder: "TIME",
    help: "who: at this time, 2026-01-31T12:00:00Z, 2026-01-31, or how long ago: 90m, 12h, 7d",
    parse: nonEmpty,
  }),
  since: value({ placeholder: "TIME", help: "history: from this time on", parse: nonEmpty }),
  mac: value({ placeholder: "MAC", help: "packets: of this client alone", parse: nonEmpty }),
  for: value({
    placeholder: "DURATION",
    help: "packets: for how long, at most 10m: 30s, 5m; without it 1m",
    parse: parseSeconds,
  }),
  write: value({
    placeholder: "FILE",
    help: "packets: into a file that Wireshark reads (-w)",
    parse: nonEmpty,
  }),
  "service-namespace": valueOr("vm-dhcp", {
    env: "VM_DHCP_NAMESPACE",
    placeholder: "NAME",
    help: "Namespace in which vm-dhcp is installed",
    parse: nonEmpty,
    defaultText: "vm-dhcp",
  }),
  service: valueOr("vm-dhcp-controller", {
    env: "VM_DHCP_SERVICE",
    placeholder: "NAME",
    help: "Its controller's Service",
    parse: nonEmpty,
    defaultText: "vm-dhcp-controller",
  }),
  "no-color": value({
    env: "NO_COLOR",
    envOnly: true,
    help: "Anything: no colours",
    parse: nonEmpty,
  }),
};

const PROGRAM: Program<typeof SETTINGS> = {
  usage: "deno task vmdhcp",
  operand: "VERB [WHOM]",
  about:
    `Asks vm-dhcp why a VM has no address, who has one, and whether all is well. The verbs:\n\n${
      Object.entries(VERBS).map(([name, { about }]) => `  ${name.padEnd(8)}  ${about}\n`).join("")
    }\nIt ends with 0, with 1 where something is not as it is to be, and with 2 where it could not be asked.`,
  settings: SETTINGS,
};

/** Names of the environment variables that the program reads. */
export const ENVIRONMENT: readonly string[] = [...variablesOf(SETTINGS), ...CLUSTER_VARIABLES];

const SHORT: ReadonlyMap<string, string> = new Map([
  ["-n", "--namespace"],
  ["-o", "--output"],
  ["-w", "--write"],
]);

/** Whom a verb is about that cannot be asked of nobody. */
const WHOM: ReadonlyMap<string, string> = new Map([
  ["why", "a VM, a vmnetcfg, a MAC address or an IP address"],
  ["who", "an IP address or a MAC address"],
  ["packets", "an IPPool"],
]);
/** How many seconds packets are shown at most. */
const MOST_SECONDS = 600;

/** Reads what was typed. Throws `FlagError`. */
export function readSettings(given: Given): Flags<typeof SETTINGS> {
  const args = given.args.flatMap((arg) => {
    const long = SHORT.get(arg.slice(0, 2));
    if (long === undefined) return [arg];
    // As kubectl: -o=json is -ojson.
    return arg.length === 2 ? [long] : [`${long}=${arg.slice(2).replace(/^=/, "")}`];
  });
  const flags = parseFlags(PROGRAM, { ...given, args });
  if (flags.operands === undefined) return flags;
  const [verb, of = "", ...others] = flags.operands;
  if (verb === undefined) {
    throw new FlagError([`The verb is missing: ${Object.keys(VERBS).join(", ")}`]);
  }
  if (!Object.hasOwn(VERBS, verb)) {
    throw new FlagError([`There is no verb ${verb}; there are ${Object.keys(VERBS).join(", ")}`]);
  }
  const whom = WHOM.get(verb);
  if (whom !== undefined && of === "") {
    throw new FlagError([`The argument of ${verb} is missing: ${whom}`]);
  }
  if (others.length > 0) {
    throw new FlagError([`One argument is wanted, not also ${others.join(" ")}`]);
  }
  return flags;
}

function parseServer(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new TypeError("A URL is wanted, such as http://127.0.0.1:8001");
  }
  return url;
}

/** `30s`, `5m`, `1h` or a number of seconds. */
function parseSeconds(text: string): number {
  const [, number, unit = "s"] = /^(\d{1,6})([smh])?$/.exec(text) ?? [];
  if (number === undefined) throw new TypeError("A duration is wanted, such as 30s or 5m");
  const seconds = Number(number) * { s: 1, m: 60, h: 3_600 }[unit as "s" | "m" | "h"];
  if (seconds < 1 || seconds > MOST_SECONDS) {
    throw new TypeError("A duration from 1s to 10m is wanted");
  }
  return seconds;
}
