import type { IPPool, IPv4Status } from "../../core/api/types.ts";
import { LastSpec } from "../../core/ipam/pool/last_spec.ts";
import type { PoolSpec } from "../../core/ipam/pool/pool_network.ts";
import type { Plan } from "../../core/ipam/types.ts";

/** When recorded addresses were first seen without a claim, and whose claim decides on each. */
type LastPlan = Pick<Plan, "sightings" | "holders">;

/** The record of a pool, which is one of its life: a pool that is made again has another UID. */
interface KnownRecord {
  readonly uid: string | undefined;
  readonly ipv4: IPv4Status | undefined;
}

/** What is remembered of a pool between two plans. */
export class PoolMemory {
  readonly #plans = new Map<string, LastPlan>();
  readonly #written = new Map<string, string | undefined>();
  readonly #records = new Map<string, KnownRecord>();
  readonly #specs = new Map<string, LastSpec>();

  /** What the spec of a pool says. */
  specOf(key: string, pool: IPPool): PoolSpec {
    const last = this.#specs.get(key) ?? new LastSpec();
    this.#specs.set(key, last);
    return last.read(pool);
  }

  /** What the last plan that was committed left to the next one. */
  lastPlan(key: string): LastPlan | undefined {
    return this.#plans.get(key);
  }

  planned(key: string, { sightings, holders }: LastPlan): void {
    this.#plans.set(key, { sightings, holders });
  }

  /** The record of a pool as its changes were told last; where it is seen for the first time, as it is. */
  lastRecord(key: string, pool: IPPool): IPv4Status | undefined {
    const known = this.#records.get(key);
    if (known === undefined || known.uid !== pool.metadata.uid) return this.recorded(key, pool);
    return known.ipv4;
  }

  /** Takes in the record of a pool as it is now, and answers it. */
  recorded(key: string, { metadata: { uid }, status }: IPPool): IPv4Status | undefined {
    const ipv4 = status?.ipv4;
    this.#records.set(key, { uid, ipv4 });
    return ipv4;
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
    this.#specs.clear();
    this.#written.clear();
    this.#records.clear();
  }

  forget(key: string): void {
    this.#plans.delete(key);
    this.#specs.delete(key);
    this.#written.delete(key);
    this.#records.delete(key);
  }
}
