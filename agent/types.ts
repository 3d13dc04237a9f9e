/**
 * What an agent is given, and what can be asked of it while it runs.
 *
 * @module
 */
import type { AgentReport } from "../core/api/agent/agent_report.ts";
import type { PodReference } from "../core/api/types.ts";
import type { Leadership } from "../kube/election/leadership.ts";
import type { RestClient } from "../kube/rest_client.ts";
import type { Clock, Random } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { AgentHeard } from "./heard/agent_heard.ts";
import type { Tracing } from "../runtime/tracing.ts";
import type { OpenPort } from "./socket/datagram_port.ts";
import type { HostNetwork } from "./host/host_network.ts";
import type { NeededAddress } from "./host/needed_addresses.ts";

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
  /** The last text that was saved under a key; `undefined` where there is none. */
  load(key: string): Promise<string | undefined>;
  /** Keeps a text, whole or not at all. */
  save(key: string, text: string): Promise<void>;
  /** Forgets a key. */
  remove(key: string): Promise<void>;
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
  /** Answers nothing and changes no address; logs what it would answer. The report is written where no other agent holds the Lease. */
  readonly dryRun?: boolean;
  /** Serve `/leases`. */
  readonly enableCacheDump?: boolean;
  /** Unset: nothing is kept. */
  readonly snapshots?: SnapshotStore;
  /** Addresses that the process needs, now: none of them becomes a server's address. Unset: what the interfaces tell. */
  readonly needed?: () => readonly NeededAddress[];
  /** The machine routes for its networks: forwarding stays as it is. Unset: it is off on every interface that is served. */
  readonly keepForwarding?: boolean;
  /** Who decides whether this agent answers or stands by. Unset: it answers. */
  readonly leadership?: Leadership;
  /** Where its metrics are added. Unset: a set of its own. */
  readonly metrics?: Metrics;
  /** Where the way of each new lease to its client is told; unset: nowhere. */
  readonly tracing?: Tracing | undefined;
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
  /** Whether a record lacks something that this agent knows, since the API server was put back to an earlier time. */
  readonly hasUntold: boolean;
  /** What it last heard of clients, and packets as they come. */
  readonly heard: AgentHeard;
  /**
   * Answers `/healthz`, `/readyz`, `/metrics`, `/clients`, `/packets` and, where enabled, `/leases`. Who may ask for the two of
   * `HEARD_PATHS` is for the caller to say.
   */
  handle(request: Request): Promise<Response>;
}
