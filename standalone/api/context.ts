/**
 * What the parts of the embedded API share.
 *
 * @module
 */
import type { Clock, Random } from "../../runtime/clock.ts";
import type { Kind } from "./kinds/kind.ts";
import type { Store } from "./store/store.ts";

/** The doors and stores of one embedded API. */
export interface ApiContext {
  /** The kinds that are served. */
  readonly kinds: readonly Kind[];
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborts when the API closes. */
  readonly closing: AbortSignal;
  /** A watch whose reader lags behind by more events is ended, as the API server does. */
  readonly mostUnread: number;
  /** What is empty in a spec of vm-dhcp's kinds counts as left out. */
  readonly emptyIsLeftOut: boolean;
}
