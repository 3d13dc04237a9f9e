import { mustRun } from "../../tools/install/apt.ts";
import { unpackedFolder } from "../../tools/install/unpack.ts";

/** Debian's package that has it, of which only this program is kept. */
const PACKAGE = "prometheus";

/** Runs promtool; answers what it says. Throws with its complaint where it fails. */
export async function promtool(args: readonly string[], input?: string): Promise<string> {
  const program = `${unpackedFolder(PACKAGE)}/usr/bin/promtool`;
  if (input === undefined) return await mustRun(program, args);
  const child = new Deno.Command(program, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const [said, complaint] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (success) return `${said}${complaint}`;
  throw new Error(`Cannot run promtool ${args.join(" ")}: ${complaint}${said}`);
}
