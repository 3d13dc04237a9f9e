/**
 * What the client needs from the machine it runs on, handed in.
 *
 * @module
 */

/** A command that ended. */
export interface CommandResult {
  /** Exit status. */
  readonly code: number;
  /** What it printed. */
  readonly stdout: string;
  /** What it complained about. */
  readonly stderr: string;
}

/** Files and commands. */
export interface Machine {
  /** The text of a file; rejects where it cannot be read. */
  readTextFile(path: string): Promise<string>;
  /** Runs a command with these variables added to the environment; rejects where it cannot be started. */
  run(
    command: string,
    options: {
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly signal: AbortSignal;
    },
  ): Promise<CommandResult>;
}

/** The machine that Deno runs on. Needs `--allow-read` of the files and `--allow-run` of the commands. */
export const denoMachine: Machine = {
  readTextFile: (path) => Deno.readTextFile(path),
  async run(command, { args, env, signal }) {
    const { code, stdout, stderr } = await new Deno.Command(command, {
      args: [...args],
      env: { ...env },
      signal,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  },
};
