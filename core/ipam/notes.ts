import type { PlanNote } from "./types.ts";

/** How many things one note names. */
const NAMED = 5;

const TYPES: Readonly<Record<PlanNote["reason"], PlanNote["type"]>> = {
  OrphanReleased: "Normal",
  AddressDeclined: "Warning",
  ExcludeDeferred: "Warning",
  OutOfRange: "Normal",
  InvalidRecord: "Warning",
  PoolExhausted: "Warning",
  PoolNearlyFull: "Warning",
};

/** Gathers what a plan has to say: one note a reason, that names the first few things and counts the others. */
export class Notes {
  readonly #things = new Map<PlanNote["reason"], string[]>();

  /** Notes one more thing for a reason. */
  add(reason: PlanNote["reason"], thing: string): void {
    const things = this.#things.get(reason);
    if (things === undefined) this.#things.set(reason, [thing]);
    else things.push(thing);
  }

  /** The notes, in the order in which their reasons came first. */
  all(): readonly PlanNote[] {
    return [...this.#things].map(([reason, things]) => ({
      type: TYPES[reason],
      reason,
      message: things.slice(0, NAMED).join("; ") +
        (things.length > NAMED ? `; and ${things.length - NAMED} more` : ""),
    }));
  }
}
