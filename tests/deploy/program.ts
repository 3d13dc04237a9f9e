/**
 * The programs of a deployment as processes of this machine: as their Deployments say, under their ServiceAccounts.
 *
 * @module
 */
import { taskCommand } from "../../standalone/demo/task_command.ts";
import { findProgram } from "../real/command.ts";
import type { RealCluster } from "../real/mod.ts";
import { until } from "../network/wait.ts";

const ROOT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
const READY_MS = 30_000;

/** A container, as a Deployment has it. */
export interface Container {
  readonly args?: readonly string[];
  readonly env?: readonly ContainerEnv[];
}

interface ContainerEnv {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath?: string } };
}

/** What of a Deployment is read. */
export interface DeploymentLike {
  readonly metadata: { readonly name?: string; readonly namespace?: string };
  readonly spec?: {
    readonly template?: {
      readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
      readonly spec?: {
        readonly serviceAccountName?: string;
        readonly containers?: readonly Container[];
      };
    };
  };
}

/** Which pod of which Deployment to stand in for. */
export interface ProgramOptions {
  readonly deployment: DeploymentLike;
  /** Name of the pod. */
  readonly pod: string;
  /** The program's task in `deno.json`, for its permissions. */
  readonly task: "controller" | "agent" | "webhook";
  /** Flags of this machine: where to listen, where to keep state. */
  readonly flags: readonly string[];
}

/** A program of the deployment; disposing it kills it. */
export class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  #log = "";

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#reading = this.#read(child.stderr);
  }

  /** Starts the program with the arguments and the environment of its container. */
  static async start(cluster: RealCluster, options: ProgramOptions): Promise<Program> {
    const { deployment, pod, task, flags } = options;
    const { namespace = "" } = deployment.metadata;
    const template = deployment.spec?.template?.spec;
    const name = template?.serviceAccountName ?? "";
    const kubeconfig = await cluster.kubeconfigFor({ serviceAccount: { namespace, name } });
    const fields: Readonly<Record<string, string>> = {
      "metadata.namespace": namespace,
      "metadata.name": pod,
      "metadata.uid": crypto.randomUUID(),
    };
    const { args = [], env = [] } = template?.containers?.[0] ?? {};
    const own = args.slice(args.findIndex((arg) => arg.endsWith("/main.ts")) + 1);
    const deno = await findProgram("deno") ?? Deno.execPath();
    const [program = "", ...rest] = await taskCommand(`${ROOT}/deno.json`, {
      task,
      deno,
      root: ROOT,
    });
    const given = env.map(({ name, value, valueFrom }) =>
      [name, value ?? fields[valueFrom?.fieldRef?.fieldPath ?? ""] ?? ""] as const
    );
    const replaced = new Set(flags.map(nameOf));
    const child = new Deno.Command(program, {
      args: [...rest, ...own.filter((arg) => !replaced.has(nameOf(arg))), ...flags],
      cwd: ROOT,
      env: { ...Object.fromEntries(given), KUBECONFIG: kubeconfig, NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    return new Program(child);
  }

  /** What it logged so far. */
  get log(): string {
    return this.#log;
  }

  /** Waits until it logs a text. */
  async tells(text: string): Promise<void> {
    await until(() => this.#log.includes(text), {
      what: `the program tells ${text}; it told:\n${this.#log}`,
      timeoutMs: READY_MS,
    });
  }

  /** Asks it to end, and gives its exit code. */
  async stop(): Promise<number> {
    this.#child.kill("SIGTERM");
    return await this.#ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.#ended();
  }

  async #ended(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    return code;
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of stream) this.#log += decoder.decode(bytes, { stream: true });
  }
}

/** `--listen` of `--listen=127.0.0.1:0`. */
function nameOf(flag: string): string {
  return flag.split("=")[0] ?? flag;
}
