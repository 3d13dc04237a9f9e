/**
 * What certificates are asked for, and how long they last.
 *
 * @module
 */

/** For whom, and when, certificates are to be good. */
export interface Wanted {
  /** Names and IPv4 addresses under which the webhook is called. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const DAY_MS = 86_400_000;
/** How long certificates last, and how long before their end they are renewed. */
export const LIFE = {
  ca: { lasts: 3650 * DAY_MS, renew: 365 * DAY_MS },
  serving: { lasts: 90 * DAY_MS, renew: 30 * DAY_MS },
} as const;
