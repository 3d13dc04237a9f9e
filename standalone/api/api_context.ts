/**
 * What the parts of the embedded API share.
 *
 * @module
 */
import type { Clock, Random } from "../../runtime/clock.ts";
import type { Registry } from "./registry.ts";
import type { Store } from "./store.ts";
import type { WatchHub } from "./watch_hub.ts";

/** The doors and stores of one embedded API. */
export interface ApiContext {
  readonly registry: Registry;
  readonly store: Store;
  readonly hub: WatchHub;
  readonly clock: Clock;
  readonly random: Random;
  /** A watch whose reader lags behind by more events is ended, as the API server does. */
  readonly mostUnread: number;
}
