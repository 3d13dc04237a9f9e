/**
 * The servers whose files are imported, and the standalone server, each as a process of its own.
 *
 * @module
 */
import type { Server } from "../../import/import_file.ts";
import { taskCommand } from "../../standalone/demo/task_command.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** What a server is started with. */
interface Start {
  /** The configuration, or the folder of manifests. */
  readonly path: string;
  /** Folder for what it writes. */
  readonly folder: string;
  readonly interfaceName: string;
}

/** A server that runs; disposing it ends it. */
export class RunningServer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #said: Promise<string>;

  constructor(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const [program = "", ...args] = command;
    this.#child = new Deno.Command(program, {
      args,
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#said = Promise.all([
      new Response(this.#child.stdout).text(),
      new Response(this.#child.stderr).text(),
    ]).then((texts) => texts.join(""));
  }

  /** Ends it; what it said. */
  async end(): Promise<string> {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended by itself.
    }
    await this.#child.status;
    return await this.#said;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

/** Starts the server that a configuration is for. */
export async function startOriginal(
  server: Server,
  { path, folder, interfaceName }: Start,
): Promise<RunningServer> {
  switch (server) {
    case "dhcpd": {
      const leases = `${folder}/dhcpd.leases`;
      await Deno.writeTextFile(leases, "");
      const files = ["-cf", path, "-lf", leases, "--no-pid"];
      return new RunningServer(["dhcpd", "-4", "-f", ...files, interfaceName]);
    }
    case "kea":
      return new RunningServer(["kea-dhcp4", "-c", path], {
        KEA_PIDFILE_DIR: folder,
        KEA_LOCKFILE_DIR: folder,
        KEA_LOGGER_DESTINATION: "stderr",
      });
    case "dnsmasq":
      return new RunningServer([
        ...["dnsmasq", "--keep-in-foreground", "--user=root", `--conf-file=${path}`],
        ...[`--dhcp-leasefile=${folder}/dnsmasq.leases`, "--pid-file"],
      ]);
  }
}

/** Starts `deno task standalone` with a folder of manifests. */
export async function startStandalone({ path, folder }: Start): Promise<RunningServer> {
  const command = await taskCommand(`${ROOT}deno.json`, {
    ...{ task: "standalone", deno: Deno.execPath(), root: ROOT.replace(/\/$/, "") },
  });
  return new RunningServer([...command, "--manifests", path, "--state", `${folder}/state.sqlite`]);
}
