/**
 * Reconciles everything and ends.
 *
 * @module
 */
import { LinkedAbort } from "../../runtime/abort.ts";
import { runController } from "../run.ts";
import type { ControllerOptions } from "../types.ts";
import { countingRest } from "../write/counting_rest.ts";

/** What came of it. */
export interface OnceResult {
  readonly rounds: number;
  /** Writes that were accepted, Events apart. */
  readonly writes: number;
  /** Why not everything is as it should be; empty where it is. */
  readonly problems: readonly string[];
}

/** Each round reads everything afresh; the last one finds nothing to do. */
const MAX_ROUNDS = 20;
/** The longest one round may take. */
const ROUND_MS = 120_000;

/** Runs the controller, round by round, until there is nothing left to do. */
export async function runOnce(
  options: ControllerOptions,
  signal: AbortSignal,
): Promise<OnceResult> {
  let writes = 0;
  for (let rounds = 1;; rounds++) {
    const round = await oneRound(options, signal);
    writes += round.writes;
    if (round.writes === 0 || round.isStuck) return { rounds, writes, problems: round.problems };
    if (rounds >= MAX_ROUNDS) {
      const problems = [
        ...round.problems,
        `There was still something to do after ${rounds} rounds`,
      ];
      return { rounds, writes, problems };
    }
  }
}

interface Round {
  readonly writes: number;
  readonly problems: readonly string[];
  readonly isStuck: boolean;
}

async function oneRound(options: ControllerOptions, signal: AbortSignal): Promise<Round> {
  let writes = 0;
  const rest = countingRest(options.rest, ({ resource, code }) => {
    if (resource !== "events" && code.startsWith("2")) writes++;
  });
  using limit = new LinkedAbort(signal);
  const overdue = new Error(`Not everything was done within ${ROUND_MS} ms`);
  limit.abortAfter(ROUND_MS, { clock: options.clock, reason: () => overdue });
  const { metrics: _, ...others } = options;
  // One look must be enough: nothing is left to the garbage collector.
  const timing = { ...others.timing, collectorMs: 0 };
  const controller = runController({ ...others, rest, timing }, limit.signal);
  try {
    await controller.whenIdle(limit.signal);
    const problems = [...controller.failures].map(([key, error]) => `${key}: ${error}`);
    return { writes, problems, isStuck: false };
  } catch (error) {
    if (error !== overdue) throw error;
    const unknown = [...controller.notReady, ...controller.failures.values()];
    return { writes, problems: [overdue.message, ...unknown], isStuck: true };
  } finally {
    limit.abort(new DOMException("The round is over", "AbortError"));
    await controller.done;
  }
}
