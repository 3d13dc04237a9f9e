/**
 * The controller's program as a process of its own, as users run it.
 *
 * @module
 */
import { systemClock } from "../../runtime/clock.ts";

/** What is measured of a process. */
interface ProcessUsage {
  /** Processor time since its start, seconds. */
  readonly cpuSeconds: number;
  /** Greatest resident memory so far, megabytes (10^6). */
  readonly peakMb: number;
  /** Resident memory now, megabytes. */
  readonly residentMb: number;
}

const ROOT = new URL("../../", import.meta.url);
const TICKS_PER_SECOND = 100;
const READY_MS = 120_000;

/** A running controller; disposing it kills it. */
export class ControllerProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly url: string;

  private constructor(child: Deno.ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** Starts `deno task controller` with these flags, and waits until it is ready. */
  static async start(
    kubeconfig: string,
    flags: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<ControllerProcess> {
    const started = ControllerProcess.spawn(kubeconfig, flags, env);
    const deadline = performance.now() + READY_MS;
    while (!await started.#isReady()) {
      if (performance.now() > deadline) {
        throw new Error("Cannot start the controller: not ready after 120 s");
      }
      await systemClock.sleep(20);
    }
    return started;
  }

  /** Starts it, and waits for nothing. */
  static spawn(
    kubeconfig: string,
    flags: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): ControllerProcess {
    const port = freePort();
    const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
    const [, ...args] = String(tasks.controller.command).split(" ");
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...args,
        `--kubeconfig=${kubeconfig}`,
        `--listen=127.0.0.1:${port}`,
        "--no-leader-election",
        ...flags,
      ],
      cwd: ROOT,
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    return new ControllerProcess(child, `http://127.0.0.1:${port}`);
  }

  /** Its metrics: name with labels -> value. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    const answer = await fetch(`${this.url}/metrics`);
    return parseMetrics(await answer.text());
  }

  /** What it has used so far, from /proc, which Deno itself may not read without every permission. */
  async usage(): Promise<ProcessUsage> {
    const folder = `/proc/${this.#child.pid}`;
    const cat = new Deno.Command("cat", { args: [`${folder}/stat`, `${folder}/status`] });
    const text = new TextDecoder().decode((await cat.output()).stdout);
    // The second field is the name in parentheses, which may hold anything.
    const fields = text.slice(text.indexOf(") ") + 2).split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    const mb = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1]) * 1.024 / 1000;
    return {
      cpuSeconds: ticks / TICKS_PER_SECOND,
      peakMb: mb("VmHWM"),
      residentMb: mb("VmRSS"),
    };
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #isReady(): Promise<boolean> {
    try {
      const answer = await fetch(`${this.url}/readyz`);
      await answer.body?.cancel();
      return answer.ok;
    } catch {
      return false;
    }
  }
}

/** Reads the Prometheus text format: name with labels -> value. */
export function parseMetrics(text: string): ReadonlyMap<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => {
    const space = line.lastIndexOf(" ");
    return [line.slice(0, space), Number(line.slice(space + 1))];
  }));
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}
