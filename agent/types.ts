/**
 * What an agent is given, and what can be asked of it while it runs.
 *
 * @module
 */
import type { AgentReport, PoolReport } from "../core/api/agent_report.ts";
import type { PodReference } from "../core/api/types.ts";
import type { RestClient } from "../kube/seam.ts";
import type { Clock, Random } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { OpenPort } from "./datagram_port.ts";
import type { HostNetwork } from "./host_network.ts";

/** One network that the agent serves: an IPPool on an interface. */
export interface AgentNetwork {
  /** The interface, such as `eth1`. Need not exist yet. */
  readonly interfaceName: string;
  /** `namespace/name` of the IPPool. No two networks of an agent have the same. */
  readonly pool: string;
  /**
   * Why the network cannot be served whatever the interface does, such as a VLAN that is not known: it becomes the message of
   * `InterfaceMissing`.
   */
  readonly problem?: string;
}

/** Where the last known state of the pools is kept, for a start while the API server is away. */
export interface SnapshotStore {
  /** The last text that was saved under a key; `undefined` where there is none or it is damaged. */
  load(key: string): Promise<string | undefined>;
  /** Keeps a text, whole or not at all. */
  save(key: string, text: string): Promise<void>;
  /** Forgets a key. */
  remove(key: string): Promise<void>;
}

/** Whether this agent is the one that answers: standbys are bound and synced, and silent. */
export interface Leadership {
  /** Whether it answers now. */
  readonly leading: boolean;
  /** Adds a handler that is called after `leading` changed. */
  onChange(handler: () => void): void;
}

/** Waits, in milliseconds. Every one has a default. */
export interface AgentTiming {
  /** How often changed interfaces are looked for. Default 100. */
  readonly interfacePollMs: number;
  /** How often everything about the interfaces is compared, changed or not. Default 2,000. */
  readonly interfaceCheckMs: number;
  /** How often the sockets are looked at. Default 500. */
  readonly socketCheckMs: number;
  /** Longest wait between two attempts to open a socket. Default 500. */
  readonly reopenMaxMs: number;
  /** How long the API server may be silent at the start until the snapshot is used. Default 1,000. */
  readonly snapshotAfterMs: number;
  /** How often the report is renewed. Default 5,000. */
  readonly reportMs: number;
}

/** Everything an agent needs from outside. */
export interface AgentOptions {
  /** The cluster: the `fetch` transport, the embedded API, or any client of the same shape. */
  readonly rest: RestClient;
  /** Times and waits. */
  readonly clock: Clock;
  /** Spreads what is tried again. */
  readonly random: Random;
  /** Packets are logged at debug. */
  readonly log: Logger;
  /** Opens the socket of an interface. */
  readonly openPort: OpenPort;
  /** The machine's interfaces and addresses. The caller disposes it, once {@linkcode RunningAgent.done}. */
  readonly host: HostNetwork;
  /** Name of the agent's Lease, which carries its report. */
  readonly name: string;
  /** Namespace of that Lease. */
  readonly namespace: string;
  /** The pod this agent runs in, for the report. Its `name` is the Lease's holder. */
  readonly pod: PodReference;
  /** What is served from the start. */
  readonly networks: readonly AgentNetwork[];
  /** Answers nothing and changes no address; logs what it would answer. The report is still written. */
  readonly dryRun?: boolean;
  /** Serve `/leases`. */
  readonly enableCacheDump?: boolean;
  /** Unset: nothing is kept. */
  readonly snapshots?: SnapshotStore;
  /** IPv4 addresses of the API server: no prefix route may cover them. */
  readonly apiServerAddresses?: readonly string[];
  /** Who decides whether this agent answers or stands by. Unset: it answers. */
  readonly leadership?: Leadership;
  /** Where its metrics are added. Unset: a set of its own. */
  readonly metrics?: Metrics;
  /** Waits that are not the default ones. */
  readonly timing?: Partial<AgentTiming>;
}

/** A lease that is served. */
export interface ServedLease {
  /** Four-part decimal. */
  readonly address: string;
  /** Lower case, with colons. */
  readonly macAddress: string;
}

/** A running agent. */
export interface RunningAgent {
  /** Resolves when the signal aborted, the addresses it added are removed and its sockets are closed; never rejects. */
  readonly done: Promise<void>;
  /**
   * Replaces the set of networks. Those that stay the same are not disturbed. Throws `TypeError`, and changes nothing, where a
   * pool is not `namespace/name` or comes twice.
   */
  setNetworks(networks: readonly AgentNetwork[]): void;
  /** State of every pool now. */
  report(): AgentReport;
  /**
   * Whether every network that can be served is, or stands by. Pools that are paused, invalid or do not exist cannot be; one
   * whose interface or socket is missing is not ready.
   */
  readonly ready: boolean;
  /** Resolves when the state of the pool satisfies `wanted`. Rejects with the signal's reason. */
  whenPool(
    pool: string,
    wanted: (report: PoolReport) => boolean,
    signal: AbortSignal,
  ): Promise<PoolReport>;
  /** Leases of each pool, by `namespace/name`. */
  leases(): Readonly<Record<string, readonly ServedLease[]>>;
  /** Its metrics in the Prometheus text format. */
  metrics(): Promise<string>;
  /** Answers `/healthz`, `/readyz`, `/metrics` and, where enabled, `/leases`. */
  handle(request: Request): Promise<Response>;
}

/** Starts an agent; it runs until the signal aborts. */
export type RunAgent = (options: AgentOptions, signal: AbortSignal) => RunningAgent;
