/**
 * The program of the standalone server: `deno task standalone --help`.
 *
 * @module
 */
import { dirname } from "node:path";
import { FlagError } from "../runtime/flags.ts";
import { createLogger, type Logger } from "../runtime/log.ts";
import { onShutdown } from "../runtime/shutdown.ts";
import { runStandalone } from "./run.ts";
import { defaultState, readSettings } from "./settings.ts";

type Settings = NonNullable<ReturnType<typeof readSettings>["values"]>;

const write = (text: string) => void Deno.stderr.writeSync(new TextEncoder().encode(text));
const VARIABLES = ["XDG_STATE_HOME", "HOME"] as const;

async function main(): Promise<number> {
  const env = Object.fromEntries(VARIABLES.map((name) => [name, Deno.env.get(name)]));
  const { values: settings, help } = readSettings({ args: Deno.args, env });
  if (settings === undefined) {
    Deno.stdout.writeSync(new TextEncoder().encode(help));
    return 0;
  }
  const log = createLogger({
    name: "vm-dhcp-standalone",
    level: settings.trace ? "trace" : settings.debug ? "debug" : "info",
    format: Deno.stderr.isTerminal() ? "text" : "json",
    write,
  });
  try {
    await run(settings, log);
    return 0;
  } catch (error) {
    if (error instanceof FlagError) throw error;
    log.error("The server ends", { error });
    return 1;
  }
}

async function run(settings: Settings, log: Logger): Promise<void> {
  const { manifests, listen, interface: interfaces } = settings;
  if (manifests === undefined) throw new FlagError(["Cannot start without --manifests DIR"]);
  const state = settings.state ?? defaultState({ uid: Deno.uid(), ...settings });
  await Deno.mkdir(dirname(state), { recursive: true });
  using shutdown = onShutdown({ logger: log, exit: Deno.exit });
  const server = await runStandalone({
    manifests,
    interfaces: new Map(interfaces),
    state,
    listen,
    log,
    enableCacheDump: settings.enableCacheDumpApi,
    hostname: Deno.hostname(),
  }, shutdown.signal);
  log.info("Serving", { manifests, state, api: server.url });
  server.whenReady(shutdown.signal).then(
    () => log.info("Every valid, active pool whose interface exists answers packets"),
    () => undefined,
  );
  await server.done;
}

try {
  Deno.exit(await main());
} catch (error) {
  if (!(error instanceof FlagError)) throw error;
  write(error.problems.map((problem) => `${problem}\n`).join(""));
  Deno.exit(2);
}
