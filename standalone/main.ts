/**
 * The program of the standalone server: `deno task standalone --help`.
 *
 * @module
 */
import { dirname } from "node:path";
import { environmentOf } from "../runtime/environment.ts";
import { FlagError } from "../runtime/flags.ts";
import type { ProgramLog } from "../runtime/log.ts";
import { runLogged } from "../runtime/program.ts";
import { onShutdown } from "../runtime/shutdown.ts";
import { runStandalone } from "./run.ts";
import { defaultState, ENVIRONMENT, readSettings } from "./settings.ts";

type Settings = NonNullable<ReturnType<typeof readSettings>["values"]>;

async function run(settings: Settings, { log, levels }: ProgramLog): Promise<void> {
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
    levels,
    enableCacheDump: settings.enableCacheDumpApi,
    history: !settings.noHistory,
    hostname: Deno.hostname(),
  }, shutdown.signal);
  log.info("Serving", { manifests, state, api: server.url });
  server.whenReady(shutdown.signal).then(
    () => log.info("Every valid, active pool whose interface exists answers packets"),
    () => undefined,
  );
  await server.done;
}

Deno.exit(
  await runLogged({
    name: "vm-dhcp-standalone",
    title: "The server",
    settings: () =>
      readSettings({
        args: Deno.args,
        env: environmentOf(ENVIRONMENT, (name) => Deno.env.get(name)),
      }),
    run,
  }),
);
