/**
 * Metrics of how well a program hears its API server.
 *
 * @module
 */
import type { Metrics } from "../runtime/metrics.ts";
import type { LeaderElection } from "./election/leader_election.ts";
import type { FetchClient } from "./http/fetch_client.ts";
import type { Informer } from "./types.ts";

/** What is told of an informer. */
type Told = Pick<Informer<never>, "figures" | "trouble"> & {
  readonly resource: { readonly plural: string };
};

/** What is told, each where it is there. */
interface KubeMetricsSource {
  /** Asked at each scrape. */
  readonly informers?: () => Iterable<Told>;
  readonly election?:
    | Pick<LeaderElection, "name" | "writtenAgoMs" | "transitions" | "takeoverGapMs">
    | undefined;
  readonly client?: Pick<FetchClient, "deadConnections">;
}

/** Adds them; their names begin with the program's, such as `vmdhcpagent`. */
export function addKubeMetrics(
  metrics: Metrics,
  program: string,
  { informers, election, client }: KubeMetricsSource,
): void {
  if (informers !== undefined) addInformerMetrics(metrics, program, informers);
  if (election !== undefined) {
    metrics.gauge({
      name: `${program}_lease_age_seconds`,
      help: "Time since the Lease of the leader was last seen written.",
      collect: (tell) => tell({}, election.writtenAgoMs / 1000),
    });
    metrics.counter({
      name: `${program}_lease_transitions_total`,
      help: "How often the Lease of the leader changed hands, as it says itself.",
      labels: ["lease"],
      // Nothing until it is known: from 0 to what a Lease says would be that many takeovers at once.
      collect: (tell) => {
        const { name: lease, transitions } = election;
        if (transitions !== undefined) tell({ lease }, transitions);
      },
    });
    // With a label, so that nothing is told before there was a takeover.
    metrics.gauge({
      name: `${program}_takeover_gap_seconds`,
      help:
        "For how long nobody had written the Lease when this program last took it from another: so long nobody may have led.",
      labels: ["lease"],
      collect: (tell) => {
        const { name: lease, takeoverGapMs } = election;
        if (takeoverGapMs !== undefined) tell({ lease }, takeoverGapMs / 1000);
      },
    });
  }
  if (client !== undefined) {
    metrics.counter({
      name: `${program}_api_dead_connections_total`,
      help: "Connections to the API server that were left because nothing came by them any more.",
      collect: (tell) => tell({}, client.deadConnections),
    });
  }
}

function addInformerMetrics(
  metrics: Metrics,
  program: string,
  informers: NonNullable<KubeMetricsSource["informers"]>,
): void {
  const labels = ["resource"] as const;
  metrics.counter({
    name: `${program}_api_new_histories_total`,
    help: "How often the API server was found to be put back to an earlier state, by resource.",
    labels,
    collect: (tell) => {
      for (const { resource: { plural: resource }, figures } of informers()) {
        tell({ resource }, figures.newHistories);
      }
    },
  });
  metrics.counter({
    name: `${program}_api_silent_watches_total`,
    help: "Watches that were opened anew because they brought nothing, by resource.",
    labels,
    collect: (tell) => {
      for (const { resource: { plural: resource }, figures } of informers()) {
        tell({ resource }, figures.silentWatches);
      }
    },
  });
  metrics.gauge({
    name: `${program}_api_unfollowed_seconds`,
    help: "For how long the resource cannot be followed; 0 while it is.",
    labels,
    collect: (tell) => {
      const longest = new Map<string, number>();
      for (const { resource: { plural }, trouble } of informers()) {
        longest.set(plural, Math.max(longest.get(plural) ?? 0, trouble?.forMs ?? 0));
      }
      for (const [resource, ms] of longest) tell({ resource }, ms / 1000);
    },
  });
}
