/**
 * Runs commands of the system.
 *
 * @module
 */

/** Runs a command to its end; answers what it wrote. Throws with what it complained of where it fails. */
export async function run(...command: readonly string[]): Promise<string> {
  const [program = "", ...args] = command;
  const { code, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" })
    .output();
  const said = new TextDecoder().decode(stdout);
  if (code === 0) return said;
  const complaint = new TextDecoder().decode(stderr).trim();
  throw new Error(
    `Cannot run ${command.join(" ")}: ${complaint === "" ? `exit code ${code}` : complaint}`,
  );
}

/** Runs `ip` with the words of `text`. */
export function ip(text: string): Promise<string> {
  return run("ip", ...text.split(" "));
}

/** Has `ip` do all of these lines, in the network namespace of a process if one is named. */
export async function ipLines(lines: readonly string[], processId?: number): Promise<void> {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, lines.map((line) => `${line}\n`).join(""));
  await run(...entering(processId), "ip", "-batch", file);
  await Deno.remove(file);
}

/** What has a command run in the network namespace of a process, if one is named. */
export function entering(processId: number | undefined): readonly string[] {
  return processId === undefined ? [] : ["nsenter", `--target=${processId}`, "--net", "--"];
}
