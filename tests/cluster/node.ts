/**
 * A whole one-node Kubernetes cluster: API server, controller manager, scheduler, kubelet, kube-proxy, containerd and Multus, in
 * network, mount and process namespaces of its own. When it is disposed, or when its starter dies, nothing of it is left.
 *
 * @module
 */
import { type CommandOptions, type CommandResult, mustRun, runCommand } from "../real/command.ts";
import { CONTAINERD_SOCKET, multusConfiguration, type NodePaths } from "./node_config.ts";
import { findNodePrograms, type NodePrograms } from "./node_programs.ts";
import { buildPauseImage } from "./pause_image.ts";
import { TextLineStream } from "./text_lines.ts";

/** Components that can be stopped and started again. */
export type Component =
  | "etcd"
  | "kube-apiserver"
  | "containerd"
  | "kubelet"
  | "kube-scheduler"
  | "kube-controller-manager";

/** What may be otherwise than on other nodes. */
export type NodeOptions = Pick<NodePaths, "restartSeconds">;

/** A running node. */
export class ClusterNode implements AsyncDisposable {
  /** The administrator's kubeconfig; its server is reachable in the node's network namespace only. */
  readonly kubeconfig: string;
  /** The node's files, logs in `log/`. */
  readonly folder: string;
  readonly programs: NodePrograms;
  #pid = 0;
  readonly #cgroup: string;
  readonly #process: Deno.ChildProcess;
  readonly #answers: ReadableStreamDefaultReader<string>;
  readonly #commands: WritableStreamDefaultWriter<Uint8Array>;

  private constructor(parts: {
    readonly paths: NodePaths;
    readonly programs: NodePrograms;
    readonly process: Deno.ChildProcess;
    readonly answers: ReadableStreamDefaultReader<string>;
  }) {
    this.folder = parts.paths.folder;
    this.kubeconfig = `${this.folder}/admin.kubeconfig`;
    this.programs = parts.programs;
    this.#cgroup = parts.paths.cgroup;
    this.#process = parts.process;
    this.#answers = parts.answers;
    this.#commands = parts.process.stdin.getWriter();
  }

  /** Starts a node and waits until it is Ready; about ten seconds. Needs root. */
  static async start(
    progress: (line: string) => void = () => {},
    options: NodeOptions = {},
  ): Promise<ClusterNode> {
    const programs = await findNodePrograms(progress);
    const folder = await Deno.makeTempDir({ prefix: "vm-dhcp-node-" });
    const paths: NodePaths = {
      folder,
      programs: programs.paths,
      cniPlugins: programs.cniPlugins,
      cgroup: folder.slice(folder.lastIndexOf("/") + 1),
      ...options,
    };
    await makeCgroups(paths.cgroup);
    const main = new URL("node_main.ts", import.meta.url).pathname;
    const process = new Deno.Command("unshare", {
      args: [
        ...["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"],
        ...[Deno.execPath(), "run", "--allow-read", "--allow-write", "--allow-run", main],
        JSON.stringify(paths),
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const answers = process.stdout.pipeThrough(new TextLineStream()).getReader();
    const node = new ClusterNode({ paths, programs, process, answers });
    try {
      await node.#whenReady();
    } catch (error) {
      const logs = await runCommand("sh", ["-c", `tail -n 5 ${folder}/log/*.log`]);
      await node[Symbol.asyncDispose]();
      throw new Error(`Start the node: its logs end with:\n${logs.stdout}`, { cause: error });
    }
    return node;
  }

  async #whenReady(): Promise<void> {
    const { value } = await this.#answers.read();
    if (value !== "ready") throw new Error("Start the node: it ended before it was ready");
    this.#pid = Number((await mustRun("pgrep", ["--parent", String(this.#process.pid)])).trim());
    const pause = `${this.folder}/pause.tar`;
    await buildPauseImage(pause);
    await this.importImage(pause);
  }

  /** Process whose namespaces are the node's. */
  get pid(): number {
    return this.#pid;
  }

  /** Runs a command in the node's network namespace, with the files of the host. */
  run(
    program: string,
    args: readonly string[],
    options: CommandOptions = {},
  ): Promise<CommandResult> {
    return runCommand("nsenter", [`--target=${this.pid}`, "--net", program, ...args], options);
  }

  /** Like {@linkcode run}; throws with the error text unless the command ends with 0. */
  mustRun(program: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
    return mustRun("nsenter", [`--target=${this.pid}`, "--net", program, ...args], options);
  }

  /** Runs kubectl as the administrator; throws with its error text unless it ends with 0. */
  kubectl(args: readonly string[], stdin?: string): Promise<string> {
    const kubectl = this.programs.paths["kubectl"] ?? "kubectl";
    return this.mustRun(kubectl, [`--kubeconfig=${this.kubeconfig}`, ...args], {
      ...(stdin === undefined ? {} : { stdin }),
    });
  }

  /** Makes an image archive known to containerd. */
  async importImage(archive: string): Promise<void> {
    await this.#inNode(
      "ctr",
      `--address=${CONTAINERD_SOCKET}`,
      "-n=k8s.io",
      "images",
      "import",
      archive,
    );
  }

  /** Gives an image that containerd knows another name, also where another image has that. */
  async tagImage(from: string, to: string): Promise<void> {
    await this.#inNode(
      "ctr",
      `--address=${CONTAINERD_SOCKET}`,
      "-n=k8s.io",
      "images",
      "tag",
      "--force",
      from,
      to,
    );
  }

  /** Has Multus let pods of other namespaces use the networks of these, beside those of `default`. */
  async shareNetworksOf(...namespaces: readonly string[]): Promise<void> {
    const paths = { folder: this.folder, cniPlugins: this.programs.cniPlugins };
    const file = `${this.folder}/cni/00-multus.conf`;
    await Deno.writeTextFile(file, multusConfiguration(paths, namespaces));
  }

  /** Name of the cgroup that all pods are in. */
  get cgroup(): string {
    return this.#cgroup;
  }

  /** Ends a component with SIGKILL. */
  async stop(component: Component): Promise<void> {
    await this.#command(`stop ${component}`);
  }

  /** Starts a component that was stopped. */
  async restart(component: Component): Promise<void> {
    await this.#command(`start ${component}`);
  }

  async #command(line: string): Promise<void> {
    await this.#commands.write(new TextEncoder().encode(`${line}\n`));
    await this.#answers.read();
  }

  #inNode(program: string, ...args: string[]): Promise<string> {
    const namespaces = ["--net", "--mount", "--pid"];
    return mustRun("nsenter", [`--target=${this.pid}`, ...namespaces, program, ...args]);
  }

  /** Ends everything and removes every trace. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#commands.close().catch(() => {});
    try {
      this.#process.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // It has ended by itself.
    }
    await this.#process.status;
    await this.#answers.cancel();
    await removeCgroups(this.#cgroup);
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** For the shell: the roots of all hierarchies, of which there is one where the machine has version 2 alone. */
const HIERARCHIES =
  "set -- /sys/fs/cgroup/*/; [ ! -e /sys/fs/cgroup/cgroup.controllers ] || set -- /sys/fs/cgroup/";

/** Makes a cgroup in every hierarchy, by the shell: Deno opens nothing below /sys without full permission. */
async function makeCgroups(name: string): Promise<void> {
  const script = `${HIERARCHIES}; for each in "$@"; do mkdir "$each$0" || exit 1; done`;
  await mustRun("sh", ["-c", script, name]);
}

/** Removes the cgroups with everything below, as soon as the kernel has buried their processes. */
async function removeCgroups(name: string): Promise<void> {
  const script = `${HIERARCHIES}; for each in "$@"; do
    [ ! -d "$each$0" ] || find "$each$0" -depth -type d -exec rmdir {} + || exit 1
  done`;
  for (let attempt = 1;; attempt++) {
    const { code, stderr } = await runCommand("sh", ["-c", script, name]);
    if (code === 0) return;
    if (attempt === 50) throw new Error(`Remove the cgroups of ${name}: ${stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
