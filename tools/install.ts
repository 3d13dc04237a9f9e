/**
 * Finds the programs that tests and the demo run, and installs what is missing with apt-get: `deno task setup`.
 * `--bench` adds those of the benches; names of packages narrow it to these.
 *
 * @module
 */
import { print } from "./gate/command.ts";
import { aptInstall, type Progress } from "./install/apt.ts";
import {
  EXTERNAL_PROGRAMS,
  type ExternalProgram,
  installCommand,
  missingPrograms,
} from "./install/packages.ts";

/**
 * Sees to it that all programs are there.
 *
 * @throws {Error} that names what is missing and the command, where this is not root on Debian or apt-get failed.
 */
export async function installPrograms(
  wanted: readonly ExternalProgram[],
  progress: Progress,
): Promise<void> {
  const path = Deno.env.get("PATH") ?? "";
  const missing = await missingPrograms(wanted, path);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((one) => one.package))].sort();
  const names = programNames(missing);
  const hasApt =
    (await missingPrograms([{ program: "apt-get", package: "apt", for: "test" }], path)).length ===
      0;
  if (Deno.uid() !== 0 || !hasApt) {
    throw new Error(`Cannot find ${names}; as root on Debian: ${installCommand(packages)}`);
  }
  await aptInstall(packages, progress);
  const still = await missingPrograms(missing, path);
  if (still.length > 0) {
    throw new Error(
      `Cannot find ${programNames(still)} after installing ${packages.join(" ")}`,
    );
  }
}

/** Each once: one program may need several packages. */
function programNames(programs: readonly ExternalProgram[]): string {
  return [...new Set(programs.map((one) => one.program))].join(", ");
}

if (import.meta.main) {
  const names = Deno.args.filter((arg) => !arg.startsWith("-"));
  const bench = Deno.args.includes("--bench");
  const wanted = EXTERNAL_PROGRAMS.filter((one) =>
    names.length > 0 ? names.includes(one.package) : bench || one.for === "test"
  );
  const unknown = names.filter((name) => !EXTERNAL_PROGRAMS.some((one) => one.package === name));
  try {
    if (unknown.length > 0) {
      throw new Error(`Cannot install packages that nothing here needs: ${unknown.join(", ")}`);
    }
    await installPrograms(wanted, (line) => print(`${line}\n`));
    print(`Found ${programNames(wanted)}\n`);
  } catch (error) {
    print(`${error instanceof Error ? error.message : String(error)}\n`);
    Deno.exit(1);
  }
}
