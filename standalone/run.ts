/**
 * The standalone server: embedded API, controller and agent in one process.
 *
 * @module
 */
import { FastPort } from "../agent/socket/fast_port.ts";
import { LinuxNetwork } from "../agent/host/linux_network.ts";
import { runAgent } from "../agent/agent.ts";
import type { HostNetwork } from "../agent/host/host_network.ts";
import type { RunningAgent } from "../agent/types.ts";
import { runController, type RunningController } from "../controller/mod.ts";
import { errorText } from "../core/error_text.ts";
import { inspectApp } from "../inspect/app.ts";
import { HeardClient } from "../inspect/heard/heard_client.ts";
import { createKubeClient } from "../kube/objects/client.ts";
import type { RestClient } from "../kube/rest_client.ts";
import { LinkedAbort } from "../runtime/abort.ts";
import { type Clock, type Random, systemClock } from "../runtime/clock.ts";
import { defined } from "../runtime/defined.ts";
import type { Logger } from "../runtime/log.ts";
import { addProcessMetrics, createMetrics } from "../runtime/metrics.ts";
import { openTracing } from "../runtime/tracing.ts";
import { addBuildInfo } from "../runtime/version.ts";
import { pageDoor } from "../page/page_door.ts";
import type { ServerBounds } from "../runtime/http/bounded_server.ts";
import { serveOperations } from "../runtime/http/operations.ts";
import { EmbeddedApi } from "./api/mod.ts";
import { expireEvents } from "./expire_events.ts";
import { frontDoor } from "./front_door.ts";
import { givingWay, type Slices, slicesOf } from "./give_way.ts";
import { ManifestState } from "./manifest_state.ts";
import { followManifests } from "./manifests/follow_manifests.ts";
import { NetworkView } from "./network_view.ts";
import { notServed } from "./readiness.ts";
import type { RunningStandalone, StandaloneOptions } from "./types.ts";

const NAME = "vm-dhcp-standalone";
/** Namespace of the agent's Lease. */
const OWN_NAMESPACE = "kube-system";
/** Each watch of a `kubectl` is a connection. */
const BOUNDS: Partial<ServerBounds> = { connections: 256 };
/** How often readiness is looked at while somebody waits for it. */
const READY_POLL_MS = 20;

/**
 * Starts a standalone server. It runs until the signal aborts; then it takes its addresses off the interfaces. Rejects
 * where the state cannot be opened, the manifest directory cannot be read, or the address cannot be listened on.
 *
 * Needs root, or the capabilities NET_BIND_SERVICE, NET_RAW and NET_ADMIN, and the permissions `--allow-net`,
 * `--allow-ffi`, and `--allow-read` and `--allow-write` of the manifest directory and the state.
 */
export async function runStandalone(
  options: StandaloneOptions,
  signal: AbortSignal,
): Promise<RunningStandalone> {
  const { manifests, openManifests } = options;
  if (manifests !== undefined && openManifests === undefined) await checkDirectory(manifests);
  return await runOver(openApi(options), options, signal);
}

/** {@linkcode runStandalone} over an API that is open, and is closed when it ends. */
export async function runOver(
  api: EmbeddedApi,
  options: StandaloneOptions,
  signal: AbortSignal,
): Promise<ServingStandalone> {
  const { log, clock = systemClock, random = Math.random, interfaces = new Map() } = options;
  const slices = slicesOf(clock);
  const rest = givingWay(api.rest(), slices);
  const common = { rest, clock, random, log };
  const resources = new DisposableStack();
  const stop = resources.use(new LinkedAbort(signal));
  const view = new NetworkView({ ...common, interfaces });
  const viewing = view.run(stop.signal);
  try {
    const host = options.host ?? resources.use(new LinuxNetwork());
    // The agent's first report names all that is in the state: nobody shall think that it is not served.
    await view.whenSynced(signal);
    return await start(options, { ...common, api, slices, host, view, viewing, resources, signal });
  } catch (error) {
    stop.abort(error);
    await viewing;
    api.close();
    resources.dispose();
    throw error;
  }
}

/** Opens the state. */
export function openApi({ state, clock, random }: StandaloneOptions): EmbeddedApi {
  const common = { emptyIsLeftOut: true, ...defined({ clock, random }) };
  if (state === undefined) return new EmbeddedApi(common);
  try {
    return new EmbeddedApi({ ...common, path: state, durable: true });
  } catch (cause) {
    const said = errorText(cause);
    const why = said.includes("locked") ? "another process has it open" : said;
    throw new Error(`Cannot open the state: ${state}: ${why}`, { cause });
  }
}

async function checkDirectory(directory: string): Promise<void> {
  let isDirectory: boolean;
  try {
    ({ isDirectory } = await Deno.stat(directory));
  } catch (cause) {
    throw new Error(`Cannot read the manifest directory: ${directory}`, { cause });
  }
  if (!isDirectory) {
    throw new Error(`Cannot read the manifest directory: no directory: ${directory}`);
  }
}

/** A running standalone server, and what it is made of. */
interface ServingStandalone extends RunningStandalone {
  readonly agent: RunningAgent;
  readonly controller: RunningController;
}

interface Ground {
  readonly api: EmbeddedApi;
  readonly slices: Slices;
  readonly rest: RestClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly host: HostNetwork;
  readonly view: NetworkView;
  readonly viewing: Promise<void>;
  /** To be let go of when the server has stopped. */
  readonly resources: DisposableStack;
  readonly signal: AbortSignal;
}

async function start(options: StandaloneOptions, ground: Ground): Promise<ServingStandalone> {
  const { api, slices, host, view, viewing, resources, signal, ...common } = ground;
  const { rest, clock, log } = common;
  const { hostname = NAME } = options;
  const metrics = createMetrics();
  addProcessMetrics(metrics);
  addBuildInfo(metrics);
  const tracing = await openTracing();
  const files = new ManifestState(options.manifests !== undefined);

  // The port first: where it is taken, nothing was begun.
  let handle = (_request: Request) => Promise.resolve(new Response(null, { status: 503 }));
  const closing = new AbortController();
  const server = options.listen === undefined ? undefined : await serveOperations({
    listen: options.listen,
    levels: options.levels,
    handle: (request) => handle(request),
    bounds: BOUNDS,
    logger: log,
    clock,
  }, closing.signal);

  const ending = new AbortController();
  const controller = runController({
    ...common,
    metrics,
    tracing,
    agentNamespace: OWN_NAMESPACE,
    instance: hostname,
    resolveHost: options.resolveHost ?? resolveByDns,
    enableCacheDump: options.enableCacheDump ?? false,
    history: options.history ?? true,
    inspect: {
      heard: (query, asking) => heard.heard(query, asking),
      packets: (query, asking) => heard.packets(query, asking),
    },
  }, ending.signal);
  const agent = runAgent({
    ...common,
    metrics,
    tracing,
    host,
    openPort: options.openPort ?? ((link) => new FastPort(link)),
    name: NAME,
    namespace: OWN_NAMESPACE,
    pod: { namespace: OWN_NAMESPACE, name: hostname },
    networks: view.networks,
    // The machine may well be its networks' router.
    keepForwarding: true,
    enableCacheDump: options.enableCacheDump ?? false,
  }, signal);
  const heard = new HeardClient({
    pods: () => [{ name: hostname, ip: "127.0.0.1" }],
    token: () => Promise.resolve(undefined),
    clock,
    fetch: (url, init) => agent.handle(new Request(url, init)),
  });
  view.onNetworks((networks) => agent.setNetworks(networks));
  const expiring = expireEvents({ ...common, client: createKubeClient(rest) }, signal);
  const following = options.manifests === undefined ? undefined : followManifests({
    ...common,
    client: createKubeClient(rest),
    directory: options.manifests,
    giveWay: () => slices.giveWay(),
    onPass: (result) => files.note(result),
    ...defined({ timing: options.watchTiming, open: options.openManifests }),
  }, signal);

  const notReady = (): readonly string[] => {
    if (signal.aborted) return ["The server stops"];
    if (!controller.ready || !view.synced) return ["The objects are not known yet"];
    const missing = files.missing(view);
    return missing.length > 0 ? missing : notServed({
      pools: view.pools.list(),
      hasAttachment: (key) => view.attachments.get(key) !== undefined,
      report: agent.report(),
    });
  };
  handle = frontDoor({
    ops: {
      notReady,
      metrics: { render: () => metrics.render(), contentType: metrics.contentType },
      routes: (app) => {
        const asked = inspectApp(controller.inspect);
        app.all("/v1", (context) => asked.fetch(context.req.raw));
        app.all("/v1/*", (context) => asked.fetch(context.req.raw));
        if (options.enableCacheDump !== true) return;
        app.get("/leases", (context) => agent.handle(context.req.raw));
        for (const path of ["/ipams/*", "/caches/*"]) {
          app.get(path, (context) => controller.handle(context.req.raw));
        }
      },
    },
    api: (request) => api.fetch(request),
    page: pageDoor({ source: controller.inspect, logger: log, clock, signal }),
  });

  const end = async () => {
    await Promise.all([agent.done, viewing, following, expiring]);
    ending.abort(signal.reason);
    await controller.done;
    closing.abort(signal.reason);
    // Ends the watches that kubectl holds open.
    api.close();
    await server?.done;
    resources.dispose();
  };
  return {
    agent,
    controller,
    rest,
    url: server?.url,
    done: end(),
    notReady,
    whenReady: (waiting) => whenReady(notReady, { clock, signal: waiting }),
    get manifestProblems() {
      return files.problems;
    },
    handle: (request) => handle(request),
  };
}

async function whenReady(
  notReady: () => readonly string[],
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  while (notReady().length > 0) await clock.sleep(READY_POLL_MS, signal);
}

/** Asks the machine's DNS. */
function resolveByDns(name: string, signal: AbortSignal): Promise<string[]> {
  return Deno.resolveDns(name, "A", { signal });
}
