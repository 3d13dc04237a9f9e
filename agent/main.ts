/**
 * The agent's program: `deno task agent --help`.
 *
 * @module
 */
import { fieldErrorText } from "../core/api/mod.ts";
import type { PodReference } from "../core/api/types.ts";
import { isIPv4 } from "../core/net/mod.ts";
import { connect, createKubeClient } from "../kube/mod.ts";
import { LinkedAbort } from "../runtime/abort.ts";
import { systemClock } from "../runtime/clock.ts";
import { FlagError } from "../runtime/flags.ts";
import { createLogger, type Logger } from "../runtime/log.ts";
import { addProcessMetrics, createMetrics } from "../runtime/metrics.ts";
import { serveHttp } from "../runtime/ops_server.ts";
import { onShutdown } from "../runtime/shutdown.ts";
import { runAgent } from "./agent.ts";
import { agentElection } from "./election.ts";
import { FastPort } from "./fast_port.ts";
import { fileSnapshots } from "./file_snapshots.ts";
import { LinuxNetwork } from "./linux_network.ts";
import { readNetworkConfigs } from "./network_configs.ts";
import { readSettings } from "./settings.ts";
import type { AgentNetwork } from "./types.ts";

type Settings = NonNullable<ReturnType<typeof readSettings>["values"]>;

async function main(): Promise<number> {
  const { values: settings, help } = readSettings({ args: Deno.args, env: Deno.env.toObject() });
  if (settings === undefined) {
    Deno.stdout.writeSync(new TextEncoder().encode(help));
    return 0;
  }
  const log = createLogger({
    name: "vm-dhcp-agent",
    level: settings.trace ? "trace" : settings.debug ? "debug" : "info",
    write: (line) => Deno.stderr.writeSync(new TextEncoder().encode(line)),
  });
  try {
    await run(settings, log);
    return 0;
  } catch (error) {
    log.error("The agent ends", { error });
    return 1;
  }
}

async function run(settings: Settings, log: Logger): Promise<void> {
  using shutdown = onShutdown({ logger: log, exit: Deno.exit });
  const networks = networksOf(settings, log);
  using rest = await connect({
    env: Deno.env.toObject(),
    userAgent: "vm-dhcp-agent",
    ...(settings.kubeconfig === undefined ? {} : { kubeconfig: settings.kubeconfig }),
    ...(settings.kubecontext === undefined ? {} : { context: settings.kubecontext }),
  });
  const namespace = settings.podNamespace ?? rest.defaultNamespace ?? "default";
  const pod = podOf(settings, namespace);
  const snapshots = settings.stateDir === undefined ? {} : {
    snapshots: fileSnapshots(settings.stateDir),
  };
  const common = { clock: systemClock, random: Math.random, log, ...snapshots };
  const election = settings.noLeaderElection || settings.dryRun ? undefined : await agentElection({
    ...common,
    client: createKubeClient(rest),
    lease: { namespace, name: settings.name },
    identity: pod.name ?? settings.name,
  });
  const metrics = createMetrics();
  addProcessMetrics(metrics);
  using host = new LinuxNetwork();
  // The agent outlives the election: who ends goes on answering until somebody else does.
  using stop = new LinkedAbort(election === undefined ? shutdown.signal : undefined);
  const agent = runAgent({
    ...common,
    rest,
    openPort: (link) => new FastPort(link),
    host,
    name: settings.name,
    namespace,
    pod,
    networks,
    dryRun: settings.dryRun,
    enableCacheDump: settings.enableCacheDumpApi,
    apiServerAddresses: [new URL(rest.server).hostname].filter(isIPv4),
    metrics,
    ...(election === undefined ? {} : { leadership: election }),
  }, stop.signal);
  const elected = election?.run(shutdown.signal).then(() => stop.abort(shutdown.signal.reason));
  try {
    const server = serveHttp(
      { listen: settings.listen, handle: (request) => agent.handle(request), logger: log },
      stop.signal,
    );
    await Promise.all([agent.done, server.done, elected]);
  } finally {
    // Whatever ends the program, no address stays behind.
    stop.abort(undefined);
    await agent.done;
  }
}

/** What is to be served. Throws where nothing of it can be used. */
function networksOf(settings: Settings, log: Logger): readonly AgentNetwork[] {
  const { networks, problems } = readNetworkConfigs({
    configs: settings.networkConfigs,
    refs: settings.ippoolRefs,
    ...(settings.ippoolRef === undefined
      ? {}
      : { single: { ref: settings.ippoolRef, nic: settings.nic } }),
  });
  for (const problem of problems) {
    log.error("Cannot use a network", { problem: fieldErrorText([problem]) });
  }
  if (networks.length === 0 && problems.length > 0) {
    throw new Error("Cannot serve any of the networks");
  }
  if (networks.length === 0) {
    log.warn(
      "No network to serve: AGENT_NETWORK_CONFIGS, IPPOOL_REFS_JSON and --ippool-ref are empty",
    );
  }
  return networks;
}

function podOf(settings: Settings, namespace: string): PodReference {
  return {
    namespace,
    name: settings.podName ?? settings.hostname ?? settings.name,
    ...(settings.podUid === undefined ? {} : { uid: settings.podUid }),
  };
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
