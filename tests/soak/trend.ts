/**
 * Whether a quantity grows while time passes.
 *
 * @module
 */

/** What was seen, and when. */
export interface Point {
  /** Hours since some beginning. */
  readonly at: number;
  readonly value: number;
}

/** What a quantity did. */
export interface Trend {
  /** Means of the first and of the last quarter of the time. */
  readonly first: number;
  readonly last: number;
  /** By how much it grows in an hour, and between what that is with 95 of 100 certainty. */
  readonly slope: number;
  readonly low: number;
  readonly high: number;
}

/** What is to be thought of it. */
export type Verdict = "flat" | "grows" | "falls" | "too short";

/**
 * What is swept up now and then goes up and down like a saw: the means of so many parts of the time are compared, each longer
 * than a tooth. They depend on each other less than samples do, too.
 */
const PARTS = 20;
const LEAST_PARTS = 8;
/** Of the normal distribution, for 95 of 100. */
const CERTAIN = 1.96;
/** What is less than this part of the mean in an hour is nothing. */
const NOTHING = 0.01;

/** The trend of at least eight points; `undefined` of fewer. Theil and Sen's slope, and Sen's interval (1968, section 4). */
export function trendOf(points: readonly Point[]): Trend | undefined {
  const parts = partsOf(points);
  if (parts.length < LEAST_PARTS) return undefined;
  const slopes = parts.flatMap((one, index) =>
    parts.slice(index + 1).map((other) => (other.value - one.value) / (other.at - one.at))
  ).sort((one, other) => one - other);
  const { length: n } = parts;
  const width = CERTAIN * Math.sqrt(n * (n - 1) * (2 * n + 5) / 18);
  const at = (rank: number) =>
    slopes[Math.min(slopes.length - 1, Math.max(0, Math.round(rank)))] ?? 0;
  const quarter = Math.max(1, Math.floor(n / 4));
  return {
    first: meanOf(parts.slice(0, quarter)),
    last: meanOf(parts.slice(-quarter)),
    slope: (at((slopes.length - 1) / 2 - 0.25) + at((slopes.length - 1) / 2 + 0.25)) / 2,
    low: at((slopes.length - width) / 2 - 1),
    high: at((slopes.length + width) / 2),
  };
}

/** What a trend means. `least`: a growth in an hour that is nothing, in the quantity's own unit. */
export function verdictOf(trend: Trend | undefined, least: number): Verdict {
  if (trend === undefined) return "too short";
  const { first, last, slope, low, high } = trend;
  const bound = Math.max(least, NOTHING * Math.abs(first + last) / 2);
  if (low > 0 && slope > bound) return "grows";
  if (high < 0 && slope < -bound) return "falls";
  return "flat";
}

/** Equal parts of the time. */
function partsOf(points: readonly Point[]): readonly Point[] {
  const from = points[0]?.at ?? 0;
  const length = ((points.at(-1)?.at ?? 0) - from) / Math.min(PARTS, points.length);
  const parts = Map.groupBy(
    points,
    ({ at }) => Math.min(Math.floor((at - from) / length), PARTS - 1),
  );
  return [...parts.values()].map((part) => ({
    at: part.reduce((sum, { at }) => sum + at, 0) / part.length,
    value: meanOf(part),
  }));
}

function meanOf(points: readonly Point[]): number {
  return points.reduce((sum, { value }) => sum + value, 0) / points.length;
}
