/**
 * Installs Debian packages without starting their services, now or when the machine boots.
 *
 * @module
 */

const POLICY = "/usr/sbin/policy-rc.d";
/** invoke-rc.d(8): 101 forbids the action. */
const NO_SERVICE_STARTS = "#!/bin/sh\nexit 101\n";

/** Links of what System V's init starts. */
const SCRIPT_LINKS = "/etc/rc2.d";

/** Tells somebody who waits what happens. */
export type Progress = (line: string) => void;

/**
 * Installs packages with apt-get, as root. Services that come with them stay disabled: tests run the programs themselves, and a
 * NetworkManager or a DHCP server that begins with the next boot would change somebody's machine.
 *
 * @throws {Error} `Cannot run apt-get ...: ...` with what it wrote.
 */
export async function aptInstall(packages: readonly string[], progress: Progress): Promise<void> {
  const before = await read(POLICY);
  const enabled = await enabledServices();
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
    await disable((await enabledServices()).difference(enabled), progress);
  }
}

/** What systemd or, by names of scripts in /etc/init.d, System V's init starts when this machine boots. */
async function enabledServices(): Promise<Set<string>> {
  const units = await exists("/usr/bin/systemctl", "/bin/systemctl")
    ? await mustRun("systemctl", ["--root=/", "list-unit-files", "--state=enabled", "--no-legend"])
    : "";
  const scripts = await exists(SCRIPT_LINKS) ? [...Deno.readDirSync(SCRIPT_LINKS)] : [];
  return new Set([
    ...[...units.matchAll(/^(\S+\.\w+)\s/gm)].map(([, unit = ""]) => unit),
    ...scripts.flatMap(({ name }) => /^S\d\d(.+)$/.exec(name)?.slice(1) ?? []),
  ]);
}

async function disable(services: ReadonlySet<string>, progress: Progress): Promise<void> {
  if (services.size === 0) return;
  progress(`Disabling ${[...services].join(" ")}: tests need no service that starts by itself`);
  const isUnit = (name: string) => name.includes(".");
  const units = [...services].filter(isUnit);
  if (units.length > 0) await mustRun("systemctl", ["--root=/", "disable", ...units]);
  for (const script of [...services].filter((name) => !isUnit(name))) {
    await mustRun("update-rc.d", [script, "disable"]);
  }
}

async function exists(...paths: readonly string[]): Promise<boolean> {
  for (const path of paths) {
    if (await Deno.stat(path).then(() => true, () => false)) return true;
  }
  return false;
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

/**
 * Runs apt-get with these arguments.
 *
 * @throws {Error} `Cannot run apt-get ...: ...` with what it wrote.
 */
export async function apt(args: readonly string[], cwd?: string): Promise<void> {
  await mustRun("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=300", ...args], cwd);
}

/**
 * Runs a command to its end; answers what it wrote.
 *
 * @throws {Error} `Cannot run ...: ...` with what it wrote.
 */
export async function mustRun(
  program: string,
  args: readonly string[],
  cwd?: string,
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    ...(cwd !== undefined && { cwd }),
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const [said, complaint] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (success) return said ?? "";
  throw new Error(`Cannot run ${program} ${args.join(" ")}: ${complaint}${said}`);
}
