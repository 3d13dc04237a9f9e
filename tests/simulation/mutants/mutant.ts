/**
 * What a planted fault is.
 *
 * @module
 */
import type { Theme } from "../deeds/themes.ts";
import type { Scene } from "./scenes.ts";

/** One change of a file. */
interface Change {
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** A fault that can be planted. */
export interface Mutant {
  readonly name: string;
  /** What users saw of it. */
  readonly seen: string;
  /** What a scenario must be about for the fault to show. */
  readonly theme: Theme;
  readonly changes: readonly Change[];
  /** What goes straight to where it shows, in the place of seeds. */
  readonly scene?: Scene;
  /** Why nobody sees it while another guard stands, and the unit test that does; absent where seeds find it. */
  readonly covered?: string;
}
