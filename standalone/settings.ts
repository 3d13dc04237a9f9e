/**
 * What the standalone server can be told by its flags.
 *
 * @module
 */
import { interfaceNameProblem } from "../agent/host/interface_name.ts";
import { networkNameProblem } from "../core/api/network.ts";
import { type Flags, type Given, parseFlags, type Program, variablesOf } from "../runtime/flags.ts";
import { logSettings } from "../runtime/log_settings.ts";
import type { Listen } from "../runtime/ops_server.ts";
import { nonEmpty, type Setting, toggle, value, valueOr, values } from "../runtime/settings.ts";
import { DEFAULT_LISTEN, parseLoopback } from "./listen.ts";

type StandaloneSettings = ReturnType<typeof logSettings> & {
  readonly manifests: Setting<string | undefined>;
  readonly interface: Setting<readonly (readonly [network: string, interfaceName: string])[]>;
  readonly state: Setting<string | undefined>;
  readonly listen: Setting<Listen>;
  readonly "enable-cache-dump-api": Setting<boolean>;
  readonly "no-history": Setting<boolean>;
  readonly "state-home": Setting<string | undefined>;
  readonly home: Setting<string | undefined>;
};

const PROGRAM: Program<StandaloneSettings> = {
  usage: "deno task standalone",
  about:
    "Answers the DHCP clients of this machine's bridges from manifest files: embedded API, controller and agent in one process. Runs as root, or with NET_BIND_SERVICE, NET_RAW and NET_ADMIN.",
  settings: {
    manifests: value({
      help: "Directory of YAML or JSON manifests, watched; required",
      placeholder: "DIR",
      parse: nonEmpty,
    }),
    interface: values({
      help: "Interface of a network, where its NetworkAttachmentDefinition does not name it",
      placeholder: "NAMESPACE/NAD=IFACE",
      parse: parseInterface,
    }),
    state: value({
      help:
        "SQLite file that keeps the objects (default vm-dhcp/standalone.sqlite below $XDG_STATE_HOME, else below /var/lib for root, below ~/.local/state for others)",
      placeholder: "FILE",
      parse: nonEmpty,
    }),
    listen: valueOr(parseLoopback(DEFAULT_LISTEN), {
      help:
        "Where to serve the API for kubectl, /v1 for deno task vmdhcp, /readyz, /healthz and /metrics: loopback only",
      placeholder: "HOST:PORT",
      parse: parseLoopback,
      defaultText: DEFAULT_LISTEN,
    }),
    "enable-cache-dump-api": toggle({
      help: "Serve /leases, /ipams/<network> and /caches/<network>",
    }),
    "no-history": toggle({
      help: "Keep no IPPoolHistory: who had which address is in the log alone",
    }),
    ...logSettings({ debug: "Log each packet and each decision" }),
    "state-home": value({
      help: "Base of the default state",
      env: "XDG_STATE_HOME",
      envOnly: true,
      parse: nonEmpty,
    }),
    home: value({ help: "Base of the default state", env: "HOME", envOnly: true, parse: nonEmpty }),
  },
};

/** Names of the environment variables that the program reads. */
export const ENVIRONMENT: readonly string[] = variablesOf(PROGRAM.settings);

/** Reads the flags. Throws `FlagError`. */
export function readSettings(given: Given): Flags<StandaloneSettings> {
  return parseFlags(PROGRAM, given);
}

/** The file that keeps the state, unless another is asked for. Throws where no place is known. */
export function defaultState(
  where: {
    readonly uid: number | null;
    readonly stateHome: string | undefined;
    readonly home: string | undefined;
  },
): string {
  const { uid, stateHome, home } = where;
  const name = "vm-dhcp/standalone.sqlite";
  if (stateHome !== undefined) return `${stateHome}/${name}`;
  if (uid === 0) return `/var/lib/${name}`;
  if (home !== undefined) return `${home}/.local/state/${name}`;
  throw new Error("Cannot tell where to keep the state: --state FILE is wanted");
}

function parseInterface(text: string): readonly [network: string, interfaceName: string] {
  const at = text.indexOf("=");
  const network = text.slice(0, Math.max(at, 0));
  const interfaceName = text.slice(at + 1);
  if (at < 0 || !network.includes("/") || networkNameProblem(network) !== undefined) {
    throw new TypeError("NAMESPACE/NAD=IFACE is wanted");
  }
  const problem = interfaceNameProblem(interfaceName);
  if (problem !== undefined) throw new TypeError(`The name of the interface ${problem}`);
  return [network, interfaceName];
}
