/**
 * A laboratory with an agent in it: the embedded API, the agent over the kernel, and pools that are written by hand as
 * the controller would.
 *
 * @module
 */
import { runAgent } from "../../agent/agent.ts";
import type { OpenPort } from "../../agent/datagram_port.ts";
import { FastPort } from "../../agent/fast_port.ts";
import { LinuxNetwork } from "../../agent/linux_network.ts";
import type { AgentNetwork, AgentOptions, RunningAgent } from "../../agent/types.ts";
import type { IPPool, IPPoolSpec } from "../../core/api/types.ts";
import { createKubeClient, IPPOOLS, type KubeClient } from "../../kube/mod.ts";
import { systemClock } from "../../runtime/clock.ts";
import { memoryLogger } from "../../runtime/memory_logger.ts";
import { EmbeddedApi } from "../../standalone/api/mod.ts";
import { Lab } from "./lab.ts";
import { enterPrivateNetwork } from "./namespaces.ts";

/** A pool as a test writes it. */
export interface PoolText {
  /** In the namespace `default`. */
  readonly name: string;
  readonly config: IPPoolSpec["ipv4Config"];
  /** Address -> MAC address. */
  readonly leases?: Readonly<Record<string, string>>;
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
  readonly #agents: RunningAgent[] = [];

  /** Moves into a private network and opens a laboratory there. */
  static async open(): Promise<ServedLab> {
    const network = enterPrivateNetwork();
    return new ServedLab(network, await Lab.open());
  }

  private constructor(network: Disposable, lab: Lab) {
    this.#network = network;
    this.lab = lab;
  }

  /** Aborts when a test has waited long enough. */
  get patience(): AbortSignal {
    return AbortSignal.timeout(10_000);
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
    this.#agents.push(agent);
    return agent;
  }

  /** Writes a pool, new or changed, with its leases. */
  async pool({ name, config, leases = {} }: PoolText): Promise<void> {
    const key = { namespace: "default", name };
    const spec: IPPoolSpec = { networkName: `default/${name}`, ipv4Config: config };
    const pools = this.client.of(IPPOOLS);
    const present = await pools.get(key);
    const written = present === undefined
      ? await pools.create(
        { apiVersion: IPPOOLS.apiVersion, kind: IPPOOLS.kind, metadata: key, spec } as IPPool,
      )
      : await pools.update({ ...present, spec });
    const ipv4 = { allocated: leases, used: Object.keys(leases).length, available: 100 };
    await pools.updateStatus({ ...written, status: { ...written.status, ipv4 } });
  }

  /** Ends agents, guests and the private network. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#agents.map(({ done }) => done));
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
