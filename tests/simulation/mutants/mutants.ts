/**
 * Known faults, of the Go version and of this project's past.
 *
 * @module
 */
import { GO_FAULTS } from "./go_faults.ts";
import type { Mutant } from "./mutant.ts";
import { OWN_FAULTS } from "./own_faults.ts";

/** All of them. */
export const MUTANTS: readonly Mutant[] = [...GO_FAULTS, ...OWN_FAULTS];
