/**
 * The standalone server as a process of its own, run as its task runs it.
 *
 * @module
 */
import { createFetchClient, createKubeClient, type KubeClient } from "../../kube/mod.ts";
import { Background, type CommandLine } from "./process.ts";
import { formatTable, type Table } from "./table.ts";
import { until } from "./until.ts";

/** How to run the server. */
interface ServerOptions {
  /** The command of the task, without what follows. */
  readonly command: CommandLine;
  readonly manifests: string;
  readonly state: string;
  /** File for its log. */
  readonly log: string;
  readonly signal: AbortSignal;
}

/** Where it listens; the demo has its loopback interface to itself. */
export const SERVER_URL = "http://127.0.0.1:8001";

/** The server's process, which may die and be started again. */
export class Server {
  readonly #options: ServerOptions;
  #process: Background | undefined;
  readonly client: KubeClient = createKubeClient(createFetchClient({ server: SERVER_URL }));

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  /** Process id in the demo's namespace. */
  get pid(): number | undefined {
    return this.#process?.running === true ? this.#process.pid : undefined;
  }

  /** Starts it and waits until `/readyz` says 200; gives the seconds that took. */
  async start(): Promise<number> {
    const { command, manifests, state, log, signal } = this.#options;
    const begin = performance.now();
    const started = new Background([...command, "--manifests", manifests, "--state", state], {
      log,
    });
    this.#process = started;
    await until(async () => {
      if (!started.running) return "died";
      const answer = await fetch(`${SERVER_URL}/readyz`, { signal });
      await answer.body?.cancel();
      return answer.ok ? "ready" : undefined;
    }, { what: "the server is ready", signal, timeoutMs: 30_000 });
    if (!started.running) throw new Error("Cannot start the server: it ended at once");
    return (performance.now() - begin) / 1000;
  }

  /** `kill -9`. */
  async crash(): Promise<void> {
    await this.#process?.end("SIGKILL");
  }

  /** Asks it to stop, and waits. */
  async stop(): Promise<void> {
    await this.#process?.end("SIGTERM");
  }

  /** A list as `kubectl get RESOURCE -A` shows it; `wide` as with `-o wide`. */
  async table(path: string, options: { readonly wide?: boolean } = {}): Promise<string[]> {
    const answer = await fetch(`${SERVER_URL}${path}`, {
      headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" },
      signal: this.#options.signal,
    });
    return formatTable(await answer.json() as Table, options.wide === true);
  }
}
