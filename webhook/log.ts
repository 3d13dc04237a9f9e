/**
 * What the handler says to its operator.
 *
 * @module
 */

/** Takes a constant message and what varies; a `Logger` of `runtime/log.ts` is one. */
export interface WebhookLog {
  /** One line per request. */
  debug(message: string, keys?: Readonly<Record<string, unknown>>): void;
  /** A request that could not be judged. */
  error(message: string, keys?: Readonly<Record<string, unknown>>): void;
}
