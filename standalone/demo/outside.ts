/**
 * Brings the demo into namespaces of its own, so that it needs nothing of the host's network and leaves nothing on it.
 *
 * @module
 */
import { installPrograms } from "../../tools/install.ts";
import { EXTERNAL_PROGRAMS } from "../../tools/install/packages.ts";
import type { CommandLine } from "./process.ts";

const PROGRAMS: ReadonlySet<string> = new Set(["ip", "unshare", "udhcpc", "dhclient", "dhcpcd"]);

/** Sees to it that the programs of the story are there. Throws an error that names what is missing, and the command. */
export async function findPrograms(say: (line: string) => void): Promise<void> {
  await installPrograms(EXTERNAL_PROGRAMS.filter(({ program }) => PROGRAMS.has(program)), say);
}

/** How namespaces can be made here. */
interface Entrance {
  /** Flags for `unshare`. */
  readonly flags: readonly string[];
  /** Whether a user namespace is among them. */
  readonly rootless: boolean;
}

const NAMESPACES = ["--net", "--mount", "--pid", "--fork", "--kill-child"];
const ENTRANCES: readonly Entrance[] = [
  { flags: NAMESPACES, rootless: false },
  { flags: ["--user", "--map-root-user", ...NAMESPACES], rootless: true },
];

/** Finds out how namespaces can be made here: as root, or in a user namespace. Throws where neither works. */
export async function findEntrance(): Promise<Entrance> {
  const complaints: string[] = [];
  for (const entrance of ENTRANCES) {
    const { success, stderr } = await new Deno.Command("unshare", {
      args: [...entrance.flags, "true"],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (success) return entrance;
    complaints.push(new TextDecoder().decode(stderr).trim());
  }
  throw new Error(
    `Cannot make network namespaces: ${
      complaints.at(-1)
    }; run it as root, or allow user namespaces ` +
      "(sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0)",
  );
}

/** Loads everything that the server needs, since the namespaces have no way out. */
export async function fetchLibraries(deno: string, modules: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(deno, {
    args: ["cache", "--quiet", ...modules],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    throw new Error(`Cannot fetch the libraries: ${new TextDecoder().decode(stderr).trim()}`);
  }
}

/** What runs inside. */
interface InsideCommand {
  readonly entrance: Entrance;
  readonly command: CommandLine;
  /** Ends it gracefully; after it, `force` ends it at once. */
  readonly stop: AbortSignal;
  readonly force: AbortSignal;
}

/**
 * Runs a command as the first process of new namespaces, and gives its exit code. It ends when its standard input does:
 * so it ends with this process too, however that ends.
 */
export async function runInside(
  { entrance, command, stop, force }: InsideCommand,
): Promise<number> {
  const enter = new URL("./enter.sh", import.meta.url).pathname;
  const child = new Deno.Command("unshare", {
    args: [...entrance.flags, "sh", enter, ...command],
    stdin: "piped",
  }).spawn();
  const lifeline = child.stdin;
  const letGo = () => void lifeline.close().catch(() => undefined);
  const kill = () => child.kill("SIGKILL");
  if (stop.aborted) letGo();
  else stop.addEventListener("abort", letGo, { once: true });
  force.addEventListener("abort", kill, { once: true });
  try {
    return (await child.status).code;
  } finally {
    stop.removeEventListener("abort", letGo);
    force.removeEventListener("abort", kill);
    if (!stop.aborted) letGo();
  }
}
