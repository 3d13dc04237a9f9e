/**
 * What is seen again and again, by its name.
 *
 * @module
 */
import { type Point, type Trend, trendOf, type Verdict, verdictOf } from "./trend.ts";

/** What a quantity is. */
export interface Quantity {
  /** What it is of: a pod, or `cluster`. */
  readonly of: string;
  readonly what: string;
  readonly unit: string;
  /** A growth in an hour that is nothing, in this unit. */
  readonly least: number;
  /** Why it may grow for longer than the soak lasts; unset: it may not. */
  readonly mayGrow?: string;
  /** There is memory in it of so many things at most, which fills: only the second half of the time counts. */
  readonly fills?: boolean;
}

/** A line of the result. */
export interface SeriesRow extends Quantity {
  readonly trend: Trend | undefined;
  readonly verdict: Verdict;
  /** All that was seen, the warm-up included. */
  readonly points: readonly Point[];
}

/** All quantities and their points. */
export class Series {
  readonly #all = new Map<string, { readonly quantity: Quantity; readonly points: Point[] }>();

  /** Notes what was seen. */
  add(quantity: Quantity, point: Point): void {
    const name = `${quantity.of} ${quantity.what}`;
    const known = this.#all.get(name) ?? { quantity, points: [] };
    if (Number.isFinite(point.value)) known.points.push(point);
    this.#all.set(name, known);
  }

  /** What became of each. `since`: the hour from which on what is of a pod, or of the cluster, counts. */
  rows(since: (of: string) => number): readonly SeriesRow[] {
    return [...this.#all.values()].map(({ quantity, points }) => {
      const warm = since(quantity.of);
      const from = quantity.fills === true ? (warm + (points.at(-1)?.at ?? warm)) / 2 : warm;
      const trend = trendOf(points.filter(({ at }) => at >= from));
      return { ...quantity, trend, verdict: verdictOf(trend, quantity.least), points };
    });
  }
}

/** Whether a line is as it should be. */
export function isWell({ verdict, mayGrow }: SeriesRow): boolean {
  return verdict !== "grows" || mayGrow !== undefined;
}
