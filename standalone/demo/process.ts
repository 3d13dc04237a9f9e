/**
 * Runs programs of the machine.
 *
 * @module
 */

/** A program and its arguments. */
export type CommandLine = readonly [program: string, ...args: string[]];

/** Runs a program to its end and gives what it wrote. Throws an error with what it wrote where it fails. */
export async function run(...[program, ...args]: CommandLine): Promise<string> {
  const { success, code, stdout, stderr } = await new Deno.Command(program, {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const said = new TextDecoder().decode(stdout);
  if (success) return said;
  const complaint = `${new TextDecoder().decode(stderr)}${said}`.trim();
  throw new Error(`Cannot run ${program} ${args.join(" ")}: exit ${code}: ${complaint}`);
}

/** A program that runs on, its output in a file. */
export class Background {
  readonly #child: Deno.ChildProcess;
  #ended = false;
  /** Resolves when the program has ended, however that came. */
  readonly ended: Promise<Deno.CommandStatus>;

  /** Starts a program; what it writes is added to the file `log`. */
  constructor(command: CommandLine, options: { readonly log: string }) {
    this.#child = new Deno.Command("sh", {
      args: ["-c", 'exec "$@" >>"$LOG" 2>&1', "sh", ...command],
      env: { LOG: options.log },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.ended = this.#child.status.then((status) => {
      this.#ended = true;
      return status;
    });
  }

  /** Process id in the demo's namespace. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Whether it still runs. */
  get running(): boolean {
    return !this.#ended;
  }

  /** Sends a signal; nothing happens where it has ended already. */
  kill(signal: Deno.Signal): void {
    if (this.#ended) return;
    try {
      this.#child.kill(signal);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound || error instanceof TypeError)) throw error;
    }
  }

  /** Sends a signal and waits for the end. */
  async end(signal: Deno.Signal): Promise<void> {
    this.kill(signal);
    await this.ended;
  }
}
