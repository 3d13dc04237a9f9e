import { type FillSample, secondsUntilFull } from "../../core/pool/fill_forecast.ts";
import type { Clock } from "../../runtime/clock.ts";

/** How often a pool is noted, and how long it is remembered: a day of 144 looks. */
const EVERY_MS = 600_000;
const KEPT = 144;

/** How full the pools were during the last day, noted when somebody asks. Lost: it takes an hour until a rate is known again. */
export class FillSamples {
  readonly #clock: Clock;
  readonly #pools = new Map<string, FillSample[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes how full a pool is, unless it was noted a moment ago. Answers the seconds until it is full, where that can be told. */
  note(
    pool: string,
    { used, available }: Omit<FillSample, "at">,
  ): number | undefined {
    const at = this.#clock.monotonic();
    const samples = this.#pools.get(pool) ?? [];
    const last = samples.at(-1);
    const now = { at, used, available };
    if (last === undefined || at - last.at >= EVERY_MS) {
      this.#pools.set(pool, [...samples, now].slice(-KEPT));
    }
    return secondsUntilFull([...samples, now]);
  }

  /** Forgets all pools but these. */
  keep(pools: ReadonlySet<string>): void {
    for (const pool of this.#pools.keys()) if (!pools.has(pool)) this.#pools.delete(pool);
  }
}
