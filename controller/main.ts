/**
 * The controller's program: `deno task controller --help`.
 *
 * @module
 */
import { createKubeClient } from "../kube/client.ts";
import { connect } from "../kube/connect.ts";
import { LeaderElection } from "../kube/leader_election.ts";
import type { RestClient } from "../kube/seam.ts";
import { systemClock } from "../runtime/clock.ts";
import { FlagError } from "../runtime/flags.ts";
import { createLogger, type Logger } from "../runtime/log.ts";
import { addProcessMetrics, createMetrics } from "../runtime/metrics.ts";
import { serveHttp } from "../runtime/ops_server.ts";
import { onShutdown } from "../runtime/shutdown.ts";
import { runOnce } from "./once.ts";
import { runController } from "./run.ts";
import { readSettings } from "./settings.ts";
import type { ControllerOptions } from "./types.ts";

type Settings = NonNullable<ReturnType<typeof readSettings>["values"]>;

async function main(): Promise<number> {
  const { values: settings, help } = readSettings({ args: Deno.args, env: Deno.env.toObject() });
  if (settings === undefined) {
    print(help);
    return 0;
  }
  if (settings.dryRun && !settings.once) {
    throw new FlagError(["Cannot use --dry-run without --once"]);
  }
  const log = createLogger({
    name: "vm-dhcp-controller",
    level: settings.trace ? "trace" : settings.debug ? "debug" : "info",
    format: settings.logFormat,
    write: (line) => Deno.stderr.writeSync(new TextEncoder().encode(line)),
  });
  try {
    return await run(settings, log);
  } catch (error) {
    log.error("The controller ends", { error });
    return 1;
  }
}

async function run(settings: Settings, log: Logger): Promise<number> {
  using shutdown = onShutdown({ logger: log, exit: Deno.exit });
  using rest = await connect({
    env: Deno.env.toObject(),
    userAgent: "vm-dhcp-controller",
    ...(settings.kubeconfig === undefined ? {} : { kubeconfig: settings.kubeconfig }),
    ...(settings.kubecontext === undefined ? {} : { context: settings.kubecontext }),
  });
  const options = optionsOf(settings, { rest, log });
  return settings.once
    ? await once(settings, options, shutdown.signal)
    : await stay(settings, options, shutdown.signal);
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
    instance: settings.name,
    resolveHost: (name, signal) => Deno.resolveDns(name, "A", { signal }),
    enableCacheDump: settings.enableCacheDumpApi,
    ...(settings.namespace === undefined ? {} : { agentNamespace: settings.namespace }),
    ...agentsOf(settings, log),
  };
}

/** Which agents are to be made: none without a template Deployment. */
function agentsOf(settings: Settings, log: Logger): Pick<ControllerOptions, "agents"> {
  const template = settings.agentDeploymentName;
  if (settings.noAgent || settings.once) return {};
  const namespace = settings.podNamespace ?? settings.namespace;
  if (template === undefined || namespace === undefined) {
    log.warn("No agents are made: AGENT_DEPLOYMENT_NAME and POD_NAMESPACE say which and where");
    return {};
  }
  return {
    agents: {
      namespace,
      template,
      settings: {
        replicas: settings.agentReplicas,
        antiAffinity: settings.agentAntiAffinity,
        poolsPerAgent: settings.poolsPerAgent,
        containerName: settings.agentContainerName ?? "agent",
        dryRun: settings.noDhcp,
        ...(settings.image === undefined ? {} : { image: settings.image }),
        ...(settings.serviceAccountName === undefined
          ? {}
          : { serviceAccountName: settings.serviceAccountName }),
      },
    },
  };
}

/** Works whenever it leads, until a signal comes. */
async function stay(
  settings: Settings,
  options: ControllerOptions,
  signal: AbortSignal,
): Promise<number> {
  const { log } = options;
  const metrics = createMetrics();
  addProcessMetrics(metrics);
  const election = settings.noLeaderElection ? undefined : electionOf(settings, options);
  const controller = runController({
    ...options,
    metrics,
    ...(election === undefined ? {} : { leadership: election }),
  }, signal);
  const server = serveHttp(
    { listen: settings.listen, handle: (request) => controller.handle(request), logger: log },
    signal,
  );
  // The lock is given up when nothing is written any more.
  const stopped = new AbortController();
  const elected = election?.run(stopped.signal);
  await controller.done;
  stopped.abort();
  await Promise.all([server.done, elected]);
  return 0;
}

/** The lock is the Go version's, so that both never work together. */
function electionOf(
  settings: Settings,
  { rest, clock, random, log }: ControllerOptions,
): LeaderElection {
  const hostname = settings.podName ?? settings.name;
  return new LeaderElection({
    client: createKubeClient(rest),
    lease: { namespace: "kube-system", name: "vm-dhcp-controllers" },
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
  const dry = settings.dryRun ? (await import("./dry_run.ts")).dryRun(rest, Date.now) : undefined;
  const result = await runOnce({ ...options, ...(dry && { rest: dry.rest }) }, signal);
  if (dry !== undefined) {
    const { dryRunReport } = await import("./dry_run_report.ts");
    print(dryRunReport(dry.changes()));
  }
  for (const problem of result.problems) log.error("Not everything is in order", { problem });
  log.info("Done", { rounds: result.rounds, writes: dry === undefined ? result.writes : 0 });
  return result.problems.length === 0 ? 0 : 1;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

try {
  Deno.exit(await main());
} catch (error) {
  if (!(error instanceof FlagError)) throw error;
  Deno.stderr.writeSync(
    new TextEncoder().encode(error.problems.map((problem) => `${problem}\n`).join("")),
  );
  Deno.exit(2);
}
