/**
 * Pools whose record was put back to an earlier time: an API server that is restored from a backup.
 *
 * @module
 */
import type { IPPool } from "../../core/api/types.ts";
import type { AgentView } from "../../core/pool/agent_view.ts";
import { keyOf } from "../../kube/objects/resources.ts";
import type { Clock } from "../../runtime/clock.ts";

/** How long (ms) the agents have to say what they know of the time that is lost. */
const TO_TELL_MS = 15_000;

/** How long (ms) what agents say does not make a pool wait again: a stolen token of an agent must not hold it up for good. */
const WORD_MS = 3_600_000;

/** Remembers which pools went back, and until when what their agents know is waited for. */
export class Histories {
  readonly #clock: Clock;
  /** Pool -> when it was noticed, on the monotonic clock. */
  readonly #wentBack = new Map<string, number>();
  /** Pool -> when it last came to wait on the word of its agents alone, on the monotonic clock. */
  readonly #onWord = new Map<string, number>();
  /** Pools whose agents had not told when their time was over. */
  readonly #untold = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * The API server was put back, and these are its pools now: where a watch had told nothing since the backup, nobody sees that
   * the record lacks what was given since.
   */
  putBack(pools: Iterable<IPPool>): void {
    for (const pool of pools) this.#wentBack.set(keyOf(pool), this.#clock.monotonic());
  }

  /**
   * A term of leadership begins: agents that have not told yet have their time once more. It may have been over while nobody reached
   * the API server, neither they nor this controller.
   */
  beginTerm(): void {
    for (const key of [...this.#wentBack.keys(), ...this.#untold]) {
      this.#wentBack.set(key, this.#clock.monotonic());
    }
    this.#untold.clear();
  }

  /** Takes in the next state of a pool. */
  observe(before: IPPool | undefined, after: IPPool): void {
    if (before === undefined || !(versionOf(after) < versionOf(before))) return;
    this.#wentBack.set(keyOf(after), this.#clock.monotonic());
  }

  /**
   * Until when (ms since the epoch) nothing new is to be given, since agents of the pool that are heard of have not yet said what
   * they know; `undefined` where they have, or where their time is over.
   */
  awaitingUntil(pool: IPPool, agents: AgentView): number | undefined {
    const key = keyOf(pool);
    const isAhead = agents.newest !== undefined && agents.newest > versionOf(pool);
    const hasTold = agents.hasLooked && !isAhead;
    if (isAhead) this.#takeWord(key);
    if (hasTold) this.#untold.delete(key);
    const since = this.#wentBack.get(key);
    if (since === undefined) return undefined;
    const leftMs = since + TO_TELL_MS - this.#clock.monotonic();
    if (!hasTold && leftMs <= 0) this.#untold.add(key);
    if (!isAhead && (hasTold || leftMs <= 0)) this.#wentBack.delete(key);
    return hasTold || leftMs <= 0 ? undefined : this.#clock.now() + leftMs;
  }

  /** Forgets a pool that is gone. */
  forget(key: string): void {
    this.#wentBack.delete(key);
    this.#onWord.delete(key);
    this.#untold.delete(key);
  }

  /** Agents serve a later state than the record's, though nobody saw it go back. */
  #takeWord(key: string): void {
    const now = this.#clock.monotonic();
    if (this.#wentBack.has(key) || now < (this.#onWord.get(key) ?? -Infinity) + WORD_MS) return;
    this.#wentBack.set(key, now);
    this.#onWord.set(key, now);
  }
}

/** The version of a pool as a number: those of one history grow, also where one is made again. NaN where it is none. */
function versionOf({ metadata: { resourceVersion = "" } }: IPPool): number {
  return /^\d+$/.test(resourceVersion) ? Number(resourceVersion) : NaN;
}
