/**
 * `--leave`: the records are left once no controller leads.
 *
 * @module
 */
import type { LeaderElection } from "../../kube/election/leader_election.ts";
import { createKubeClient } from "../../kube/objects/client.ts";
import type { RestClient } from "../../kube/rest_client.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";
import { leaderRest } from "../write/leader_rest.ts";
import { leaveRecords } from "./leave_records.ts";

/** How long the last leader is waited for: one that was killed holds the lock for 15 s more. */
const LAST_LEADER_MS = 60_000;

/** What {@linkcode leave} works with. */
interface LeaveOptions {
  readonly rest: RestClient;
  /** Of the controllers; it is run here. */
  readonly election: LeaderElection;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Leaves the records, as soon as no controller leads any more; one that goes on leading, or begins meanwhile, needs them as they are.
 *
 * @returns The exit code: 1 where no record was changed, and the log says why.
 */
export async function leave(
  { rest, election, clock, log, signal }: LeaveOptions,
): Promise<number> {
  const stop = new AbortController();
  const leading = new Promise<void>((resolve) => election.onChange(resolve));
  const elected = election.run(stop.signal);
  try {
    await Promise.race([leading, clock.sleep(LAST_LEADER_MS, signal)]);
    if (!election.leading) {
      log.error("No record was changed", { reason: whyNot(election) });
      return 1;
    }
    let count = 0;
    const onLeft = () => void count++;
    const client = createKubeClient(leaderRest(rest, () => election.confirmed));
    await leaveRecords({ client, now: () => clock.now(), onLeft, signal });
    log.info("The records are left", { count });
    return 0;
  } finally {
    stop.abort();
    await elected;
  }
}

/** Why the lock could not be had. */
function whyNot({ trouble, holder }: LeaderElection): string {
  if (trouble !== undefined) return trouble;
  if (holder === "") return "the lock could not be taken in time; run --leave again";
  // A controller is known by its pod's name and a UUID.
  const [pod] = holder.split("_");
  return `${pod} still leads; run --leave again when its pod is gone`;
}
