/**
 * The agent's program as a process of its own, as users run it.
 *
 * @module
 */
import { until } from "./wait.ts";

const ROOT = new URL("../../", import.meta.url);

/** How to start an agent. */
export interface AgentProcessOptions {
  /** Address of an API server that asks for no credentials. */
  readonly server: string;
  /** Default: a free port. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A running agent; disposing it kills it. */
export class AgentProcess implements AsyncDisposable {
  readonly url: string;
  readonly #child: Deno.ChildProcess;
  readonly #folder: string;
  readonly #output: Promise<string>;

  /** Starts `deno task agent`, and waits for nothing. */
  static start({ server, flags = [], env = {} }: AgentProcessOptions): AgentProcess {
    const folder = Deno.makeTempDirSync();
    const kubeconfig = `${folder}/kubeconfig`;
    Deno.writeTextFileSync(kubeconfig, kubeconfigOf(server));
    const port = freePort();
    const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
    const [, ...args] = String(tasks.agent.command).split(" ");
    const child = new Deno.Command(Deno.execPath(), {
      args: [...args, `--kubeconfig=${kubeconfig}`, `--listen=127.0.0.1:${port}`, ...flags],
      cwd: ROOT,
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    return new AgentProcess(child, { url: `http://127.0.0.1:${port}`, folder });
  }

  private constructor(
    child: Deno.ChildProcess,
    { url, folder }: { readonly url: string; readonly folder: string },
  ) {
    this.#child = child;
    this.url = url;
    this.#folder = folder;
    this.#output = new Response(child.stderr).text();
  }

  /** The number of the process. */
  get processId(): number {
    return this.#child.pid;
  }

  /** Asks it over HTTP; `undefined` where it does not listen. */
  async get(path: string): Promise<{ readonly status: number; readonly text: string } | undefined> {
    try {
      const response = await fetch(this.url + path);
      return { status: response.status, text: await response.text() };
    } catch {
      return undefined;
    }
  }

  /** Waits until it is ready. */
  async whenReady(): Promise<void> {
    await until(async () => (await this.get("/readyz"))?.status === 200, {
      what: "the agent is ready",
    });
  }

  /** Asks it to end; answers its exit code and what it logged. */
  async stop(): Promise<{ readonly code: number; readonly log: string }> {
    this.#child.kill("SIGTERM");
    return { code: (await this.#child.status).code, log: await this.#output };
  }

  /** Ends it as a power cut would. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#child.status;
    await this.#output;
    await Deno.remove(this.#folder, { recursive: true });
  }
}

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    clusters: [{ name: "test", cluster: { server } }],
    users: [{ name: "test", user: {} }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test", namespace: "default" } }],
  });
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}
