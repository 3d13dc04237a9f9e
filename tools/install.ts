/**
 * Finds the programs that tests and the demo run, and installs what is missing with apt-get: `deno task setup`.
 * `--bench` adds those of the benches; names of packages narrow it to these.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";
import { toggle } from "../runtime/settings.ts";
import { print } from "./gate/command.ts";
import { aptInstall, type Progress } from "./install/apt.ts";
import {
  EXTERNAL_PROGRAMS,
  type ExternalProgram,
  installCommand,
  missingPrograms,
} from "./install/packages.ts";
import { unpackPackage } from "./install/unpack.ts";
import { taskFlags } from "./task_flags.ts";

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
  const packages = packagesOf(missing.filter((one) => one.unpacked === undefined));
  const names = programNames(missing);
  const hasApt =
    (await missingPrograms([{ program: "apt-get", package: "apt", for: "test" }], path)).length ===
      0;
  if (!hasApt || (Deno.uid() !== 0 && packages.length > 0)) {
    const command = packages.length > 0 ? installCommand(packages) : "deno task setup";
    throw new Error(`Cannot find ${names}; as root on Debian: ${command}`);
  }
  if (packages.length > 0) await aptInstall(packages, progress);
  for (const { package: name, unpacked } of missing) {
    if (unpacked !== undefined) await unpackPackage(name, unpacked, progress);
  }
  const still = await missingPrograms(missing, path);
  if (still.length > 0) {
    throw new Error(
      `Cannot find ${programNames(still)} after installing ${packagesOf(missing).join(" ")}`,
    );
  }
}

function packagesOf(programs: readonly ExternalProgram[]): string[] {
  return [...new Set(programs.map((one) => one.package))].sort();
}

/** Each once: one program may need several packages. */
function programNames(programs: readonly ExternalProgram[]): string {
  return [...new Set(programs.map((one) => one.program))].join(", ");
}

if (import.meta.main) {
  const { values: { bench }, words: names } = taskFlags({
    usage: "deno task setup [PACKAGE]...",
    about:
      "Finds the programs that tests and the demo run, and installs what is missing (root on Debian); names of packages narrow it to these.",
    settings: { bench: toggle({ help: "Also those of the benches" }) },
  }, { args: Deno.args, takesWords: true });
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
    print(`${errorText(error)}\n`);
    Deno.exit(1);
  }
}
