import { type Checked, type FieldError, fieldErrorText } from "../api/field_error.ts";
import { Answers, type Refusal } from "./answers.ts";
import { startFrom } from "./carried.ts";
import { type Declined, declinedBy } from "./decline_reports.ts";
import { Draft } from "./draft.ts";
import { DEFAULT_LIMITS, HOLD_ENTRIES, MAX_RELEASED_HOLD_MS } from "./limits.ts";
import { Notes } from "./notes.ts";
import { type PoolNetwork, poolNetwork } from "./pool_network.ts";
import type { Stations } from "./stations.ts";
import type { PlanInput, PlanLimits } from "./types.ts";

/** One run of the planner: what it was given, and what it has come to so far. */
export class Planning {
  readonly input: PlanInput;
  /** `namespace/name` of the pool. */
  readonly poolName: string;
  /** Absent where the pool's spec cannot be used. */
  readonly network: PoolNetwork | undefined;
  /** Why nothing new is given; absent where addresses are given. */
  readonly frozen: Refusal | undefined;
  readonly draft: Draft;
  readonly stations: Stations;
  readonly declined: Declined;
  /** Places of the stations to look at; the others keep what they have. `undefined` for all. */
  readonly places: ReadonlySet<number> | undefined;
  /** Whether what this plan comes to may serve the next one, and what the last one came to, this one. */
  readonly mayCarry: boolean;
  readonly answers: Answers;
  readonly notes: Notes = new Notes();
  readonly limits: PlanLimits;
  /** The next {@linkcode Plan.sightings}. */
  readonly sightings: Map<string, number> = new Map();
  /** When an address that is freed now may be given to another MAC address. */
  readonly releasedUntil: number;
  /** The next {@linkcode Plan.wakeAt}; `Infinity` for never. */
  wakeAt = Infinity;

  constructor(input: PlanInput) {
    const { pool, now } = input;
    const network = poolNetwork(pool);
    this.input = input;
    this.poolName = `${pool.metadata.namespace ?? ""}/${pool.metadata.name ?? ""}`;
    this.network = network.ok ? network.value : undefined;
    this.frozen = frozenBy(input, { name: this.poolName, network });
    // Without the network nothing can be marked anew, so that nothing recorded may lapse either.
    const lapsed = network.ok ? now : -Infinity;
    this.draft = new Draft(pool.status?.ipv4, { released: now, conflicts: lapsed });
    this.declined = declinedBy(input);
    this.mayCarry = this.frozen === undefined && this.declined.size === 0;
    const start = startFrom(this.draft.record, { claims: input.claims, mayCarry: this.mayCarry });
    this.stations = start.stations;
    this.places = start.places;
    this.answers = new Answers(start.outcomes);
    this.limits = input.limits ?? DEFAULT_LIMITS;
    this.releasedUntil = now + releasedHoldMs(pool.spec?.ipv4Config?.leaseTime);
  }

  /** Asks for another plan at a time. */
  wake(at: number): void {
    this.wakeAt = Math.min(this.wakeAt, at);
  }
}

function frozenBy(
  { pool, servedBy }: PlanInput,
  { name, network }: { readonly name: string; readonly network: Checked<PoolNetwork> },
): Refusal | undefined {
  if (servedBy !== undefined) {
    const message = `The network of IPPool ${name} is served by the older IPPool ${servedBy}`;
    return { reason: "NetworkAlreadyServed", message };
  }
  if (!network.ok) return { reason: "PoolInvalid", message: invalid(name, network.errors) };
  if (pool.spec.paused === true) {
    return { reason: "PoolPaused", message: `IPPool ${name} is paused: nothing new is given` };
  }
  return undefined;
}

/** The refusal of one more entry, if the record has all that it can have. */
export function fullRefusal({ draft, limits, poolName }: Planning): Refusal | undefined {
  if (draft.size + draft.conflicts.size * HOLD_ENTRIES < limits.maxEntries) return undefined;
  const message = `IPPool ${poolName} has the ${limits.maxEntries} entries that one can hold`;
  return { reason: "PoolFull", message };
}

function invalid(name: string, errors: readonly FieldError[]): string {
  return `IPPool ${name} cannot be used: ${fieldErrorText(errors)}`;
}

function releasedHoldMs(leaseTime: number | undefined): number {
  if (leaseTime === undefined || !(leaseTime > 0)) return MAX_RELEASED_HOLD_MS;
  return Math.min(leaseTime * 1000, MAX_RELEASED_HOLD_MS);
}
