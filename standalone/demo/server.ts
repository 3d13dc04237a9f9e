/**
 * The standalone server as a process of its own, run as its task runs it.
 *
 * @module
 */
import { createFetchClient, createKubeClient, type KubeClient } from "../../kube/mod.ts";
import { Background, type CommandLine } from "./process.ts";
import { until } from "./until.ts";

/** How to run the server. */
export interface ServerOptions {
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

/** `meta.k8s.io/v1` Table, as far as it is shown. */
export interface Table {
  readonly columnDefinitions: readonly { readonly name: string; readonly priority?: number }[];
  readonly rows: readonly {
    readonly cells: readonly unknown[];
    readonly object?: { readonly metadata?: { readonly namespace?: string } };
  }[];
}

/** The lines of a table, with the objects' namespaces, as `kubectl get -A` prints them. */
export function formatTable(table: Table, wide: boolean): string[] {
  if (!table.columnDefinitions) return ["XXX"];
  const shown = table.columnDefinitions.flatMap(({ name, priority = 0 }, index) =>
    priority === 0 || wide ? [{ name: name.toUpperCase(), index }] : []
  );
  const lines = [
    ["NAMESPACE", ...shown.map(({ name }) => name)],
    ...table.rows.map(({ cells, object }) => [
      object?.metadata?.namespace ?? "",
      ...shown.map(({ index }) => textOf(cells[index])),
    ]),
  ];
  const widths =
    lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines.map((line) =>
    line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("   ").trimEnd()
  );
}

function textOf(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  return typeof cell === "string" ? cell : JSON.stringify(cell);
}
