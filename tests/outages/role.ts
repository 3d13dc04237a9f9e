/**
 * The programs as processes beside an API server that has bad days.
 *
 * @module
 */
import { taskCommand } from "../../standalone/demo/task_command.ts";
import { ServiceProcess } from "../real/mod.ts";

const ROOT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");

/** On a busy machine a program may need so long to be loaded. */
const START_MS = 60_000;

/** How to start a role, and how to ask it. */
interface RoleOptions {
  readonly task: "controller" | "agent" | "webhook";
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** File for what it logs. */
  readonly log: string;
  /** Asks its HTTP server; `body`: by a POST. */
  ask(path: string, body?: unknown): Promise<Answer>;
}

/** An answer over HTTP. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** What `/readyz` said, and when (seconds after the fault). */
interface Said {
  readonly atSeconds: number;
  readonly reasons: readonly string[];
}

/** A running program; disposing it kills it. */
export class Role implements AsyncDisposable {
  readonly name: RoleOptions["task"];
  readonly #options: RoleOptions;
  readonly #process: ServiceProcess;

  private constructor(options: RoleOptions, process: ServiceProcess) {
    this.name = options.task;
    this.#options = options;
    this.#process = process;
  }

  /** Starts it, and waits until it is ready. */
  static async start(options: RoleOptions): Promise<Role> {
    const { task, args, env = {}, log } = options;
    const command = await taskCommand(`${ROOT}/deno.json`, {
      task,
      deno: Deno.execPath(),
      root: ROOT,
    });
    const settings = Object.entries({ NO_COLOR: "1", ...env }).map(([key, value]) =>
      `${key}=${value}`
    );
    const process = await ServiceProcess.start(task, {
      command: ["env", ...settings, ...command, ...args],
      log,
    });
    const role = new Role(options, process);
    let reasons: readonly string[] = [];
    const isReady = async () => (reasons = await role.reasons()).length === 0;
    await process.whenReady(isReady, START_MS).catch((cause) => {
      throw new Error(`Cannot start ${task}: ${reasons.join("; ")}`, { cause });
    });
    return role;
  }

  /** Asks it over HTTP. */
  ask(path: string, body?: unknown): Promise<Answer> {
    return this.#options.ask(path, body);
  }

  /** Why it is not ready; that it does not answer is a reason, too. */
  async reasons(): Promise<readonly string[]> {
    try {
      return (JSON.parse((await this.ask("/readyz")).text) as { reasons: string[] }).reasons;
    } catch (error) {
      return [`no answer: ${error}`];
    }
  }

  /** Whether a liveness probe would leave it alone. */
  async isAlive(): Promise<boolean> {
    return (await this.ask("/healthz").catch(() => undefined))?.status === 200;
  }

  /** The last lines that it logged. */
  logEnd(): Promise<string> {
    return this.#process.logEnd();
  }

  /** Notes the first reason that it gives from now on, until the signal aborts. */
  async listen(signal: AbortSignal): Promise<Said | undefined> {
    const begun = performance.now();
    while (!signal.aborted) {
      const reasons = await this.reasons();
      if (reasons.length > 0) return { atSeconds: (performance.now() - begun) / 1000, reasons };
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}
