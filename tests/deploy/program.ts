/**
 * The programs of a deployment as processes of this machine: as their Deployments say, under their ServiceAccounts.
 *
 * @module
 */
import { findProgram } from "../real/command.ts";
import type { RealCluster } from "../real/mod.ts";
import { entering } from "../network/command.ts";
import { until } from "../network/wait.ts";

const ROOT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
const READY_MS = 30_000;
/** Where an agent's volume is, and the port on which the webhook listens: other programs of this machine may have the port. */
const STATE_DIR = "/var/lib/vm-dhcp";
const FIXED_PORT = ":8443";
/** Runs `$2` and what follows with the folder `$1` where a pod has the files of its ServiceAccount. */
const AS_A_POD = `mount -t tmpfs none "$(realpath /var/run)"
mkdir -p /var/run/secrets/kubernetes.io/serviceaccount
mount --bind "$1" /var/run/secrets/kubernetes.io/serviceaccount
shift
exec "$@"`;

/** A container, as a Deployment has it. */
interface Container {
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
interface ProgramOptions {
  readonly deployment: DeploymentLike;
  /** Name of the pod. */
  readonly pod: string;
  /** Flags in place of the Deployment's. */
  readonly flags: readonly string[];
  /** Its address; unset: one of loopback. */
  readonly podIP?: string;
  /** It is alone at its address: it listens where its Deployment says. */
  readonly ownAddress?: boolean;
  /** Where it reaches the API server; unset: where the cluster says. */
  readonly server?: string;
  /** Process in whose network namespace it runs; unset: this one's. */
  readonly networkOf?: number;
  /** A module that is loaded before it, and may collect garbage. */
  readonly preload?: string;
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

  /** Starts the program with the arguments and the environment of its container, so with what Deno allows it there. */
  static async start(cluster: RealCluster, options: ProgramOptions): Promise<Program> {
    const { deployment, pod, flags, podIP = loopback() } = options;
    const { namespace = "" } = deployment.metadata;
    const template = deployment.spec?.template?.spec;
    const name = template?.serviceAccountName ?? "";
    const folder = await Deno.makeTempDir({ dir: cluster.folder, prefix: `${pod}-` });
    const kubeconfig = await cluster.kubeconfigFor({ serviceAccount: { namespace, name }, pod });
    await writeAccount(`${folder}/account`, { kubeconfig, namespace });
    const { hostname, port } = new URL(options.server ?? cluster.url);
    const fields: Readonly<Record<string, string>> = {
      "metadata.namespace": namespace,
      "metadata.name": pod,
      "metadata.uid": crypto.randomUUID(),
      "status.podIP": podIP,
      "status.hostIP": "127.0.0.1",
    };
    const { args: [command = "", ...args] = [], env = [] } = template?.containers?.[0] ?? {};
    const { preload } = options;
    const variables: Readonly<Record<string, string>> = {
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      ...Object.fromEntries(
        env.map(({ name, value, valueFrom }) => [
          name,
          value ?? fields[valueFrom?.fieldRef?.fieldPath ?? ""] ?? "",
        ]),
      ),
    };
    const expanded = args.map((arg) =>
      arg.replaceAll(/\$\((\w+)\)/g, (_, name: string) => variables[name] ?? "")
        .replaceAll(STATE_DIR, `${folder}/state`)
        .replaceAll(FIXED_PORT, options.ownAddress === true ? FIXED_PORT : ":0")
    );
    const replaced = new Set(flags.map(nameOf));
    const deno = await findProgram("deno") ?? Deno.execPath();
    const child = new Deno.Command("/usr/bin/env", {
      args: [
        ...entering(options.networkOf),
        ...[
          "/usr/bin/unshare",
          "--mount",
          "/bin/sh",
          "-ec",
          AS_A_POD,
          "sh",
          `${folder}/account`,
          deno,
          command,
          ...(preload === undefined ? [] : [`--preload=${preload}`]),
        ],
        ...expanded.filter((arg) => !replaced.has(nameOf(arg))),
        ...flags,
      ],
      cwd: ROOT,
      env: {
        ...variables,
        NO_COLOR: "1",
        ...(preload !== undefined && { DENO_V8_FLAGS: "--expose-gc" }),
      },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    return new Program(child);
  }

  /** The number of its process. */
  get processId(): number {
    return this.#child.pid;
  }

  /** What it logged so far. */
  get log(): string {
    return this.#log;
  }

  /** Waits until it logs a text. */
  async tells(text: string): Promise<void> {
    await until(() => this.#log.includes(text), {
      what: `the program tells ${text}`,
      timeoutMs: READY_MS,
    }).catch((error) => {
      throw new Error(`${error.message}; it told:\n${this.#log}`, { cause: error });
    });
  }

  /** Asks it to end, and gives its exit code. */
  async stop(): Promise<number> {
    this.#child.kill("SIGTERM");
    return await this.#ended();
  }

  /** Waits until it ends by itself, and gives its exit code. */
  finished(): Promise<number> {
    return this.#ended();
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

/** Writes the files of a ServiceAccount, with links as the kubelet makes them. */
async function writeAccount(
  folder: string,
  { kubeconfig, namespace }: { readonly kubeconfig: string; readonly namespace: string },
): Promise<void> {
  const { clusters: [cluster], users: [user] } = JSON.parse(await Deno.readTextFile(kubeconfig));
  const files: Readonly<Record<string, string>> = {
    "ca.crt": atob(cluster.cluster["certificate-authority-data"]),
    namespace,
    token: user.user.token,
  };
  await Deno.mkdir(`${folder}/..1`, { recursive: true });
  await Deno.symlink("..1", `${folder}/..data`);
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/..1/${name}`, text);
    await Deno.symlink(`..data/${name}`, `${folder}/${name}`);
  }
}

/** An address of this machine that hardly another program has. */
function loopback(): string {
  const [a = 0, b = 0, c = 0] = crypto.getRandomValues(new Uint8Array(3));
  return `127.${1 + a % 250}.${b}.${1 + c % 250}`;
}

/** `--listen` of `--listen=127.0.0.1:0`. */
function nameOf(flag: string): string {
  return flag.split("=")[0] ?? flag;
}
