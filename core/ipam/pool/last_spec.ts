import { sameJson } from "../../api/same_json.ts";
import type { IPPool } from "../../api/types.ts";
import { type PoolSpec, readPoolSpec } from "./pool_network.ts";

/** Reads the spec of the states of one pool, one after the other, anew only where it differs: most changes are of the status. */
export class LastSpec {
  #last: { readonly pool: IPPool; readonly spec: PoolSpec } | undefined;

  /** What the spec of a state says. */
  read(pool: IPPool): PoolSpec {
    if (this.#last === undefined || !hasSameSpec(this.#last.pool, pool)) {
      this.#last = { pool, spec: readPoolSpec(pool) };
    }
    return this.#last.spec;
  }
}

/** Whether nothing differs that the reading of a spec looks at. */
function hasSameSpec(one: IPPool, other: IPPool): boolean {
  return one === other || sameJson(specOf(one), specOf(other));
}

function specOf({ status: _, metadata: { resourceVersion: __, ...metadata }, ...pool }: IPPool) {
  return { ...pool, metadata };
}
