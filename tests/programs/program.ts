/**
 * A program of `deno.json`'s tasks as a process of its own, with the permissions of its task.
 *
 * @module
 */

const ROOT = new URL("../../", import.meta.url);
/** Nobody listens there: the API server is away. */
const KUBECONFIG = JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  "current-context": "test",
  clusters: [{ name: "test", cluster: { server: "http://127.0.0.1:9" } }],
  users: [{ name: "test", user: {} }],
  contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
});

/** A program that runs or has run; disposing it kills it. */
export interface RunningProgram extends AsyncDisposable {
  /** The text of a page that it serves, as soon as it does. Rejects where it ended before. */
  page(path: string): Promise<string>;
  /** The first line of its log. */
  firstLine(): Promise<string>;
  /** Waits until it has ended by itself. */
  ended(): Promise<{ readonly code: number; readonly out: string; readonly log: string }>;
}

/** Starts a task. Of its API server it knows an address at which nobody listens. */
export function startProgram(
  task: string,
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>> } = {},
): RunningProgram {
  const folder = Deno.makeTempDirSync({ prefix: "vm-dhcp-program-" });
  const port = freePort();
  Deno.writeTextFileSync(`${folder}/kubeconfig`, KUBECONFIG);
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  const [, ...command] = String(tasks[task].command).split(" ");
  const listen = ["controller", "agent", "standalone"].includes(task)
    ? [`--listen=127.0.0.1:${port}`]
    : [];
  const child = new Deno.Command(Deno.execPath(), {
    args: [...command, ...listen, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", KUBECONFIG: `${folder}/kubeconfig`, ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const out = new Response(child.stdout).text();
  const { promise: line, resolve: onLine } = Promise.withResolvers<string>();
  const log = gather(child.stderr, onLine);
  const ended = async () => ({
    code: (await child.status).code,
    out: await out,
    log: await log,
  });
  return {
    firstLine: () => line,
    ended,
    page: async (path) => {
      let isOver = false;
      child.status.then(() => isOver = true);
      while (!isOver) {
        try {
          return await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
      throw new Error(`The program ended before it served: ${await log}`);
    },
    [Symbol.asyncDispose]: async () => {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
      await ended();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** All that a stream carries; the first line as soon as it is there. */
async function gather(
  stream: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of stream) {
    text += decoder.decode(bytes, { stream: true });
    if (text.includes("\n")) onLine(text.slice(0, text.indexOf("\n")));
  }
  onLine(text);
  return text;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}
