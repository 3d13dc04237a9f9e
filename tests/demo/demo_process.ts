/**
 * The demo as a process, and what it may leave behind.
 *
 * @module
 */
import { taskCommand } from "../../standalone/demo/task_command.ts";
import { until } from "../network/wait.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const MARK = "VM_DHCP_DEMO_TEST";

/** How the demo is started. */
interface DemoOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Makes another command of the demo's. */
  readonly wrap?: (command: readonly string[]) => readonly string[];
}

/** A demo that runs. It is killed when it is disposed. */
export class DemoProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #mark: string;
  readonly #read: Promise<void>;
  #output = "";

  private constructor(child: Deno.ChildProcess, mark: string) {
    this.#child = child;
    this.#mark = mark;
    this.#read = this.#gather(child.stdout);
  }

  /** Starts it. */
  static async start(
    { args = [], env = {}, wrap = (command) => command }: DemoOptions = {},
  ): Promise<DemoProcess> {
    const demo = await taskCommand(`${ROOT}/deno.json`, {
      task: "demo",
      deno: Deno.execPath(),
      root: ROOT,
    });
    const [program = "", ...rest] = wrap([...demo, ...args]);
    const mark = crypto.randomUUID();
    const child = new Deno.Command(program, {
      args: rest,
      env: { ...env, [MARK]: mark, NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    return new DemoProcess(child, mark);
  }

  /** Everything it told so far. */
  get output(): string {
    return this.#output;
  }

  /** Waits until it told something. */
  async tells(text: string, timeoutMs = 60_000): Promise<void> {
    await until(() => this.#output.includes(text), { what: `the demo tells ${text}`, timeoutMs });
  }

  /** Sends a signal to the process that was started. */
  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Waits for its end, and gives its exit code. */
  async ended(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#read;
    return code;
  }

  /** Waits until none of its processes is left. */
  async gone(): Promise<void> {
    await until(async () => (await this.#processes()).length === 0, {
      what: "no process of the demo is left",
      timeoutMs: 15_000,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of await this.#processes()) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    await this.ended();
  }

  /** Processes that bear its mark: it is handed down through the environment. */
  async #processes(): Promise<number[]> {
    // Deno keeps the environment of other processes to itself.
    const files = await sh(`grep -slzxF '${MARK}=${this.#mark}' /proc/[0-9]*/environ || :`);
    return [...files.matchAll(/\d+/g)].map(([pid]) => Number(pid));
  }

  async #gather(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of stream) this.#output += decoder.decode(bytes, { stream: true });
  }
}

/** What of this machine a demo could change: interfaces, named namespaces, mounts, files of DHCP clients. */
export async function traces(): Promise<Readonly<Record<string, string>>> {
  return {
    interfaces: await sh("ip -brief link | grep -E '^(br-default|br-tenant|port-)'"),
    namespaces: await sh("ls /run/netns | grep -E '^(test-vm|db|app|job-3)$'"),
    mounts: await sh("grep vm-dhcp-demo /proc/mounts"),
    run: await sh("ls /run | grep -E 'dhcpcd|dhclient|vm-dhcp'"),
    leases: await sh("ls /var/lib/dhcp /var/lib/dhcpcd"),
    resolver: await sh("cat /etc/resolv.conf"),
  };
}

async function sh(script: string): Promise<string> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script], stdin: "null" }).output();
  return new TextDecoder().decode(stdout);
}
