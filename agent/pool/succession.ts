/**
 * Whose agents are to answer for a pool's network instead of this one, as the record says.
 *
 * @module
 */
import { getCondition } from "../../core/api/condition.ts";
import { IPPoolCondition } from "../../core/api/names.ts";
import type { IPPool } from "../../core/api/types.ts";

/** What they are to this agent: of another pool, which outranks this one, or of this pool, where its network moved. */
type Heir = "another IPPool's agent" | "another agent";

/**
 * Follows whom the record names. An agent that it named while it leads its Deployment, and names no more, was heard by who writes
 * it, and so was its heir: the network moved to another Deployment, of which a pod that cannot be replaced is not told. One that
 * was not named yet is not succeeded but comes: the record still names the one before it.
 */
export class Succession {
  readonly #pod: string | undefined;
  #wasNamed = false;

  constructor(pod: string | undefined) {
    this.#pod = pod;
  }

  /** Who is to answer instead; `undefined` where that is nobody, also where nobody is named: who was has not been heard since. */
  heir(pool: IPPool | undefined, leading: boolean): Heir | undefined {
    const named = pool?.status?.agentPodRef?.name;
    const isNamed = named !== undefined && named === this.#pod;
    this.#wasNamed = leading && (this.#wasNamed || isNamed);
    if (pool !== undefined && isOutranked(pool)) return "another IPPool's agent";
    return this.#wasNamed && named !== undefined && !isNamed ? "another agent" : undefined;
  }
}

/** Whether another pool is to serve the network: the agents of this one only answer until those of that one do. */
function isOutranked({ status }: IPPool): boolean {
  const registered = getCondition(status?.conditions, IPPoolCondition.Registered);
  return registered?.status === "False" && registered.reason === "NetworkAlreadyServed";
}
