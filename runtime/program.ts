/**
 * How a program begins and ends.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import { FlagError } from "./flags.ts";
import { type Logger, type ProgramLog, programLog } from "./log.ts";
import { logOptions, type LogValues } from "./log_settings.ts";
import { BUILD } from "./version.ts";

/** Where a program writes. */
interface Streams {
  readonly stdout: Pick<typeof Deno.stdout, "writeSync">;
  readonly stderr: Pick<typeof Deno.stderr, "writeSync" | "isTerminal">;
}

/** A program that logs what it does until it is told to end. */
interface LoggedProgram<S extends LogValues> {
  /** Of its log, such as `vm-dhcp-agent`. */
  readonly name: string;
  /** What its first and last line call it, such as `The agent`. */
  readonly title: string;
  /** Reads its settings; throws a `FlagError`. */
  readonly settings: () =>
    | { readonly help: string; readonly values?: never }
    | { readonly values: S; readonly help?: never };
  /** Does its work; resolves with the exit code where that is not 0. */
  readonly run: (settings: S, program: ProgramLog) => Promise<number | void>;
}

/**
 * Runs a program to its end, and gives its exit code: 0, what it returns, 1 where it throws, and 2 where it was told
 * something that it cannot use. What is wrong is written to standard error, a line each.
 *
 * @example
 * ```ts ignore
 * Deno.exit(await exitCode(main));
 * ```
 */
export async function exitCode(
  main: () => Promise<number | void>,
  { stderr }: Pick<Streams, "stderr"> = Deno,
): Promise<number> {
  try {
    return await main() ?? 0;
  } catch (error) {
    const problems = error instanceof FlagError ? error.problems : [errorText(error)];
    tell(stderr, problems.map((problem) => `${problem}\n`).join(""));
    return error instanceof FlagError ? 2 : 1;
  }
}

/**
 * Runs a program that logs: prints its help where it is asked for, else reads its settings, and logs that it starts and
 * why it ends. Gives its exit code as {@linkcode exitCode} does.
 */
export function runLogged<S extends LogValues>(
  { name, title, settings, run }: LoggedProgram<S>,
  streams: Streams = Deno,
): Promise<number> {
  return exitCode(async () => {
    const { values, help } = settings();
    if (help !== undefined) return write(streams.stdout, help);
    const program = programLog({
      name,
      ...logOptions(values, { isTerminal: streams.stderr.isTerminal() }),
      write: (line) => tell(streams.stderr, line),
    });
    program.log.info(`${title} starts`, { ...BUILD });
    try {
      return await run(values, program);
    } catch (error) {
      if (error instanceof FlagError) throw error;
      program.log.error(`${title} ends`, { error: endReason(error, program.log) });
      return 1;
    }
  }, streams);
}

/**
 * Why a program ends, for the last line of its log: the sentence of what was thrown, which tells an operator what he can
 * mend (a kubeconfig that cannot be read, a port that is taken); with `debug` on, all of it, with its stack.
 */
function endReason(error: unknown, log: Pick<Logger, "enabled">): unknown {
  return log.enabled("debug") ? error : errorText(error);
}

/** Tells an operator; where nobody can be told, as on a full disk or a broken pipe, the work goes on. */
function tell(stream: Streams["stdout"], text: string): void {
  try {
    write(stream, text);
  } catch {
    // The next line may find its way.
  }
}

function write(stream: Streams["stdout"], text: string): void {
  stream.writeSync(new TextEncoder().encode(text));
}
