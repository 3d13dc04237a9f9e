/**
 * Earlier versions of this repository.
 *
 * @module
 */
import { mustRun, runCommand } from "../real/mod.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/**
 * Puts a commit's files into a folder, and what its programs import into Deno's cache. Throws where the clone lacks the commit:
 * what cannot be tried must not look as if it had been.
 */
export async function checkOut(commit: string, folder: string): Promise<void> {
  const { code } = await runCommand("git", ["cat-file", "-e", `${commit}^{commit}`], { cwd: ROOT });
  if (code !== 0) {
    const isShallow = (await runCommand("git", ["rev-parse", "--is-shallow-repository"], {
      cwd: ROOT,
    })).stdout.trim();
    throw new Error(
      `Cannot run the version of commit ${commit}: it is not in this clone${
        isShallow === "true" ? ", which is shallow; run: git fetch --unshallow" : ""
      }`,
    );
  }
  const archive = `${folder}.tar`;
  await mustRun("git", ["archive", `--output=${archive}`, commit], { cwd: ROOT });
  await Deno.mkdir(folder, { recursive: true });
  await mustRun("tar", ["-xf", archive, "-C", folder]);
  await Deno.remove(archive);
  await mustRun(Deno.execPath(), ["cache", "--quiet", "controller/main.ts", "agent/main.ts"], {
    cwd: folder,
  });
}
