/**
 * What is committed: the outcomes of the last plan of each pool that its IPPool records.
 *
 * @module
 */
import { sameJson } from "../../core/api/same_json.ts";
import type { Claim, Outcome } from "../../core/ipam/types.ts";
import { asksSame } from "../../core/vmnetcfg/claims.ts";

/** Why a pool could not be written. */
interface Problem {
  readonly text: string;
  /** The API server refuses what the write says; it will again. */
  readonly permanent: boolean;
}

interface Entry {
  readonly outcomes: Map<string, Outcome>;
  readonly problem?: Problem;
}

/** The committed outcomes, by pool. Only what the API server has accepted gets in here. */
export class CommittedOutcomes {
  readonly #pools = new Map<string, Entry>();

  /**
   * Takes in the outcomes of a plan that is recorded.
   *
   * @returns The owners (`namespace/name`) of the claims whose outcome is another than before.
   */
  commit(pool: string, outcomes: ReadonlyMap<string, Outcome>): ReadonlySet<string> {
    const before = this.#pools.get(pool)?.outcomes;
    this.#pools.set(pool, { outcomes: new Map(outcomes) });
    const owners = new Set<string>();
    for (const [id, outcome] of outcomes) {
      if (!sameOutcome(before?.get(id), outcome)) owners.add(ownerKey(outcome.claim));
    }
    for (const [id, outcome] of before ?? []) {
      if (!outcomes.has(id)) owners.add(ownerKey(outcome.claim));
    }
    return owners;
  }

  /**
   * Forgets the outcomes of claims that ask something else now: should they ask the same again, only a plan that saw it
   * answers them.
   */
  drop(pool: string, claims: readonly Claim[]): void {
    for (const { id } of claims) this.#pools.get(pool)?.outcomes.delete(id);
  }

  /** Notes that a pool could not be written; what is committed stays. */
  fail(pool: string, problem: Problem): void {
    this.#pools.set(pool, { outcomes: this.#pools.get(pool)?.outcomes ?? new Map(), problem });
  }

  /** Why the last write of a pool failed; `undefined` where it did not. */
  problemOf(pool: string): Problem | undefined {
    return this.#pools.get(pool)?.problem;
  }

  /** The committed outcome of a claim, or `undefined` where none holds for what it asks now. */
  outcomeOf(pool: string, claim: Claim): Outcome | undefined {
    const outcome = this.#pools.get(pool)?.outcomes.get(claim.id);
    return outcome !== undefined && asksSame(outcome.claim, claim) ? outcome : undefined;
  }

  /** Forgets everything: somebody else may have written meanwhile. */
  clear(): void {
    this.#pools.clear();
  }

  /** Forgets a pool that is gone. */
  forget(pool: string): void {
    this.#pools.delete(pool);
  }
}

function ownerKey(claim: Claim): string {
  return `${claim.owner.namespace}/${claim.owner.name}`;
}

function sameOutcome(one: Outcome | undefined, other: Outcome): boolean {
  return one !== undefined && one.address === other.address && one.reason === other.reason &&
    one.message === other.message && asksSame(one.claim, other.claim) &&
    (one.options === other.options || sameJson(one.options, other.options)) &&
    one.optionsProblem?.message === other.optionsProblem?.message;
}
