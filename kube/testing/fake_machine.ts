/**
 * Files and commands for tests.
 *
 * @module
 */
import type { CommandResult, Machine } from "../connect/machine.ts";

/** A {@linkcode Machine} whose files and commands the test makes up. */
export class FakeMachine implements Machine {
  readonly files = new Map<string, string>();
  readonly reads: string[] = [];
  readonly runs: {
    readonly command: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
  }[] = [];
  /** Answers the next run. */
  answer: () => CommandResult | Promise<CommandResult> = () => ({
    code: 0,
    stdout: "",
    stderr: "",
  });

  readTextFile(path: string): Promise<string> {
    this.reads.push(path);
    const text = this.files.get(path);
    if (text === undefined) {
      return Promise.reject(new Deno.errors.NotFound("No such file or directory (os error 2)"));
    }
    return Promise.resolve(text);
  }

  async run(
    command: string,
    options: { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> },
  ): Promise<CommandResult> {
    this.runs.push({ command, args: options.args, env: options.env });
    return await this.answer();
  }
}
