/**
 * Randomness that follows from one seed, in streams that do not disturb each other.
 *
 * @module
 */
import type { Random } from "../../../runtime/clock.ts";
import { seeded } from "../../controller/lab.ts";

/** A stream of numbers for one purpose: what others draw changes nothing in it. */
export function streamOf(seed: number, purpose: string): Random {
  let hash = 2_166_136_261 ^ seed;
  for (let at = 0; at < purpose.length; at++) {
    hash = Math.imul(hash ^ purpose.charCodeAt(at), 16_777_619);
  }
  return seeded(hash ^ Math.imul(seed, 0x9e3779b1));
}

/** A whole number from `least` to `most`. */
export function between(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** One of several. */
export function oneOf<T>(random: Random, all: readonly T[]): T {
  const one = all[Math.floor(random() * all.length)];
  if (one === undefined) throw new RangeError("Cannot choose one of none");
  return one;
}
