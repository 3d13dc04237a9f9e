import { type ClaimChanges, claimChanges } from "./claim_changes.ts";
import type { PoolRecord } from "./record.ts";
import { Stations } from "./stations.ts";
import type { Claim, Outcome } from "./types.ts";

/**
 * What a plan came to, kept with the record that it was made from: with the same record, a single claim that has what it
 * asks for has it again, whatever else changed. So a plan after one change looks at that change only. It changes no
 * result, and goes with the record, which the next write replaces.
 */
export interface Carried {
  readonly claims: readonly Claim[];
  readonly stations: Stations;
  /** Of all claims. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Places of the stations that did not simply keep what they have. */
  readonly restless: readonly number[];
}

/** Where a plan starts. */
export interface Start {
  readonly stations: Stations;
  /** Outcomes that stand. */
  readonly outcomes: Map<string, Outcome>;
  /** Places of the stations to look at; `undefined` for all. */
  readonly places: ReadonlySet<number> | undefined;
}

const kept = new WeakMap<PoolRecord, Carried>();

/** Starts from what the last plan of the record came to, if it can. */
export function startFrom(
  record: PoolRecord,
  { claims, mayCarry }: { readonly claims: readonly Claim[]; readonly mayCarry: boolean },
): Start {
  const carried = mayCarry && record.twice.size === 0 ? kept.get(record) : undefined;
  const changes = carried && claimChanges(carried.claims, claims);
  if (carried === undefined || changes === undefined) {
    return { stations: Stations.of(claims, record), outcomes: new Map(), places: undefined };
  }
  return goOn(carried, changes);
}

function goOn(carried: Carried, changes: ClaimChanges): Start {
  const { stations, places } = carried.stations.changed(changes);
  const outcomes = new Map(carried.outcomes);
  for (const { id } of changes.removed) outcomes.delete(id);
  return { stations, outcomes, places: new Set([...carried.restless, ...places]) };
}

/** Keeps what a plan came to for the next one, where that will save work. */
export function carry(record: PoolRecord, carried: Carried): void {
  const { claims, restless, stations } = carried;
  // Claims that go leave gaps behind: at some time it is better to start anew.
  const saves = restless.length * 2 <= claims.length && stations.all.length <= claims.length * 2;
  if (saves) kept.set(record, { ...carried, claims: claims.slice() });
  else kept.delete(record);
}
