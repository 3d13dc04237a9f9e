/**
 * The commands of the tasks in `deno.json`.
 *
 * @module
 */
import type { CommandLine } from "./process.ts";

/** Which task, and with what it is run. */
interface TaskOptions {
  readonly task: string;
  /** The program that stands for `deno`. */
  readonly deno: string;
  /** Folder that the task's paths start from. */
  readonly root: string;
}

/** The command of a task, with the permissions that the task lists, from what is cached already. */
export async function taskCommand(
  config: string,
  { task, deno, root }: TaskOptions,
): Promise<CommandLine> {
  const { tasks } = JSON.parse(await Deno.readTextFile(config)) as {
    tasks: Record<string, { command: string } | undefined>;
  };
  const [program, verb, ...args] = tasks[task]?.command.split(" ") ?? [];
  const main = args.at(-1);
  if (program !== "deno" || verb !== "run" || main === undefined) {
    throw new Error(`Cannot run the task by itself: ${task}`);
  }
  return [
    deno,
    "run",
    "--cached-only",
    "--no-prompt",
    `--config=${config}`,
    ...args.slice(0, -1),
    `${root}/${main}`,
  ];
}
