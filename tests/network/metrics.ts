/**
 * What an agent counted.
 *
 * @module
 */
import type { RunningAgent } from "../../agent/types.ts";

/** The sum of `vmdhcpagent_packets_total` over the series that have these labels. */
export async function countedPackets(
  agent: RunningAgent,
  labels: Readonly<Record<string, string>>,
): Promise<number> {
  const wanted = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return (await agent.metrics()).split("\n")
    .filter((line) =>
      line.startsWith("vmdhcpagent_packets_total{") && wanted.every((label) => line.includes(label))
    )
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

/** How often the socket of a pool was opened. */
export async function socketOpens(agent: RunningAgent, pool: string): Promise<number> {
  const series = `vmdhcpagent_socket_opens_total{ippool="${pool}"} `;
  const line = (await agent.metrics()).split("\n").find((line) => line.startsWith(series));
  return Number(line?.slice(series.length) ?? 0);
}
