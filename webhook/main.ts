/**
 * The webhook's program: `deno task webhook --help`.
 *
 * @module
 */
import { connect } from "../kube/mod.ts";
import { systemClock } from "../runtime/clock.ts";
import { FlagError } from "../runtime/flags.ts";
import { createLogger, type Logger } from "../runtime/log.ts";
import { onShutdown } from "../runtime/shutdown.ts";
import { listenOf, readSettings } from "./settings.ts";
import { runWebhook } from "./webhook.ts";

type Settings = NonNullable<ReturnType<typeof readSettings>["values"]>;

const encoder = new TextEncoder();

async function main(): Promise<number> {
  const { values: settings, help } = readSettings({ args: Deno.args, env: Deno.env.toObject() });
  if (settings === undefined) {
    Deno.stdout.writeSync(encoder.encode(help));
    return 0;
  }
  const log = createLogger({
    name: "vm-dhcp-webhook",
    level: settings.trace ? "trace" : settings.debug ? "debug" : "info",
    write: (line) => Deno.stderr.writeSync(encoder.encode(line)),
  });
  try {
    await run(settings, log);
    return 0;
  } catch (error) {
    log.error("The webhook ends", { error });
    return 1;
  }
}

async function run(settings: Settings, log: Logger): Promise<void> {
  const { name, serviceCidr, gcUser, url } = settings;
  using shutdown = onShutdown({ logger: log, exit: Deno.exit });
  using rest = await connect({
    env: Deno.env.toObject(),
    userAgent: "vm-dhcp-webhook",
    ...(settings.kubeconfig === undefined ? {} : { kubeconfig: settings.kubeconfig }),
    ...(settings.kubecontext === undefined ? {} : { context: settings.kubecontext }),
  });
  const namespace = settings.namespace ?? rest.defaultNamespace ?? "default";
  const webhook = runWebhook({
    rest,
    clock: systemClock,
    random: Math.random,
    log,
    name,
    namespace,
    listen: listenOf(settings),
    serviceCidrs: serviceCidr,
    controllerUser: settings.controllerUser ??
      `system:serviceaccount:${namespace}:vm-dhcp-controller`,
    gcUser,
    ...(url === undefined ? {} : { url }),
  }, shutdown.signal);
  await webhook.done;
}

try {
  Deno.exit(await main());
} catch (error) {
  if (!(error instanceof FlagError)) throw error;
  Deno.stderr.writeSync(encoder.encode(error.problems.map((problem) => `${problem}\n`).join("")));
  Deno.exit(2);
}
