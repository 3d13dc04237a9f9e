import type { IPPool } from "../../core/api/types.ts";
import type { Plan } from "../../core/ipam/types.ts";

/** When recorded addresses were first seen without a claim, and whose claim decides on each. */
type LastPlan = Pick<Plan, "sightings" | "holders">;

/** What is remembered of a pool between two plans. */
export class PoolMemory {
  readonly #plans = new Map<string, LastPlan>();
  readonly #written = new Map<string, string | undefined>();

  /** What the last plan that was committed left to the next one. */
  lastPlan(key: string): LastPlan | undefined {
    return this.#plans.get(key);
  }

  planned(key: string, { sightings, holders }: LastPlan): void {
    this.#plans.set(key, { sightings, holders });
  }

  /** Whether this very state of a pool is what was written last, so that there is nothing to plan. */
  isOwnWrite(key: string, pool: IPPool): boolean {
    const version = this.#written.get(key);
    return version !== undefined && version === pool.metadata.resourceVersion;
  }

  wrote(key: string, pool: IPPool): void {
    this.#written.set(key, pool.metadata.resourceVersion);
  }

  clear(): void {
    this.#plans.clear();
    this.#written.clear();
  }

  forget(key: string): void {
    this.#plans.delete(key);
    this.#written.delete(key);
  }
}
