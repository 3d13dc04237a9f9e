/**
 * One fault, once, and what the clients saw of it.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import type { Fault } from "./fault.ts";
import type { ChaosScene, Records } from "./scene.ts";

/** What became of a trial: a line of the results. */
export interface Trial {
  /** Name of the fault. */
  readonly fault: string;
  /** RFC 3339. */
  readonly at: string;
  /** The longest time in which nobody on a network had an ACK. */
  readonly gapMs: number;
  /** Exchanges of clients that ended, and those that no ACK ended. */
  readonly exchanges: number;
  readonly lost: number;
  /** From the end of the fault, of a blow from its beginning; absent: it did not heal. */
  readonly healMs?: number;
  /** Addresses that changed, in the record or as clients were told; refusals. */
  readonly changed: readonly string[];
  /** Why it did not heal. */
  readonly problem?: string;
}

/** How long the clients are watched before the fault. */
const BEFORE_MS = 1_000;

/** Tries a fault once. All is well before; if not, or if the signal aborts meanwhile, this throws. */
export async function tryFault(
  scene: ChaosScene,
  fault: Fault,
  signal: AbortSignal,
): Promise<Trial> {
  await scene.forgetNewcomers();
  await scene.healed(performance.now(), { signal });
  await fault.prepare?.(scene);
  const before = await scene.records();
  const { traffic } = scene;
  traffic.mark();
  const at = new Date().toISOString();
  await pause(BEFORE_MS);
  let since = performance.now();
  const effect = await fault.begin(scene) ?? {};
  if (fault.seconds > 0) await pause(fault.seconds * 1_000);
  if (effect.end !== undefined) {
    since = performance.now();
    await effect.end();
  }
  const problem = await scene.healed(since, { ...effect, signal })
    .then(() => undefined, (error) => errorText(error));
  signal.throwIfAborted();
  const healedAt = performance.now();
  while (!traffic.endedBefore(healedAt)) await pause(100);
  const { surprises, ...account } = traffic.account();
  const after = problem === undefined ? await scene.records() : before;
  return {
    fault: fault.name,
    at,
    ...account,
    ...(problem === undefined ? { healMs: Math.round(healedAt - since) } : { problem }),
    changed: [...surprises, ...changesOf(before, after)],
  };
}

/** Addresses of the record that are not whose they were. */
export function changesOf(before: Records, after: Records): readonly string[] {
  return Object.entries(before).flatMap(([pool, entries]) =>
    Object.entries(entries).flatMap(([address, mac]) => {
      const now = after[pool]?.[address];
      return now === mac ? [] : [`${pool} ${address} of ${mac} is ${now ?? "nobody"}'s`];
    })
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
