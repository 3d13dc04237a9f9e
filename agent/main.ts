/**
 * The agent's program: `deno task agent --help`.
 *
 * @module
 */
import { lookup } from "node:dns/promises";
import { addKubeMetrics } from "../kube/kube_metrics.ts";
import { connect, createKubeClient } from "../kube/mod.ts";
import { clusterOptions } from "../kube/connect/cluster_settings.ts";
import { addApiErrors, countedClient } from "../kube/http/counted_client.ts";
import { loggedClient } from "../kube/http/logged_client.ts";
import { LinkedAbort } from "../runtime/abort.ts";
import { systemClock } from "../runtime/clock.ts";
import { environmentOf } from "../runtime/environment.ts";
import { type Logger, type ProgramLog } from "../runtime/log.ts";
import { addProcessMetrics, createMetrics } from "../runtime/metrics.ts";
import { serveOperations } from "../runtime/http/operations.ts";
import { OPS_BOUNDS, opsListen } from "../runtime/ops_server.ts";
import { runLogged } from "../runtime/program.ts";
import { onShutdown } from "../runtime/shutdown.ts";
import { openTracing } from "../runtime/tracing.ts";
import { addBuildInfo } from "../runtime/version.ts";
import { runAgent } from "./agent.ts";
import { agentElection } from "./election.ts";
import { controllerOnly } from "./heard/controller_only.ts";
import { HEARD_PATHS } from "./heard/heard_http.ts";
import { whenTold } from "./last_words.ts";
import { FastPort } from "./socket/fast_port.ts";
import { fileSnapshots } from "./pool/file_snapshots.ts";
import { LinuxNetwork } from "./host/linux_network.ts";
import { followApiServer, neededAddresses } from "./needed.ts";
import { networksToServe } from "./network_configs.ts";
import { keepToPodInterface } from "./pod_interface.ts";
import { ENVIRONMENT, readSettings } from "./settings.ts";

type Settings = NonNullable<ReturnType<typeof readSettings>["values"]>;

async function run(settings: Settings, { log, levels }: ProgramLog): Promise<void> {
  using shutdown = onShutdown({ logger: log, exit: Deno.exit });
  const { networkConfigs: configs, ippoolRefs: refs, ippoolRef: ref, nic } = settings;
  const single = ref === undefined ? {} : { single: { ref, nic } };
  const networks = networksToServe({ configs, refs, ...single }, log);
  using connection = await connect({
    env: environment(),
    userAgent: "vm-dhcp-agent",
    logger: log,
    ...clusterOptions(settings),
  });
  const metrics = createMetrics();
  const errors = addApiErrors(metrics, "vmdhcpagent");
  const logged = loggedClient(connection, { log, clock: systemClock });
  const rest = countedClient(logged, { errors });
  const namespace = settings.podNamespace ?? rest.defaultNamespace ?? "default";
  const podName = settings.podName ?? settings.hostname ?? settings.name;
  const uid = settings.podUid === undefined ? {} : { uid: settings.podUid };
  const snapshots = settings.stateDir === undefined ? {} : {
    snapshots: fileSnapshots(settings.stateDir),
  };
  const common = { clock: systemClock, random: Math.random, log, ...snapshots };
  const election = settings.noLeaderElection || settings.dryRun ? undefined : await agentElection({
    ...common,
    client: createKubeClient(rest),
    lease: { namespace, name: settings.name },
    identity: podName,
  });
  addProcessMetrics(metrics);
  addKubeMetrics(metrics, "vmdhcpagent", { election, client: connection });
  addBuildInfo(metrics);
  using host = new LinuxNetwork();
  const { hostname: apiServer } = new URL(connection.server);
  const { podIp, hostIp } = settings;
  const told = neededAddresses({ apiServer, podIp, hostIp, resolvConf: readResolvConf(log) });
  let lookedUp: ReturnType<typeof neededAddresses> = [];
  // The agent outlives the election: a leader that ends goes on answering until its successor does.
  using stop = new LinkedAbort(election === undefined ? shutdown.signal : undefined);
  const agent = runAgent({
    ...common,
    rest,
    openPort: (link) => new FastPort(link),
    host,
    name: settings.name,
    namespace,
    pod: { namespace, name: podName, ...uid },
    networks,
    dryRun: settings.dryRun,
    enableCacheDump: settings.enableCacheDumpApi,
    needed: () => [...told, ...lookedUp],
    metrics,
    tracing: await openTracing(),
    ...(election === undefined ? {} : { leadership: election }),
  }, stop.signal);
  void followApiServer(apiServer, {
    ...common,
    lookUp: async (name) =>
      (await lookup(name, { family: 4, all: true })).map(({ address }) => address),
    onAddresses: (needed) => lookedUp = [...needed],
  }, stop.signal);
  const { controllerAccount } = settings;
  const door = controllerOnly({
    rest,
    clock: systemClock,
    user: controllerAccount === undefined || settings.podNamespace === undefined
      ? undefined
      : `system:serviceaccount:${settings.podNamespace}:${controllerAccount}`,
  });
  using ending = new LinkedAbort();
  if (election !== undefined) {
    void whenTold(agent, { signal: shutdown.signal, clock: systemClock })
      .then(() => ending.abort(shutdown.signal.reason));
  }
  const elected = election?.run(ending.signal).then(() => stop.abort(shutdown.signal.reason));
  try {
    const server = await serveOperations({
      listen: opsListen(settings),
      handle: async (request, peer) =>
        (HEARD_PATHS.has(new URL(request.url).pathname) ? await door(request, peer) : undefined) ??
          await agent.handle(request),
      logger: log,
      levels,
      bounds: OPS_BOUNDS,
    }, stop.signal);
    keepToPodInterface(server, { podIp, hostIp, host, networks, log });
    await Promise.all([agent.done, server.done, elected]);
  } finally {
    // Whatever ends the program, no address stays behind.
    stop.abort(undefined);
    await agent.done;
  }
}

/** Its text; none where it cannot be read. */
function readResolvConf(log: Logger): string {
  try {
    return Deno.readTextFileSync("/etc/resolv.conf");
  } catch (error) {
    log.debug("Cannot read /etc/resolv.conf", { error });
    return "";
  }
}

/** What the program reads of its environment. */
function environment(): Readonly<Record<string, string | undefined>> {
  return environmentOf(ENVIRONMENT, (name) => Deno.env.get(name));
}

Deno.exit(
  await runLogged({
    name: "vm-dhcp-agent",
    title: "The agent",
    settings: () => readSettings({ args: Deno.args, env: environment() }),
    run,
  }),
);
