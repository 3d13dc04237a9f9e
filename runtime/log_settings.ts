/**
 * How much a program logs and how its lines look: the same flags for every role.
 *
 * @module
 */
import type { LogLevel } from "./log.ts";
import { oneOf, type Setting, toggle, value } from "./settings.ts";

/** The flags. */
type LogSettings = {
  readonly "log-level": Setting<LogLevel | undefined>;
  readonly "log-format": Setting<"json" | "text" | undefined>;
  readonly debug: Setting<boolean>;
  readonly trace: Setting<boolean>;
};

/** What was read of them. */
export interface LogValues {
  readonly logLevel: LogLevel | undefined;
  readonly logFormat: "json" | "text" | undefined;
  readonly debug: boolean;
  readonly trace: boolean;
}

/** The flags, with what `debug` and `trace` add in this program. */
export function logSettings(
  { debug, trace = "Log everything" }: { readonly debug: string; readonly trace?: string },
): LogSettings {
  return {
    "log-level": value({
      env: "VM_DHCP_LOG_LEVEL",
      placeholder: "error|warn|info|debug|trace",
      help: "Least level of the lines that are written; without it info",
      parse: oneOf("error", "warn", "info", "debug", "trace"),
    }),
    "log-format": value({
      placeholder: "json|text",
      help: "How log lines look; without it text on a terminal, and json elsewhere",
      parse: oneOf("json", "text"),
    }),
    debug: toggle({ help: `${debug}: --log-level debug` }),
    trace: toggle({ help: `${trace}: --log-level trace` }),
  };
}

/** Options for the logger. The flags `--trace` and `--debug` win over a level. */
export function logOptions(
  { logLevel, logFormat, debug, trace }: LogValues,
  { isTerminal }: { readonly isTerminal: boolean },
): { readonly level: LogLevel; readonly format: "json" | "text" } {
  const level = trace ? "trace" : debug ? "debug" : logLevel ?? "info";
  return { level, format: logFormat ?? (isTerminal ? "text" : "json") };
}
