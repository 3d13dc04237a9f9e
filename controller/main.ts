/**
 * The controller's program: `deno task controller --help`.
 *
 * @module
 */
import { clusterOptions } from "../kube/connect/cluster_settings.ts";
import { connect } from "../kube/connect/connect.ts";
import { LeaderElection } from "../kube/election/leader_election.ts";
import { addApiErrors, countedClient } from "../kube/http/counted_client.ts";
import { loggedClient } from "../kube/http/logged_client.ts";
import { addKubeMetrics } from "../kube/kube_metrics.ts";
import { createKubeClient } from "../kube/objects/client.ts";
import type { RestClient } from "../kube/rest_client.ts";
import { systemClock } from "../runtime/clock.ts";
import { environmentOf } from "../runtime/environment.ts";
import { type Logger, type ProgramLog } from "../runtime/log.ts";
import { addProcessMetrics, createMetrics, type Metrics } from "../runtime/metrics.ts";
import { serveOperations } from "../runtime/http/operations.ts";
import { OPS_BOUNDS, opsListen } from "../runtime/ops_server.ts";
import { runLogged } from "../runtime/program.ts";
import { onShutdown } from "../runtime/shutdown.ts";
import { openTracing } from "../runtime/tracing.ts";
import { addBuildInfo } from "../runtime/version.ts";
import { serveInspect } from "./inspect/serve_inspect.ts";
import { leave } from "./leave/leave.ts";
import { runOnce } from "./once/once.ts";
import { runController } from "./run.ts";
import {
  agentNamespace,
  agentSettings,
  ENVIRONMENT,
  readSettings,
  type Settings,
} from "./settings.ts";
import type { ControllerOptions } from "./types.ts";

/** Where operators ask in a pod. */
const INSPECT_PORT = 8090;
/** Where the agents are when nothing says so. */
const AGENT_NAMESPACE = "vm-dhcp";

async function run(settings: Settings, { log, levels }: ProgramLog): Promise<number> {
  using shutdown = onShutdown({ logger: log, exit: Deno.exit });
  using connection = await connect({
    env: environment(),
    userAgent: "vm-dhcp-controller",
    logger: log,
    ...clusterOptions(settings),
  });
  const metrics = createMetrics();
  const errors = addApiErrors(metrics, "vmdhcpcontroller");
  const logged = loggedClient(connection, { log, clock: systemClock });
  const rest = countedClient(logged, { errors });
  const options = optionsOf(settings, { rest, log });
  if (settings.leave) {
    const election = electionOf(settings, options);
    return await leave({ ...options, election, signal: shutdown.signal });
  }
  if (settings.once) return await once(settings, options, shutdown.signal);
  addProcessMetrics(metrics);
  addBuildInfo(metrics);
  addKubeMetrics(metrics, "vmdhcpcontroller", { client: connection });
  const traced = { ...options, metrics, tracing: await openTracing() };
  return await stay(settings, { options: traced, levels }, shutdown.signal);
}

function optionsOf(
  settings: Settings,
  { rest, log }: { readonly rest: RestClient; readonly log: Logger },
): ControllerOptions {
  return {
    rest,
    clock: systemClock,
    random: Math.random,
    log,
    tenancy: settings.tenancy,
    instance: settings.name,
    resolveHost: (name, signal) => Deno.resolveDns(name, "A", { signal }),
    enableCacheDump: settings.enableCacheDumpApi,
    // What is only tried out is no history.
    history: !settings.noHistory && !settings.dryRun,
    agentNamespace: agentNamespace(settings) ?? AGENT_NAMESPACE,
    ...agentsOf(settings, log),
  };
}

/** Which agents are to be made: none without a template Deployment. */
function agentsOf(settings: Settings, log: Logger): Pick<ControllerOptions, "agents"> {
  const { agentDeploymentName: template, agentTokenFile: tokenFile } = settings;
  if (settings.noAgent || settings.once || settings.leave) return {};
  const namespace = agentNamespace(settings);
  if (template === undefined || namespace === undefined) {
    log.warn("No agents are made: AGENT_DEPLOYMENT_NAME and POD_NAMESPACE say which and where");
    return {};
  }
  return {
    agents: {
      namespace,
      template,
      ...(tokenFile === undefined ? {} : { token: () => Deno.readTextFile(tokenFile) }),
      settings: agentSettings(settings),
    },
  };
}

/** Works whenever it leads, until a signal comes. */
async function stay(
  settings: Settings,
  { options, levels }: {
    readonly options: ControllerOptions & { readonly metrics: Metrics };
    readonly levels: ProgramLog["levels"];
  },
  signal: AbortSignal,
): Promise<number> {
  const { log, metrics } = options;
  const election = settings.noLeaderElection ? undefined : electionOf(settings, options);
  addKubeMetrics(metrics, "vmdhcpcontroller", { election });
  const controller = runController({
    ...options,
    ...(election === undefined ? {} : { leadership: election }),
  }, signal);
  const server = await serveOperations({
    listen: opsListen(settings),
    handle: (request) => controller.handle(request),
    logger: log,
    levels,
    bounds: OPS_BOUNDS,
  }, signal);
  const { podIp, inspectPort: port = podIp === undefined ? 0 : INSPECT_PORT } = settings;
  const hostname = podIp ?? "127.0.0.1";
  const inspect = port === 0
    ? undefined
    : await serveInspect(controller.inspect, { listen: { hostname, port }, logger: log }, signal);
  // The lock is given up when nothing is written any more.
  const stopped = new AbortController();
  const elected = election?.run(stopped.signal);
  await controller.done;
  stopped.abort();
  await Promise.all([server.done, inspect?.done, elected]);
  return 0;
}

/** The lock is the Go version's, unless its namespace is another, so that both never work together. */
function electionOf(
  settings: Settings,
  { rest, clock, random, log }: ControllerOptions,
): LeaderElection {
  const hostname = settings.podName ?? settings.name;
  return new LeaderElection({
    client: createKubeClient(rest),
    lease: { namespace: settings.lockNamespace, name: "vm-dhcp-controllers" },
    identity: `${hostname}_${crypto.randomUUID()}`,
    durationMs: 15_000,
    renewMs: 2_000,
    onSilence: "stop",
    clock,
    random,
    logger: log,
  });
}

/** Brings everything in order, or says what that would write, and ends. */
async function once(
  settings: Settings,
  options: ControllerOptions,
  signal: AbortSignal,
): Promise<number> {
  const { log, rest } = options;
  // Loaded here alone: diffs and YAML are nothing that a pod needs.
  const dry = settings.dryRun
    ? (await import("./once/dry_run.ts")).dryRun(rest, Date.now)
    : undefined;
  const result = await runOnce({ ...options, ...(dry && { rest: dry.rest }) }, signal);
  if (dry !== undefined) {
    const { dryRunReport } = await import("./once/dry_run_report.ts");
    print(dryRunReport(dry.changes()));
    const { tenancyReport } = await import("./once/tenancy_report.ts");
    print(await tenancyReport(rest, settings.tenancy));
  }
  for (const problem of result.problems) log.error("Not everything is in order", { problem });
  log.info("Done", { rounds: result.rounds, writes: dry === undefined ? result.writes : 0 });
  return result.problems.length === 0 ? 0 : 1;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

/** What the program reads of its environment. */
function environment(): Readonly<Record<string, string | undefined>> {
  return environmentOf(ENVIRONMENT, (name) => Deno.env.get(name));
}

Deno.exit(
  await runLogged({
    name: "vm-dhcp-controller",
    title: "The controller",
    settings: () => readSettings({ args: Deno.args, env: environment() }),
    run,
  }),
);
