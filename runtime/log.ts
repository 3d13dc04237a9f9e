/**
 * The logger that is handed to everything that logs: a constant message and keys.
 *
 * @module
 */

/** Values that a log line may carry. */
export type LogKeys = Readonly<Record<string, unknown>>;

/** A logger. Messages are constant text; what varies goes into the keys. */
export interface Logger {
  debug(message: string, keys?: LogKeys): void;
  info(message: string, keys?: LogKeys): void;
  warn(message: string, keys?: LogKeys): void;
  error(message: string, keys?: LogKeys): void;
  /** A logger that adds these keys to every line. */
  with(keys: LogKeys): Logger;
}
