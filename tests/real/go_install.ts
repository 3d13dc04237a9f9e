/**
 * Programs that are published as Go modules: built once per machine, kept outside the checkout.
 *
 * @module
 */
import { findProgram, mustRun } from "./command.ts";
import { cacheFolder, type Progress } from "./programs.ts";

/** A program of a released Go module that replaces no other module. */
interface GoProgram {
  /** Import path, such as `helm.sh/helm/v3/cmd/helm`. */
  readonly path: string;
  /** Version of the module, such as `v3.19.4`. */
  readonly version: string;
}

/** Path of the program; builds it first where this machine does not have it. Throws where Go is missing. */
export async function findGoProgram(
  { path, version }: GoProgram,
  progress: Progress = () => {},
): Promise<string> {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const folder = `${cacheFolder()}/${name}-${version}`;
  const program = `${folder}/${name}`;
  await Deno.mkdir(folder, { recursive: true });
  using lock = await Deno.open(`${folder}/.lock`, { create: true, write: true });
  await lock.lock(true);
  try {
    if (await Deno.stat(program).then(() => true, () => false)) return program;
    const go = await findProgram("go");
    if (go === undefined) {
      throw new Error(`Cannot build ${name} ${version}: the Go toolchain is missing`);
    }
    progress(`Building ${name} ${version} (once per machine, minutes)`);
    // `go install` puts the program in its place when it is whole.
    await mustRun(go, ["install", "-trimpath", "-ldflags", "-s -w", `${path}@${version}`], {
      env: { CGO_ENABLED: "0", GOBIN: folder },
    });
    return program;
  } finally {
    await lock.unlock();
  }
}
