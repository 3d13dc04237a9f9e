import type { PlanNote } from "../types.ts";

/** How many things one note names. */
export const NAMED = 5;

const TYPES: Readonly<Record<PlanNote["reason"], PlanNote["type"]>> = {
  OrphanReleased: "Normal",
  RecordTakenOver: "Normal",
  NamespaceNotAllowed: "Warning",
  AddressDeclined: "Warning",
  AddressesInUse: "Warning",
  AddressesLost: "Warning",
  ExcludeDeferred: "Warning",
  OutOfRange: "Normal",
  InvalidRecord: "Warning",
  PoolExhausted: "Warning",
  PoolNearlyFull: "Warning",
  OptionsLeftOut: "Warning",
};

interface Things {
  /** The first few, sorted. */
  readonly named: string[];
  count: number;
}

/**
 * Gathers what a plan has to say: one note a reason, that names a few things and counts the others. Notes read the same
 * in whatever order their things came.
 */
export class Notes {
  readonly #things = new Map<PlanNote["reason"], Things>();

  /** Notes one more thing for a reason. */
  add(reason: PlanNote["reason"], thing: string): void {
    const things = this.#things.get(reason) ?? { named: [], count: 0 };
    this.#things.set(reason, things);
    things.count++;
    const place = things.named.findIndex((named) => thing < named);
    if (place >= 0) things.named.splice(place, 0, thing);
    else if (things.named.length < NAMED) things.named.push(thing);
    things.named.length = Math.min(things.named.length, NAMED);
  }

  /** Counts things that are not to be named. */
  addMore(reason: PlanNote["reason"], count: number): void {
    const things = this.#things.get(reason);
    if (things !== undefined) things.count += count;
  }

  /** The notes, sorted by their reasons. */
  all(): readonly PlanNote[] {
    return [...this.#things].map(([reason, { named, count }]) => ({
      type: TYPES[reason],
      reason,
      message: named.join("; ") +
        (count > named.length ? `; and ${count - named.length} more` : ""),
    })).sort((a, b) => a.reason < b.reason ? -1 : 1);
  }
}
