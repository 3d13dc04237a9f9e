/**
 * A laboratory with an agent in it: the embedded API, the agent over the kernel, and pools that are written by hand as
 * the controller would.
 *
 * @module
 */
import { runAgent } from "../../agent/agent.ts";
import type { OpenPort } from "../../agent/socket/datagram_port.ts";
import { FastPort } from "../../agent/socket/fast_port.ts";
import { LinuxNetwork } from "../../agent/host/linux_network.ts";
import type { AgentNetwork, AgentOptions, RunningAgent } from "../../agent/types.ts";
import type { PoolReport } from "../../core/api/agent/agent_report.ts";
import type { IPPool, IPPoolSpec } from "../../core/api/types.ts";
import { createKubeClient, IPPOOLS, type KubeClient } from "../../kube/mod.ts";
import { systemClock } from "../../runtime/clock.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { EmbeddedApi } from "../../standalone/api/mod.ts";
import { Lab } from "./lab.ts";
import { enterPrivateNetwork } from "./namespaces.ts";
import { until } from "./wait.ts";

/** A pool as a test writes it. */
interface PoolText {
  /** In the namespace `default`. */
  readonly name: string;
  readonly config: IPPoolSpec["ipv4Config"];
  /** Address -> MAC address. */
  readonly leases?: Readonly<Record<string, string>>;
  /** MAC address -> host name. */
  readonly hostNames?: Readonly<Record<string, string>>;
}

/** Everything one test needs; disposing it leaves nothing behind. */
export class ServedLab implements AsyncDisposable {
  readonly lab: Lab;
  readonly api = new EmbeddedApi();
  readonly client: KubeClient = createKubeClient(this.api.rest());
  readonly log = memoryLogger();
  readonly host = new LinuxNetwork();
  readonly #network: Disposable;
  readonly #stop = new AbortController();
  readonly #agents = new Set<RunningAgent>();
  readonly #ended: Promise<void>[] = [];

  /** Moves into a private network and opens a laboratory there. */
  static async open(): Promise<ServedLab> {
    const network = enterPrivateNetwork();
    return new ServedLab(network, await Lab.open());
  }

  private constructor(network: Disposable, lab: Lab) {
    this.#network = network;
    this.lab = lab;
  }

  /** Starts an agent on these networks; it runs until the laboratory is disposed, or `signal` aborts. */
  agent(
    networks: readonly AgentNetwork[],
    { signal, ...options }: Partial<AgentOptions> & { readonly signal?: AbortSignal } = {},
  ): RunningAgent {
    const openPort: OpenPort = (link) => new FastPort(link);
    const agent = runAgent({
      rest: this.api.rest(),
      clock: systemClock,
      random: Math.random,
      log: this.log,
      openPort,
      host: this.host,
      name: "agent",
      namespace: "default",
      pod: { namespace: "default", name: "agent-0" },
      networks,
      ...options,
    }, AbortSignal.any([this.#stop.signal, ...(signal === undefined ? [] : [signal])]));
    this.#agents.add(agent);
    this.#ended.push(agent.done.then(() => void this.#agents.delete(agent)));
    return agent;
  }

  /** Writes a pool, new or changed, with its leases; resolves when all agents that have it answer by it. */
  async pool({ name, config, leases = {}, hostNames = {} }: PoolText): Promise<void> {
    const key = { namespace: "default", name };
    const spec: IPPoolSpec = { networkName: `default/${name}`, ipv4Config: config };
    const pools = this.client.of(IPPOOLS);
    const present = await pools.get(key);
    const written = present === undefined
      ? await pools.create(
        { apiVersion: IPPOOLS.apiVersion, kind: IPPOOLS.kind, metadata: key, spec } as IPPool,
      )
      : await pools.update({ ...present, spec });
    const clients = Object.fromEntries(
      Object.entries(hostNames).map(([mac, hostName]) => [mac, { hostName }]),
    );
    const ipv4 = { allocated: leases, used: Object.keys(leases).length, available: 100, clients };
    const { metadata } = await pools.updateStatus({
      ...written,
      status: { ...written.status, ipv4 },
    });
    const wanted = Number(metadata.resourceVersion);
    await Promise.all([...this.#agents].map((agent) =>
      until(() => {
        const report = agent.report().pools[`default/${name}`];
        return report === undefined || !this.#agents.has(agent) ||
          Number(report.resourceVersion) >= wanted;
      }, { what: `the agent has pool ${name} as it was written`, everyMs: 1 })
    ));
  }

  /** Ends agents, guests and the private network. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#ended);
    await this.lab[Symbol.asyncDispose]();
    this.host[Symbol.dispose]();
    this.api.close();
    this.#network[Symbol.dispose]();
  }
}

/** Whether a pool is served. */
export function serving(report: { readonly reason: string }): boolean {
  return report.reason === "Serving";
}

/** Waits until an agent says of a pool what `wanted` wants. */
export function whenPool(
  agent: RunningAgent,
  pool: string,
  wanted: (report: PoolReport) => boolean,
): Promise<PoolReport> {
  return until(() => {
    const report = agent.report().pools[pool];
    return report !== undefined && wanted(report) && report;
  }, { what: `the agent tells what is wanted of ${pool}`, everyMs: 1 });
}
