import type { InspectSource } from "../inspect/source.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";

/** What the page is made with. */
export interface PageOptions {
  /** Where everything comes from. */
  readonly source: InspectSource;
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** Ends the events of open pages when the program stops. */
  readonly signal?: AbortSignal;
  /** How many pages may follow the cluster at once; others are as of the moment when they were asked for. Default: 16. */
  readonly livePages?: number;
}
