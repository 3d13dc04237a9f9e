/**
 * `agents`: who answers, since when, and how each pool is in it.
 *
 * @module
 */
import { fromTimestamp, toTimestamp } from "../../core/api/timestamp.ts";
import { nameOf } from "../../core/inspect/world.ts";
import type { InspectedAgent, InspectSource } from "../source.ts";
import { doubts } from "../world_of.ts";
import type { Verb } from "./verb.ts";

/** An agent is silent when it has not renewed its Lease for this many of its durations. */
const DURATIONS_TO_SILENCE = 3;

/** Every agent that leads, and every pool in it; and the pools that none names. */
export const agents: Verb = {
  about: "The agents that lead: since when, and the state of each pool in them",
  parameters: ["namespace"],
  answer: ({ source, query }) => {
    const isMeant = (pool: string) =>
      query.namespace === undefined || pool.startsWith(`${query.namespace}/`);
    const list = source.agents().map((agent) => ({
      ...agent,
      report: { ...agent.report, pools: ofPools(agent.report.pools, isMeant) },
      ...stateOf(source, agent),
    })).filter(({ report }) =>
      query.namespace === undefined || Object.keys(report.pools).length > 0
    );
    const named = new Set(list.flatMap(({ report }) => Object.keys(report.pools)));
    const lost = source.pools().filter(({ spec }) => spec?.paused !== true).map(nameOf)
      .filter((pool) => !named.has(pool) && isMeant(pool));
    const rows = list.flatMap(({ lease, report, leadsSince, silentSeconds }) =>
      Object.entries(report.pools).map(([pool, one]) => [
        `${report.pod.namespace ?? ""}/${report.pod.name ?? ""}`,
        lease,
        inSeconds(leadsSince),
        pool,
        one.interfaceName,
        silentSeconds === undefined ? one.reason : "AgentSilent",
        silentSeconds === undefined
          ? one.message
          : `It has not renewed its Lease for ${silentSeconds} seconds`,
      ])
    );
    return {
      data: { agents: list, notServed: lost },
      columns: ["POD", "LEASE", "LEADS SINCE", "POOL", "INTERFACE", "STATE", "MESSAGE"],
      rows,
      notes: [
        ...lost.map((pool) => `No agent names IPPool ${pool}`),
        ...doubts(source),
      ],
      isBroken: lost.length > 0 ||
        list.some(({ report, silentSeconds }) =>
          silentSeconds !== undefined ||
          Object.values(report.pools).some(({ ready, reason }) => !ready && reason !== "Paused")
        ),
    };
  },
};

/** What is said of those pools that are meant. */
function ofPools<T>(
  pools: Readonly<Record<string, T>>,
  isMeant: (pool: string) => boolean,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(pools).filter(([pool]) => isMeant(pool)));
}

/** A time of a Lease, which has microseconds, as all other times are. */
function inSeconds(time: string | undefined): string | undefined {
  const at = fromTimestamp(time);
  return at === undefined ? undefined : toTimestamp(at);
}

/** For how long an agent has been silent; empty where it is not. */
function stateOf(
  source: Pick<InspectSource, "now">,
  { renewedAt, durationSeconds }: InspectedAgent,
): { readonly silentSeconds?: number } {
  const renewed = fromTimestamp(renewedAt);
  if (renewed === undefined) return {};
  const seconds = Math.round((source.now() - renewed) / 1000);
  return seconds < durationSeconds * DURATIONS_TO_SILENCE ? {} : { silentSeconds: seconds };
}
