/**
 * The end of an agent that knows what nobody else does.
 *
 * @module
 */
import { untilAborted } from "../runtime/abort.ts";
import type { Clock } from "../runtime/clock.ts";

/** How long an agent that is to end goes on at least: the news that the API server was put back may come after the signal. */
const HEAR_MS = 1_000;
/** How long it goes on at most: with the hand-over, less than a pod is given to end. */
const TELL_MS = 10_000;
/** How often it looks whether it was heard. */
const LOOK_MS = 250;

/**
 * Resolves when the signal aborted and the agent has told what it knows. An API server that was put back to an earlier time has forgotten
 * pods, too, and they are ended at once. With the last of them would go what was given since: their successors know nothing.
 */
export async function whenTold(
  agent: { readonly hasUntold: boolean },
  { signal, clock }: { readonly signal: AbortSignal; readonly clock: Clock },
): Promise<void> {
  await untilAborted(signal);
  const until = clock.monotonic() + TELL_MS;
  await clock.sleep(HEAR_MS);
  while (agent.hasUntold && clock.monotonic() < until) await clock.sleep(LOOK_MS);
}
