/**
 * The webhook's program: `deno task webhook --help`.
 *
 * @module
 */
import { connect } from "../kube/mod.ts";
import { clusterOptions } from "../kube/connect/cluster_settings.ts";
import { addApiErrors, countedClient } from "../kube/http/counted_client.ts";
import { loggedClient } from "../kube/http/logged_client.ts";
import { addKubeMetrics } from "../kube/kube_metrics.ts";
import { systemClock } from "../runtime/clock.ts";
import { environmentOf } from "../runtime/environment.ts";
import type { ProgramLog } from "../runtime/log.ts";
import { addProcessMetrics, createMetrics } from "../runtime/metrics.ts";
import { runLogged } from "../runtime/program.ts";
import { onShutdown } from "../runtime/shutdown.ts";
import { addBuildInfo } from "../runtime/version.ts";
import { ownAddresses } from "./own_addresses.ts";
import { ENVIRONMENT, listenOf, nameOf, readSettings } from "./settings.ts";
import { runWebhook } from "./webhook.ts";

type Settings = NonNullable<ReturnType<typeof readSettings>["values"]>;

async function run(settings: Settings, { log, levels }: ProgramLog): Promise<void> {
  const { serviceCidr, tenancy, gcUser, url, certificateDir } = settings;
  using shutdown = onShutdown({ logger: log, exit: Deno.exit });
  using connection = await connect({
    env: environment(),
    userAgent: "vm-dhcp-webhook",
    logger: log,
    ...clusterOptions(settings),
  });
  const metrics = createMetrics();
  const errors = addApiErrors(metrics, "vmdhcpwebhook");
  const logged = loggedClient(connection, { log, clock: systemClock });
  const rest = countedClient(logged, { errors });
  const namespace = settings.namespace ?? rest.defaultNamespace ?? "default";
  addProcessMetrics(metrics);
  addBuildInfo(metrics);
  addKubeMetrics(metrics, "vmdhcpwebhook", { client: connection });
  const webhook = await runWebhook({
    rest,
    metrics,
    clock: systemClock,
    random: Math.random,
    log,
    levels,
    name: nameOf(settings),
    namespace,
    listen: listenOf(settings),
    serviceCidrs: serviceCidr,
    tenancy,
    // Outside a cluster nothing is known of its own world.
    ownAddresses: url === undefined ? ownAddresses(environment(), resolvConf()) : [],
    controllerUser: settings.controllerUser ??
      `system:serviceaccount:${namespace}:vm-dhcp-controller`,
    gcUser,
    ...(certificateDir === undefined
      ? {}
      : { mounted: { folder: certificateDir, read: (path) => Deno.readTextFile(path) } }),
    ...(url === undefined ? {} : { url }),
  }, shutdown.signal);
  await webhook.done;
}

/** What the program reads of its environment. */
function environment(): Readonly<Record<string, string | undefined>> {
  return environmentOf(ENVIRONMENT, (name) => Deno.env.get(name));
}

/** The names of the pod's name servers; empty where they may not be read. */
function resolvConf(): string {
  try {
    return Deno.readTextFileSync("/etc/resolv.conf");
  } catch {
    return "";
  }
}

Deno.exit(
  await runLogged({
    name: "vm-dhcp-webhook",
    title: "The webhook",
    settings: () => readSettings({ args: Deno.args, env: environment() }),
    run,
  }),
);
