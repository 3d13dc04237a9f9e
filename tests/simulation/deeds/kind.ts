/**
 * What a deed is: how often it comes, what is drawn for it, and what it does.
 *
 * @module
 */
import type { Random } from "../../../runtime/clock.ts";
import type { World } from "../world/world.ts";
import { between, oneOf } from "../engine/random.ts";
import { POOLS, vmName, VMS } from "./subjects.ts";

/** A kind of deed. `Shape` is what one of them says, as plain data. */
export interface DeedKind<Shape extends object> {
  /** How often it comes, beside the others; 0: only where a scenario was written by hand. */
  readonly weight: number;
  readonly draw: (draw: Draw) => Shape;
  /** Does it. Answers who it was done to, or why nothing was done. An answer of the API server that is no success may be thrown. */
  readonly act: (world: World, deed: Shape) => Promise<string | void> | string | void;
}

/** What a deed is drawn from. */
interface Draw {
  readonly random: Random;
  /** An index into whatever there is at that moment. */
  readonly whom: number;
  /** How long it lasts, milliseconds. */
  readonly forMs: number;
  /** How long it is until the faults stop, milliseconds. */
  readonly leftMs: number;
  /** Index into {@linkcode POOLS}. */
  readonly pool: number;
  /** Number of a VM, and its `namespace/name`. */
  readonly n: number;
  readonly vm: string;
}

/** Lets the compiler see the shape. */
export function kind<Shape extends object>(one: DeedKind<Shape>): DeedKind<Shape> {
  return one;
}

/** Deeds of these kinds. */
export type DeedOf<Kinds> = {
  [Name in keyof Kinds]: Kinds[Name] extends DeedKind<infer Shape>
    ? { readonly do: Name } & Readonly<Shape>
    : never;
}[keyof Kinds];

/** What the next deed is drawn from; it ends before the faults stop. */
export function drawOf(random: Random, leftMs: number): Draw {
  const n = between(random, 0, VMS - 1);
  return {
    random,
    whom: between(random, 0, 99),
    forMs: Math.round(
      Math.min(leftMs, 500 + -Math.log(1 - random()) * oneOf(random, [5_000, 40_000])),
    ),
    leftMs,
    pool: between(random, 0, POOLS.length - 1),
    n,
    vm: vmName(n),
  };
}

/** The one at an index that may be beyond the end. */
export function chosen<T>(all: readonly T[], whom: number): T | undefined {
  return all.length === 0 ? undefined : all[whom % all.length];
}
