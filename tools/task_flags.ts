/**
 * The flags and words of a task that is for people who work on vm-dhcp.
 *
 * @module
 */
import { FlagError, type Flags, parseFlags, type Program } from "../runtime/flags.ts";

type Settings = Parameters<typeof parseFlags>[0]["settings"];

/** What a task is told. */
interface TaskFlags<S extends Settings> {
  readonly values: NonNullable<Flags<S>["values"]>;
  /** What is no flag, where the task takes such. */
  readonly words: readonly string[];
}

/**
 * Reads them. Where help is asked for it is printed, and where something cannot be used one line says what: the process
 * ends then, with 0 or 2.
 *
 * @param takesWords Whether the task takes words beside its flags, which are switches then.
 */
export function taskFlags<S extends Settings>(
  program: Program<S>,
  { args, takesWords = false }: { readonly args: readonly string[]; readonly takesWords?: boolean },
): TaskFlags<S> {
  const words = takesWords ? args.filter((arg) => !arg.startsWith("-")) : [];
  const flags = takesWords ? args.filter((arg) => arg.startsWith("-")) : args;
  try {
    const { values, help } = parseFlags(program, { args: flags, env: {} });
    if (values !== undefined) return { values, words };
    return end(Deno.stdout, help ?? "", 0);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    return end(Deno.stderr, error.problems.map((problem) => `${problem}\n`).join(""), 2);
  }
}

function end(
  stream: { writeSync(bytes: Uint8Array): number },
  text: string,
  code: number,
): never {
  stream.writeSync(new TextEncoder().encode(text));
  Deno.exit(code);
}
