/**
 * A logger for tests: it keeps its lines.
 *
 * @module
 */
import { type Logger, loggerOver, type LogKeys, type LogLevel } from "../log.ts";

/** One kept line. */
interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly keys: LogKeys;
}

/** A {@linkcode Logger} whose lines can be read. */
export interface MemoryLogger extends Logger {
  /** All lines so far, also those of loggers made by `with`. */
  readonly lines: readonly LogLine[];
}

/** A logger that keeps all its lines. */
export function memoryLogger(): MemoryLogger {
  const lines: LogLine[] = [];
  return { ...loggerOver((level, message, keys) => lines.push({ level, message, keys })), lines };
}

/** A logger that writes nothing. */
export const silentLogger: Logger = loggerOver(() => undefined, { enabled: () => false });
