/**
 * Which agent of a Deployment answers: the one that holds the Deployment's Lease.
 *
 * @module
 */
import { AGENT_LEASE_LABEL } from "../core/api/names.ts";
import { LeaderElection } from "../kube/election/leader_election.ts";
import type { KubeClient } from "../kube/types.ts";
import type { Clock, Random } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import type { SnapshotStore } from "./types.ts";

/** What the election needs. */
interface AgentElectionOptions {
  readonly client: KubeClient;
  /** The Lease, which also carries the report. */
  readonly lease: { readonly namespace: string; readonly name: string };
  /** The pod's name. */
  readonly identity: string;
  /** Unset: whether this agent led before it was restarted is not remembered. */
  readonly snapshots?: SnapshotStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

const DURATION_MS = 5_000;
const RENEW_MS = 1_000;
/** How long an ending agent goes on answering until its successor is seen. */
const HAND_OVER_MS = 2_000;
/** Key of the note that this agent led. */
const LED = "led";

/**
 * An election whose holder goes on while the API server is away: its answers are static, so that two who answer do no harm, while
 * silence does. Who led when it was last heard of leads again after a restart without the API server.
 */
export async function agentElection(options: AgentElectionOptions): Promise<LeaderElection> {
  const { client, lease, identity, snapshots, clock, random, log } = options;
  const led = await snapshots?.load(LED).catch((error) => {
    log.warn("Cannot read whether this agent led", { error });
    return undefined;
  });
  const election = new LeaderElection({
    client,
    lease,
    identity,
    durationMs: DURATION_MS,
    renewMs: RENEW_MS,
    onSilence: "go-on",
    ledBefore: led === identity,
    handOverMs: HAND_OVER_MS,
    labels: { [AGENT_LEASE_LABEL]: "true" },
    clock,
    random,
    logger: log,
  });
  if (snapshots !== undefined) {
    // One after the other: what is so last is what stays.
    let noted = Promise.resolve();
    election.onChange(() => {
      noted = noted
        .then(() => election.leading ? snapshots.save(LED, identity) : snapshots.remove(LED))
        .catch((error) => log.warn("Cannot note whether this agent leads", { error }));
    });
  }
  return election;
}
