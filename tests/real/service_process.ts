/**
 * A program that runs beside a test and never outlives it.
 *
 * @module
 */

/** Ends the program when this process closes the pipe, or dies: then the pipe is closed by the kernel. */
const KEEPER = `
exec 3<&0
log=$1; shift
"$@" </dev/null >>"$log" 2>&1 3<&- &
child=$!
echo "$child"
exec >/dev/null
{ cat <&3; kill -KILL "$child" 2>/dev/null; } &
wait "$child"
`;

/** A running program. */
export class ServiceProcess implements AsyncDisposable {
  /** The program's process id. */
  readonly pid: number;
  readonly #name: string;
  readonly #log: string;
  readonly #keeper: Deno.ChildProcess;
  #ended = false;

  private constructor(
    name: string,
    parts: { readonly pid: number; readonly log: string; readonly keeper: Deno.ChildProcess },
  ) {
    this.#name = name;
    this.pid = parts.pid;
    this.#log = parts.log;
    this.#keeper = parts.keeper;
    void parts.keeper.status.then(() => this.#ended = true);
  }

  /** Starts a program; what it says goes to the file `log`. */
  static async start(
    name: string,
    options: { readonly command: readonly string[]; readonly log: string },
  ): Promise<ServiceProcess> {
    const keeper = new Deno.Command("sh", {
      args: ["-c", KEEPER, "sh", options.log, ...options.command],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const pid = Number(await firstLine(keeper.stdout));
    return new ServiceProcess(name, { pid, log: options.log, keeper });
  }

  /** Waits until `ready` says yes. Throws, with the end of the log, when the program ends before or takes too long. */
  async whenReady(ready: () => Promise<boolean>, timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!await ready()) {
      if (this.#ended) {
        throw new Error(`Cannot start ${this.#name}: it ended: ${await this.logEnd()}`);
      }
      if (performance.now() > deadline) {
        throw new Error(
          `Cannot start ${this.#name}: not ready after ${timeoutMs} ms: ${await this.logEnd()}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** The last lines of the log. */
  async logEnd(): Promise<string> {
    const text = await Deno.readTextFile(this.#log);
    return text.split("\n").slice(-20).join("\n");
  }

  /** Kills the program and waits until it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keeper.stdin.close().catch(() => {});
    await this.#keeper.status;
  }
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  return (await new Response(stream).text()).split("\n")[0] ?? "";
}
