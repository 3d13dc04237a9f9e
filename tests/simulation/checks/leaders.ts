/**
 * Of the controllers at most one leads.
 *
 * @module
 */
import type { World } from "../world/world.ts";

/**
 * How long two may think that they lead: who stood still, or cannot write its Lease, notices when two thirds of the duration and one
 * try more are over.
 */
const BOUND_MS = 20_000;

/** Since when several controllers lead. */
export class Leaders {
  #since: number | undefined;

  /** Who leads beside another for too long; `undefined` where nobody does. */
  look({ controllers, timeline }: World): string | undefined {
    const leading = controllers.filter(({ process, election }) =>
      process.running && election.leading
    );
    if (leading.length < 2) {
      this.#since = undefined;
      return undefined;
    }
    this.#since ??= timeline.now;
    const ms = timeline.now - this.#since;
    if (ms < BOUND_MS) return undefined;
    return `${leading.map(({ process }) => process.name).join(" and ")} lead since ${ms} ms`;
  }
}
