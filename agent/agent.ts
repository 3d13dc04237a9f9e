/**
 * The agent: its networks, what they are told, and what is told of them.
 *
 * @module
 */
import type { AgentReport, PoolServingReason } from "../core/api/agent/agent_report.ts";
import { Responder } from "../core/dhcp/mod.ts";
import { addKubeMetrics } from "../kube/kube_metrics.ts";
import { createKubeClient, type KubeClient } from "../kube/mod.ts";
import { LinkedAbort } from "../runtime/abort.ts";
import { LineBound } from "../runtime/line_bound.ts";
import { createMetrics, type Metrics } from "../runtime/metrics.ts";
import { opsApp } from "../runtime/ops_server.ts";
import { AgentHeard } from "./heard/agent_heard.ts";
import { answerHeard, HEARD_PATHS } from "./heard/heard_http.ts";
import { addAgentMetrics, type AgentFigures, type PoolFigures } from "./agent_metrics.ts";
import { InterfaceWatch } from "./host/interface_watch.ts";
import { withoutClashes } from "./host/network_clashes.ts";
import { PoolServer, type PoolServerContext } from "./pool/pool_server.ts";
import { PoolWatch } from "./pool/pool_watch.ts";
import { hearsMore } from "./report/hears_more.ts";
import { ReportWriter } from "./report/report_writer.ts";
import { AnswerTimes } from "./socket/answer_times.ts";
import type { AgentNetwork, AgentOptions, RunningAgent } from "./types.ts";

/** What the pod is not made to wait for: it answers, stands by, or there is nothing that it could answer. */
const READY: ReadonlySet<PoolServingReason> = new Set([
  "Serving",
  "AddressInUse",
  "Standby",
  "Paused",
  "PoolNotFound",
  "InvalidPool",
]);

/**
 * Starts an agent. Sockets are opened before it returns; a pool is answered for as soon as the API server, or a snapshot, has
 * told what it is. It runs until the signal aborts.
 */
export function runAgent(options: AgentOptions, signal: AbortSignal): RunningAgent {
  return new Agent(options, signal);
}

/** One network while it is served. */
interface Served {
  network: AgentNetwork;
  readonly watch: PoolWatch;
  readonly server: PoolServer;
  readonly stop: LinkedAbort;
  /** Resolves when the watch has ended. */
  readonly watching: Promise<void>;
}

class Agent implements RunningAgent {
  readonly done: Promise<void>;
  readonly heard: AgentHeard;
  readonly #options: AgentOptions;
  readonly #signal: AbortSignal;
  readonly #client: KubeClient;
  readonly #interfaces: InterfaceWatch;
  readonly #metrics: Metrics;
  readonly #reports: ReportWriter;
  readonly #app: ReturnType<typeof opsApp>;
  readonly #shared: Omit<PoolServerContext, "wake">;
  /** By `namespace/name`. */
  readonly #served = new Map<string, Served>();
  /** Networks that were removed and are not quite gone. */
  readonly #ending = new Set<Promise<unknown>>();
  /** Of all networks that can be served. */
  #interfaceNames: ReadonlySet<string> = new Set();
  #lastReport = "";
  #reporting = false;

  constructor(options: AgentOptions, signal: AbortSignal) {
    const { clock, log, host, name, namespace } = options;
    this.#options = options;
    this.#signal = signal;
    this.#client = createKubeClient(options.rest);
    this.heard = new AgentHeard({
      pod: options.pod.name ?? "",
      clock,
      memories: () => new Map([...this.#served].map(([pool, { server }]) => [pool, server.heard])),
    }, signal);
    this.#interfaces = new InterfaceWatch({
      host,
      clock,
      log,
      onLook: () => this.#reconcileAll(),
      onTurn: () => this.#turn(),
    });
    this.#shared = {
      clock,
      random: options.random,
      log,
      openPort: options.openPort,
      host,
      responder: new Responder(),
      pod: options.pod.name,
      deployment: name,
      times: new AnswerTimes(),
      dryRun: options.dryRun ?? false,
      dryRunLines: new LineBound({
        clock,
        onLeftOut: (lines) => log.warn("Lines of the dry run were left out", { lines }),
      }),
      needed: options.needed ?? (() => []),
      served: () => this.#interfaceNames,
      keepForwarding: options.keepForwarding ?? false,
      watchers: this.heard.watchers,
      tracing: options.tracing,
    };
    this.#reports = new ReportWriter({
      client: this.#client,
      clock,
      log,
      lease: { namespace, name },
      report: () => this.report(),
      dryRun: this.#shared.dryRun,
      ...(options.leadership === undefined ? {} : { leadership: options.leadership }),
    });
    this.#metrics = options.metrics ?? createMetrics();
    addAgentMetrics(this.#metrics, () => this.#figures());
    addKubeMetrics(this.#metrics, "vmdhcpagent", {
      informers: () => [...this.#served.values()].map(({ watch }) => watch.informer),
    });
    this.#app = this.#operations();
    this.setNetworks(options.networks);
    options.leadership?.onChange(() => this.#reconcileAll());
    options.leadership?.challenge?.((held) => hearsMore(this.report(), held));
    // The Lease is asked for each second. What is lost has to be told before anything new is given.
    options.leadership?.onNewHistory?.(() => {
      for (const { watch, stop } of this.#served.values()) void watch.lookAnew(stop.signal);
    });
    this.done = this.#run(signal);
  }

  setNetworks(networks: readonly AgentNetwork[]): void {
    if (this.#signal.aborted) return;
    const wanted = new Map(withoutClashes(networks).map((network) => [network.pool, network]));
    this.#interfaceNames = new Set(
      [...wanted.values()].filter(({ problem }) => problem === undefined)
        .map(({ interfaceName }) => interfaceName),
    );
    for (const [pool, served] of this.#served) {
      if (wanted.has(pool)) continue;
      this.#interfaces.refresh();
      this.#stop(pool, served);
    }
    for (const [pool, network] of wanted) {
      const served = this.#served.get(pool);
      if (served === undefined) this.#start(network);
      else served.network = network;
    }
    this.#reconcileAll();
  }

  get ready(): boolean {
    return this.#notReady().length === 0;
  }

  get hasUntold(): boolean {
    return [...this.#served.values()].some(({ watch }) => watch.hasUntold);
  }

  report(): AgentReport {
    const now = this.#options.clock.now();
    const pools = [...this.#served].map(([pool, { server, network }]) =>
      [pool, { ...server.report(now), interfaceName: network.interfaceName }] as const
    );
    return { pod: this.#options.pod, pools: Object.fromEntries(pools) };
  }

  async handle(request: Request): Promise<Response> {
    return await this.#app.fetch(request);
  }

  async #run(signal: AbortSignal): Promise<void> {
    const reporting = new AbortController();
    const reports = this.#reports.run(reporting.signal);
    await this.#interfaces.run(signal);
    await this.#stopAll();
    reporting.abort();
    await reports;
  }

  async #stopAll(): Promise<void> {
    this.#interfaces.refresh();
    const all = [...this.#served];
    for (const [pool, served] of all) this.#stop(pool, served);
    await Promise.all(this.#ending);
  }

  #start(network: AgentNetwork): void {
    const { clock, random, log, snapshots } = this.#options;
    const { pool } = network;
    const server = new PoolServer(pool, { ...this.#shared, wake: () => this.#reconcile(pool) });
    const stop = new LinkedAbort(this.#signal);
    const watch = new PoolWatch(pool, {
      client: this.#client,
      clock,
      random,
      log: log.with({ ippool: pool }),
      snapshots,
      onChange: () => this.#reconcile(pool),
    });
    this.#served.set(pool, { network, watch, server, stop, watching: watch.run(stop.signal) });
  }

  #stop(pool: string, { server, stop, watching }: Served): void {
    this.#served.delete(pool);
    const stopped = server.stop(this.#interfaces.state);
    stop.abort(new DOMException("The network is no longer served", "AbortError"));
    stop[Symbol.dispose]();
    const ending = Promise.all([stopped, watching]).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  #reconcile(pool: string): void {
    const served = this.#served.get(pool);
    if (served === undefined) return;
    served.server.reconcile({
      network: served.network,
      host: this.#interfaces.state,
      view: served.watch.view,
      leading: this.#options.leadership?.leading ?? true,
      doubtful: this.#options.leadership?.doubtful ?? false,
    });
    this.#reportChanges();
  }

  #turn(): boolean {
    let isBusy = false;
    for (const { server } of this.#served.values()) isBusy = server.turn() || isBusy;
    return isBusy;
  }

  #reconcileAll(): void {
    for (const pool of this.#served.keys()) this.#reconcile(pool);
    this.#reportChanges(); // Also where no network is left.
  }

  /**
   * Has the report written if it changed, once for all that changes together. Which version of a pool is served changes with every
   * write of it, and is told with what is told next, or when the report is renewed.
   */
  #reportChanges(): void {
    if (this.#reporting) return;
    this.#reporting = true;
    queueMicrotask(() => {
      this.#reporting = false;
      const report = JSON.stringify(this.#toTell());
      if (report === this.#lastReport) return;
      this.#lastReport = report;
      this.#reports.changed();
    });
  }

  /** What of the report is told when it changes. */
  #toTell(): unknown {
    const { pod, pools } = this.report();
    const told = Object.entries(pools).map(([pool, { resourceVersion: _, ...state }]) =>
      [pool, state] as const
    );
    return [pod, told];
  }

  /** One that does not hear the API server goes on answering: nothing but `/readyz` says so. */
  #notReady(): string[] {
    const unserved = Object.entries(this.report().pools)
      .filter(([pool, { reason }]) => !READY.has(reason) && !this.#served.get(pool)?.server.refused)
      .map(([pool, { reason, message }]) => `${pool}: ${reason}: ${message}`);
    const unheard = [...this.#served].flatMap(([pool, { watch: { trouble } }]) =>
      trouble === undefined ? [] : `${pool}: ${trouble}`
    );
    return [...unserved, ...unheard, this.#options.leadership?.trouble ?? []].flat();
  }

  /** What each pool serves. */
  #leases(): Readonly<Record<string, unknown>> {
    const leases = [...this.#served].map(([pool, { server }]) =>
      [pool, server.network?.leases.entries() ?? []] as const
    );
    return Object.fromEntries(leases);
  }

  #figures(): AgentFigures {
    const { clock, leadership } = this.#options;
    const now = clock.now();
    const pools = [...this.#served].map(([pool, { server, watch }]): PoolFigures => ({
      pool,
      report: server.report(now),
      counters: server.counters,
      neighbours: server.neighbours,
      leases: server.network?.leases.size ?? 0,
      opened: server.opened,
      unread: server.unread,
      heardAgo: watch.heardAgo,
    }));
    return { leading: leadership?.leading ?? true, times: this.#shared.times, pools };
  }

  #operations(): ReturnType<typeof opsApp> {
    const { enableCacheDump = false } = this.#options;
    const { contentType } = this.#metrics;
    const metrics = { render: () => this.#metrics.render(), contentType };
    return opsApp({
      notReady: () => this.#notReady(),
      metrics,
      routes: (app) => {
        for (const path of HEARD_PATHS) {
          app.get(path, ({ req }) => answerHeard(req.raw, this.heard));
        }
        if (enableCacheDump) app.get("/leases", (context) => context.json(this.#leases()));
      },
    });
  }
}
