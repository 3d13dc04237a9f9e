/**
 * What became of the packets of one pool.
 *
 * @module
 */
import { actionOf, MESSAGE_TYPE_NAMES, type Verdict, VERDICT_NAMES } from "../../core/dhcp/mod.ts";

/** Labels of one counter. */
interface PacketLabels {
  /** Type of the request, such as `discover`; `bootp` without option 53, `other` for one that clients do not send. */
  readonly type: string;
  /** What was done: `offer`, `ack`, `nak`, `record`, `silence`, `drop`; in a dry run `dry_run` for what would have been sent. */
  readonly result: string;
  /** Why, such as `unknown_client`. */
  readonly reason: string;
}

const TYPES: readonly string[] = [...MESSAGE_TYPE_NAMES, "other"];
const OTHER = TYPES.length - 1;
const ANSWERS: ReadonlySet<string> = new Set(["offer", "ack", "nak"]);

/** Counts packets by type and verdict: one addition per packet, names only when asked. */
export class PacketCounters {
  readonly #counts = new Float64Array(TYPES.length * VERDICT_NAMES.length);
  readonly #refused = new Map<string, number>();
  readonly #dryRun: boolean;
  #omitted = 0;

  constructor(options: { readonly dryRun: boolean }) {
    this.#dryRun = options.dryRun;
  }

  /** Counts one packet. */
  add(requestType: number, verdict: Verdict): void {
    const type = Math.min(requestType, OTHER);
    const at = type * VERDICT_NAMES.length + verdict;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  /** Counts a reply that the kernel refused. */
  addRefused(reason: string): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }

  /** Counts options that did not fit into a reply. */
  addOmitted(options: number): void {
    this.#omitted += options;
  }

  /** Options that did not fit. */
  get omitted(): number {
    return this.#omitted;
  }

  /** Replies that the kernel refused, by reason. */
  get refused(): ReadonlyMap<string, number> {
    return this.#refused;
  }

  /** Every counter that is not zero. */
  *entries(): Generator<{ readonly labels: PacketLabels; readonly count: number }> {
    for (const [at, count] of this.#counts.entries()) {
      if (count === 0) continue;
      const verdict = at % VERDICT_NAMES.length;
      const action = actionOf(verdict as Verdict);
      const labels = {
        type: TYPES[Math.floor(at / VERDICT_NAMES.length)] ?? "other",
        result: this.#dryRun && ANSWERS.has(action) ? "dry_run" : action,
        reason: VERDICT_NAMES[verdict] ?? String(verdict),
      };
      yield { labels, count };
    }
  }
}
