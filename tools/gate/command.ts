/**
 * Runs this Deno as a child.
 *
 * @module
 */

/** How a command ended. */
interface CommandResult {
  readonly succeeded: boolean;
  /** Everything it wrote, both streams in the order of arrival. */
  readonly output: string;
}

/** How a command is to run. */
interface CommandOptions {
  readonly args: readonly string[];
  /** Takes the output while it comes. */
  readonly show?: (text: string) => void;
  readonly cwd?: string;
  /** After this long the command is killed and has failed. */
  readonly timeoutMs: number;
  /** Take only what processor time others leave. */
  readonly givesWay?: boolean;
}

/** Runs `deno` with arguments, without colours. */
export async function runDeno(options: CommandOptions): Promise<CommandResult> {
  const [program = "", ...args] = [
    ...(options.givesWay === true ? ["nice", "--adjustment=19"] : []),
    Deno.execPath(),
    ...options.args,
  ];
  const child = new Deno.Command(program, {
    args,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    child.kill("SIGKILL");
  }, options.timeoutMs);
  const chunks: string[] = [];
  try {
    const [status] = await Promise.all([
      child.status,
      gather(child.stdout, chunks, options.show),
      gather(child.stderr, chunks, options.show),
    ]);
    if (expired) {
      chunks.push(`\nKilled after ${options.timeoutMs / 1000} s: deno ${options.args.join(" ")}\n`);
    }
    return { succeeded: status.success && !expired, output: chunks.join("") };
  } finally {
    clearTimeout(timer);
  }
}

async function gather(
  stream: ReadableStream<Uint8Array>,
  into: string[],
  show: CommandOptions["show"],
): Promise<void> {
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    const text = decoder.decode(bytes, { stream: true });
    into.push(text);
    show?.(text);
  }
}

/** Writes to standard output. */
export function print(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) {
    written += Deno.stdout.writeSync(bytes.subarray(written));
  }
}
