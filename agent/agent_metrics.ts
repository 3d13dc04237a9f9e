/**
 * The agent's metrics, told at each scrape from what it counts anyway.
 *
 * @module
 */
import type { PoolReport } from "../core/api/agent_report.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { PacketCounters } from "./packet_counters.ts";

/** What is told of one pool. */
export interface PoolFigures {
  /** `namespace/name`. */
  readonly pool: string;
  readonly report: Pick<PoolReport, "reason">;
  readonly counters: PacketCounters;
  /** Leases that are served. */
  readonly leases: number;
  /** How often its socket was opened. */
  readonly opened: number;
  /** Milliseconds since the API server was last heard; `undefined` before. */
  readonly heardAgo: number | undefined;
}

/** What is told of the agent. */
export interface AgentFigures {
  readonly leading: boolean;
  readonly pools: Iterable<PoolFigures>;
}

/** Adds the agent's metrics; `figures` is asked at each scrape. */
export function addAgentMetrics(metrics: Metrics, figures: () => AgentFigures): void {
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
  counterOfPools(
    "vmdhcpagent_omitted_options_total",
    "Options left out because a reply had no room for them.",
    {
      metrics,
      figures,
      value: ({ counters }) => counters.omitted,
    },
  );
  counterOfPools("vmdhcpagent_socket_opens_total", "How often the pool's socket was opened.", {
    metrics,
    figures,
    value: ({ opened }) => opened,
  });
  gaugeOfPools("vmdhcpagent_leases", "Leases that are served.", {
    metrics,
    figures,
    value: ({ leases }) => leases,
  });
  gaugeOfPools(
    "vmdhcpagent_api_silent_seconds",
    "Time since the API server was last heard about the pool.",
    {
      metrics,
      figures,
      value: ({ heardAgo }) => heardAgo === undefined ? undefined : heardAgo / 1000,
    },
  );
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

interface OfPools {
  readonly metrics: Metrics;
  readonly figures: () => AgentFigures;
  readonly value: (pool: PoolFigures) => number | undefined;
}

function gaugeOfPools(name: string, help: string, of: OfPools): void {
  of.metrics.gauge<"ippool">({ name, help, labels: ["ippool"], collect: collectPools(of) });
}

function counterOfPools(name: string, help: string, of: OfPools): void {
  of.metrics.counter<"ippool">({ name, help, labels: ["ippool"], collect: collectPools(of) });
}

function collectPools({ figures, value }: OfPools) {
  return (tell: (labels: { readonly ippool: string }, value: number) => void): void => {
    for (const pool of figures().pools) {
      const number = value(pool);
      if (number !== undefined) tell({ ippool: pool.pool }, number);
    }
  };
}
