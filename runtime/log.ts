/**
 * The logger that is handed to everything that logs: a constant message and keys.
 *
 * @module
 */
import { getJsonLinesFormatter, getTextFormatter, type LogRecord } from "@logtape/logtape";
import { type Clock, systemClock } from "./clock.ts";
import { type LogKeys, type LogLevel, LogLevels } from "./log_levels.ts";
import { withoutSteering } from "./steering.ts";

export type { LogKeys, LogLevel } from "./log_levels.ts";

/** A logger. Messages are constant text; what varies goes into the keys. */
export interface Logger {
  /** What only a developer wants, such as every packet. */
  trace(message: string, keys?: LogKeys): void;
  /** What helps to find a fault. */
  debug(message: string, keys?: LogKeys): void;
  /** What an operator may want to know later. */
  info(message: string, keys?: LogKeys): void;
  /** What went wrong and is tried again or worked around. */
  warn(message: string, keys?: LogKeys): void;
  /** What went wrong and stays so, or should not be possible. */
  error(message: string, keys?: LogKeys): void;
  /** A logger that adds these keys to every line. */
  with(keys: LogKeys): Logger;
  /**
   * Whether lines of this level may be written: ask before making costly keys. `keys`: those of the line that are at hand, such as
   * `macAddress`, by which may be decided.
   */
  enabled(level: LogLevel, keys?: LogKeys): boolean;
}

/** Where a {@linkcode createLogger}'s lines go and how they look. */
export interface LoggerOptions {
  /** Name of the program, on every line as `logger`. */
  readonly name: string;
  /** Least level that is written, or the levels, where they change. Default `info`. */
  readonly level?: LogLevel | LogLevels;
  /** `json`: one JSON object per line (default). `text`: for a terminal. */
  readonly format?: "json" | "text";
  /** Takes a whole line with its line end, such as `(line) => Deno.stderr.writeSync(encode(line))`. */
  readonly write: (line: string) => void;
  /** Wall clock in milliseconds. Default `Date.now`. */
  readonly now?: () => number;
}

const RESERVED = new Set(["@timestamp", "level", "message", "logger"]);
const MAX_CAUSES = 5;

const formatJson = getJsonLinesFormatter({ properties: "flatten", message: "template" });
const formatHead = getTextFormatter({
  timestamp: "rfc3339",
  level: "full",
  format: ({ timestamp, level, message }) =>
    `${timestamp} ${level.toUpperCase().padEnd(7)} ${message}`,
});

/**
 * A logger that writes lines. It holds no global state: two loggers know nothing of each other.
 *
 * A key named as a part of the line itself (`level`, `message`, `logger`, `@timestamp`) gets `_` at its end. The stack
 * of an error is written at level `error`, and at every level when `debug` is on.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { name, level = "info", format = "json", write, now = Date.now } = options;
  const levels = level instanceof LogLevels ? level : new LogLevels({ level, clock: systemClock });
  const render = format === "json" ? formatJson : formatText;
  const emit: Emit = (lineLevel, message, keys) => {
    if (!levels.admit(lineLevel, keys)) return;
    const withStack = lineLevel === "error" || levels.wanted("debug", keys);
    const record: LogRecord = {
      category: [name],
      level: lineLevel === "warn" ? "warning" : lineLevel,
      message: [message],
      rawMessage: message,
      timestamp: now(),
      properties: propertiesOf(keys, withStack),
    };
    write(withoutSteering(render(record)));
  };
  return loggerOver(emit, { enabled: (wanted, keys) => levels.enabled(wanted, keys) });
}

/** A program's log, and the levels by which it is written. */
export interface ProgramLog {
  readonly log: Logger;
  readonly levels: LogLevels;
}

/** A program's log from this level on, and the levels that can be changed while it runs. */
export function programLog(
  { level = "info", clock = systemClock, ...options }:
    & { readonly level?: LogLevel; readonly clock?: Clock }
    & Omit<LoggerOptions, "level">,
): ProgramLog {
  const levels = new LogLevels({ level, clock });
  const log = createLogger({ ...options, level: levels });
  levels.onEnd = (override) =>
    log.info("Log level is as before: the time is over", { ...override });
  levels.onLeftOut = (lines) => log.warn("Log lines were left out: there were too many", { lines });
  return { log, levels };
}

/** Takes one line. */
type Emit = (level: LogLevel, message: string, keys: LogKeys) => void;

/** A {@linkcode Logger} over a function that takes its lines. */
export function loggerOver(
  emit: Emit,
  options: {
    readonly enabled?: (level: LogLevel, keys: LogKeys) => boolean;
    readonly keys?: LogKeys;
  } = {},
): Logger {
  const { enabled = () => true, keys: own = {} } = options;
  const at = (level: LogLevel) => (message: string, keys?: LogKeys) => {
    if (enabled(level, own)) emit(level, message, keys === undefined ? own : { ...own, ...keys });
  };
  return {
    trace: at("trace"),
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (more) => loggerOver(emit, { enabled, keys: { ...own, ...more } }),
    enabled: (level, keys) => enabled(level, keys === undefined ? own : { ...own, ...keys }),
  };
}

function propertiesOf(keys: LogKeys, withStack: boolean): Record<string, unknown> {
  const properties: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(keys)) {
    properties[RESERVED.has(key) ? `${key}_` : key] = value instanceof Error
      ? errorKeys(value, withStack)
      : value;
  }
  return properties;
}

function errorKeys(error: Error, withStack: boolean, depth = 0): Record<string, unknown> {
  const { name, message, cause } = error;
  return {
    name,
    message,
    ...(withStack ? { stack: error.stack } : {}),
    ...(cause === undefined || depth >= MAX_CAUSES
      ? {}
      : { cause: cause instanceof Error ? errorKeys(cause, withStack, depth + 1) : String(cause) }),
  };
}

function formatText(record: LogRecord): string {
  const head = formatHead(record).trimEnd().replaceAll("\n", "\\n").replaceAll("\r", "\\r");
  const pairs = Object.entries(record.properties)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${textOf(value)}`);
  return `${[head, ...pairs].join(" ")}\n`;
}

function textOf(value: unknown): string {
  if (isErrorKeys(value)) return JSON.stringify(causes(value));
  if (typeof value === "string") return /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value);
  if (typeof value !== "object" || value === null) return String(value);
  // The JSON form copes with what JSON.stringify does not: cycles and big integers.
  const line = formatJson({
    category: [],
    level: "info",
    message: [""],
    rawMessage: "",
    timestamp: 0,
    properties: { value },
  });
  return JSON.stringify(JSON.parse(line).value);
}

interface ErrorKeys {
  readonly name: string;
  readonly message: string;
  readonly cause?: unknown;
}

function isErrorKeys(value: unknown): value is ErrorKeys {
  return typeof value === "object" && value !== null && "name" in value && "message" in value;
}

function causes(error: ErrorKeys): string {
  const own = `${error.name}: ${error.message}`;
  if (error.cause === undefined) return own;
  return `${own}; caused by ${
    isErrorKeys(error.cause) ? causes(error.cause) : String(error.cause)
  }`;
}
