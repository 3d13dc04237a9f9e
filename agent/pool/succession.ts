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

/** Names of an agent's pod and of its Deployment; unset: the record names none of them. */
interface OwnNames {
  readonly pod?: string | undefined;
  readonly deployment?: string | undefined;
}

/**
 * Follows whom the record names. An agent that it named while it leads its Deployment, and names no more, was heard by who writes
 * it, and so was its heir: the network moved to another Deployment, of which a pod that cannot be replaced is not told. So was one of
 * another Deployment that it names after one of this agent's, or as the first one, while this agent only stood by: whichever of these
 * leads by then. Else this agent is not succeeded but comes: the record still names the one before it.
 */
export class Succession {
  readonly #own: OwnNames;
  #wasNamed = false;
  /** Whose agent the record named last; `nobody`: it named none yet. */
  #named: "ours" | "another's" | "nobody" | undefined;
  /** Whether the network went to another Deployment. */
  #isLeft = false;

  constructor(own: OwnNames) {
    this.#own = own;
  }

  /** Who is to answer instead; `undefined` where that is nobody, also where nobody is named: who was has not been heard since. */
  heir(pool: IPPool | undefined, leading: boolean): Heir | undefined {
    const named = pool?.status?.agentPodRef?.name;
    const isNamed = named !== undefined && named === this.#own.pod;
    this.#wasNamed = leading && (this.#wasNamed || isNamed);
    if (pool !== undefined) this.#follow(named, leading);
    if (pool !== undefined && isOutranked(pool)) return "another IPPool's agent";
    const wasHeard = this.#wasNamed || this.#isLeft;
    return wasHeard && named !== undefined && !isNamed ? "another agent" : undefined;
  }

  #follow(named: string | undefined, leading: boolean): void {
    if (named === undefined) this.#named ??= "nobody";
    else if (isPodOf(named, this.#own.deployment)) {
      this.#named = "ours";
      this.#isLeft = false;
    } else {
      this.#isLeft ||= this.#named === "ours" || (this.#named === "nobody" && !leading);
      this.#named = "another's";
    }
  }
}

/** Whether a pod is a Deployment's, by its name: what follows is the ReplicaSet's part and its own. */
function isPodOf(pod: string, deployment: string | undefined): boolean {
  const rest = pod.slice(deployment?.length);
  return deployment !== undefined && pod.startsWith(`${deployment}-`) &&
    rest.split("-").length <= 3;
}

/** Whether another pool is to serve the network: the agents of this one only answer until those of that one do. */
function isOutranked({ status }: IPPool): boolean {
  const registered = getCondition(status?.conditions, IPPoolCondition.Registered);
  return registered?.status === "False" && registered.reason === "NetworkAlreadyServed";
}
