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
  return (await metricsOf(agent)).split("\n")
    .filter((line) =>
      line.startsWith("vmdhcpagent_packets_total{") && wanted.every((label) => line.includes(label))
    )
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

/** The sum of a metric over its series, or over those that have a label, such as `result="confirmed"`. */
export async function metric(agent: RunningAgent, name: string, label = ""): Promise<number> {
  return (await metricsOf(agent)).split("\n")
    .filter((line) => line.startsWith(`${name}{`) && line.includes(label))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

/** How often the socket of a pool was opened. */
export async function socketOpens(agent: RunningAgent, pool: string): Promise<number> {
  const series = `vmdhcpagent_socket_opens_total{ippool="${pool}"} `;
  const line = (await metricsOf(agent)).split("\n").find((line) => line.startsWith(series));
  return Number(line?.slice(series.length) ?? 0);
}

/** How many replies the system refused, on all pools. */
export async function refusedReplies(agent: RunningAgent): Promise<number> {
  return (await metricsOf(agent)).split("\n")
    .filter((line) => line.startsWith("vmdhcpagent_send_failures_total{"))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

async function metricsOf(agent: RunningAgent): Promise<string> {
  return await (await agent.handle(new Request("http://agent/metrics"))).text();
}
