/**
 * The agent's metrics, told at each scrape from what it counts anyway.
 *
 * @module
 */
import type { PoolReport } from "../core/api/agent/agent_report.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { NeighbourFigures } from "./neighbours/neighbour_watch.ts";
import { ANSWER_SECONDS, type AnswerTimes } from "./socket/answer_times.ts";
import type { PacketCounters } from "./socket/packet_counters.ts";

/** What is told of one pool. */
export interface PoolFigures {
  /** `namespace/name`. */
  readonly pool: string;
  readonly report: Pick<PoolReport, "reason">;
  readonly counters: PacketCounters;
  readonly neighbours: NeighbourFigures;
  /** Leases that are served. */
  readonly leases: number;
  /** How often its socket was opened. */
  readonly opened: number;
  /** Packets that its socket dropped before they were read. */
  readonly unread: number;
  /** Milliseconds since the API server was last heard, or since it is listened to; `undefined` where nobody listens. */
  readonly heardAgo: number | undefined;
}

/** What is told of the agent. */
export interface AgentFigures {
  readonly leading: boolean;
  readonly times: AnswerTimes;
  readonly pools: Iterable<PoolFigures>;
}

/** Adds the agent's metrics; `figures` is asked at each scrape. */
export function addAgentMetrics(metrics: Metrics, figures: () => AgentFigures): void {
  /** One number for each pool that has it. */
  const ofPools = (numberOf: (pool: PoolFigures) => number | undefined) => ({
    labels: ["ippool"] as const,
    collect: (tell: (labels: { readonly ippool: string }, value: number) => void) => {
      for (const pool of figures().pools) {
        const number = numberOf(pool);
        if (number !== undefined) tell({ ippool: pool.pool }, number);
      }
    },
  });
  metrics.gauge({
    name: "vmdhcpagent_leading",
    help: "1 if this agent answers, 0 if it stands by.",
    collect: (tell) => tell({}, figures().leading ? 1 : 0),
  });
  metrics.counter<"ippool" | "type" | "result" | "reason">({
    name: "vmdhcpagent_packets_total",
    help: "DHCP packets received, by pool, type, what was done and why.",
    labels: ["ippool", "type", "result", "reason"],
    collect: (tell) => {
      for (const { pool, counters } of figures().pools) {
        for (const { labels, count } of counters.entries()) {
          tell({ ippool: pool, ...labels }, count);
        }
      }
    },
  });
  metrics.countedHistogram<"type">({
    name: "vmdhcpagent_answer_seconds",
    help:
      "Time from when a packet was read until its reply was handed to the kernel, by type of the packet. One batch a millisecond is timed, those between count with the next; silence is not counted.",
    labels: ["type"],
    buckets: ANSWER_SECONDS,
    collect: (tell) => {
      for (const { type, ...counted } of figures().times.entries()) tell({ type }, counted);
    },
  });
  metrics.counter({
    name: "vmdhcpagent_unread_packets_total",
    help:
      "Packets that the kernel dropped before they were read: the socket's buffer was full, as in a flood, or the checksum wrong.",
    ...ofPools(({ unread }) => unread),
  });
  metrics.counter<"ippool" | "reason">({
    name: "vmdhcpagent_send_failures_total",
    help: "Replies that the system refused to send, by pool and reason.",
    labels: ["ippool", "reason"],
    collect: (tell) => {
      for (const { pool, counters } of figures().pools) {
        for (const [reason, count] of counters.refused) tell({ ippool: pool, reason }, count);
      }
    },
  });
  metrics.counter({
    name: "vmdhcpagent_omitted_options_total",
    help: "Options left out because a reply had no room for them.",
    ...ofPools(({ counters }) => counters.omitted),
  });
  metrics.counter({
    name: "vmdhcpagent_socket_opens_total",
    help: "How often the pool's socket was opened.",
    ...ofPools(({ opened }) => opened),
  });
  metrics.counter<"ippool" | "result">({
    name: "vmdhcpagent_declines_total",
    help:
      "Declined addresses, by pool and what was found: confirmed, unanswered, owner_answers, or not_checked.",
    labels: ["ippool", "result"],
    collect: (tell) => {
      for (const { pool, neighbours } of figures().pools) {
        for (const [result, count] of neighbours.declines) tell({ ippool: pool, result }, count);
      }
    },
  });
  metrics.counter({
    name: "vmdhcpagent_arp_questions_total",
    help: "ARP questions about addresses of clients.",
    ...ofPools(({ neighbours }) => neighbours.questions),
  });
  metrics.gauge({
    name: "vmdhcpagent_addresses_in_use",
    help: "Free addresses of the range that other machines have.",
    ...ofPools(({ neighbours }) => neighbours.inUse),
  });
  metrics.gauge({
    name: "vmdhcpagent_foreign_dhcp_servers",
    help: "Other DHCP servers that are heard on the pool's network.",
    ...ofPools(({ neighbours }) => neighbours.foreignServers),
  });
  metrics.gauge({
    name: "vmdhcpagent_leases",
    help: "Leases that are served.",
    ...ofPools(({ leases }) => leases),
  });
  metrics.gauge({
    name: "vmdhcpagent_api_silent_seconds",
    help: "Time since the API server was last heard about the pool.",
    ...ofPools(({ heardAgo }) => heardAgo === undefined ? undefined : heardAgo / 1000),
  });
  metrics.gauge<"ippool" | "reason">({
    name: "vmdhcpagent_pool_state",
    help: "1 for the state that the pool is in, such as Serving.",
    labels: ["ippool", "reason"],
    collect: (tell) => {
      for (const { pool, report } of figures().pools) {
        tell({ ippool: pool, reason: report.reason }, 1);
      }
    },
  });
}
