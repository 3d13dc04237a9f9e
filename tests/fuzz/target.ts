/**
 * What is fuzzed.
 *
 * @module
 */
import type fc from "fast-check";

/** A door of the product: what comes through it, and what must hold whatever comes. */
export interface FuzzTarget<Input = unknown> {
  /** Inputs: plain JSON, so that one can be kept in `corpus/<name of the target>`. */
  readonly inputs: fc.Arbitrary<Input>;
  /** Inputs that are tried whenever the tests run, and not only when chance draws them. */
  readonly always?: readonly Input[];
  /** Puts an input to the product. Throws, or rejects, where something does not hold. */
  check(input: Input): void | Promise<void>;
}
