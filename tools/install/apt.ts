/**
 * Installs Debian packages without starting their services.
 *
 * @module
 */

const POLICY = "/usr/sbin/policy-rc.d";
/** invoke-rc.d(8): 101 forbids the action. */
const NO_SERVICE_STARTS = "#!/bin/sh\nexit 101\n";

/** Tells somebody who waits what happens. */
export type Progress = (line: string) => void;

/**
 * Installs packages with apt-get, as root.
 *
 * @throws {Error} `Cannot install packages: ...` with what apt-get wrote.
 */
export async function aptInstall(packages: readonly string[], progress: Progress): Promise<void> {
  const before = await read(POLICY);
  await Deno.writeTextFile(POLICY, NO_SERVICE_STARTS, { mode: 0o755 });
  await Deno.chmod(POLICY, 0o755);
  try {
    progress(`Installing ${packages.join(" ")}`);
    await apt(["update"]);
    await apt(["install", "-y", "--no-install-recommends", ...packages]);
  } finally {
    if (before === undefined) await Deno.remove(POLICY);
    else {
      await Deno.writeTextFile(POLICY, before.text);
      await Deno.chmod(POLICY, before.mode);
    }
  }
}

async function read(path: string): Promise<{ text: string; mode: number } | undefined> {
  try {
    const { mode } = await Deno.stat(path);
    return { text: await Deno.readTextFile(path), mode: (mode ?? 0o755) & 0o7777 };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function apt(args: readonly string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command("apt-get", {
    args: ["-q", "-o", "DPkg::Lock::Timeout=300", ...args],
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (success) return;
  const decoder = new TextDecoder();
  throw new Error(
    `Cannot install packages: apt-get ${args.join(" ")}: ${decoder.decode(stderr)}${
      decoder.decode(stdout)
    }`,
  );
}
