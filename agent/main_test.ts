import assert from "node:assert/strict";

const ROOT = new URL("..", import.meta.url);
/** Nobody listens there: the API server is away. */
const KUBECONFIG = JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  "current-context": "test",
  clusters: [{ name: "test", cluster: { server: "http://127.0.0.1:9" } }],
  users: [{ name: "test", user: {} }],
  contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
});
/** No machine has this interface, so nothing of the test's is touched. */
const GOOD = { interfaceName: "no-such-link", ipPoolRef: "default/net-48" };
const BAD = { interfaceName: "net 2", ipPoolRef: "default/net-49" };
const BAD_LINE =
  'AGENT_NETWORK_CONFIGS[0].interfaceName: must not have a slash, a colon or a space: "net 2"';

interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly problem?: string;
  readonly error?: string;
}

/** The program as a pod runs it; disposing it kills it. */
class AgentProgram implements AsyncDisposable {
  readonly #folder = Deno.makeTempDirSync();
  readonly #url: string;
  readonly #child: Deno.ChildProcess;
  readonly #out: Promise<string>;
  readonly #log: Promise<string>;

  constructor(args: readonly string[], networks: readonly unknown[] = []) {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    this.#url = `http://127.0.0.1:${port}`;
    const kubeconfig = `${this.#folder}/kubeconfig`;
    Deno.writeTextFileSync(kubeconfig, KUBECONFIG);
    const places = [`--kubeconfig=${kubeconfig}`, `--listen=127.0.0.1:${port}`];
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--allow-all", "agent/main.ts", ...places, ...args],
      cwd: ROOT,
      env: { AGENT_NETWORK_CONFIGS: JSON.stringify(networks) },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#out = new Response(this.#child.stdout).text();
    this.#log = new Response(this.#child.stderr).text();
  }

  /** What it answers over HTTP, as soon as it serves. Rejects where it ended before. */
  async get(path: string): Promise<{ readonly status: number; readonly text: string }> {
    let ended = false;
    this.#child.status.then(() => ended = true);
    while (!ended) {
      try {
        const response = await fetch(this.#url + path);
        return { status: response.status, text: await response.text() };
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    throw new Error(`The program ended before it served: ${await this.#log}`);
  }

  end(): void {
    this.#child.kill("SIGTERM");
  }

  /** Waits until it has ended by itself. */
  async ended() {
    const { code } = await this.#child.status;
    const log = await this.#log;
    const lines = () => log.split("\n").filter(Boolean).map((line): LogLine => JSON.parse(line));
    return { code, out: await this.#out, log, lines };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.ended();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

Deno.test("the agent's program tells its flags and environment by --help, and ends well", async () => {
  await using program = new AgentProgram(["--help"]);
  const { code, out, log } = await program.ended();
  assert.deepEqual([code, log], [0, ""]);
  for (const word of ["deno task agent", "--state-dir", "AGENT_NETWORK_CONFIGS", "POD_NAME"]) {
    assert.ok(out.includes(word), word);
  }
});

Deno.test("the agent's program ends with 2 and every problem where it cannot use its flags", async () => {
  await using program = new AgentProgram(["--listn=1", "--nic="]);
  const { code, out, log } = await program.ended();
  assert.deepEqual([code, out], [2, ""]);
  assert.match(log, /--listn.*\n.*--nic/);
});

Deno.test("the agent's program ends with 1 where none of its networks can be used, and names each", async () => {
  await using program = new AgentProgram([], [BAD]);
  const { code, lines } = await program.ended();
  assert.equal(code, 1);
  assert.deepEqual(
    lines().map((
      { level, message, problem, error },
    ) => [level, message, problem ?? error]),
    [
      ["INFO", "The agent starts", undefined],
      ["ERROR", "Cannot use a network", BAD_LINE],
      ["ERROR", "The agent ends", "Cannot serve any of the networks"],
    ],
  );
});

Deno.test("the agent's program ends with 1 where its kubeconfig has no such context, and names it", async () => {
  await using program = new AgentProgram(["--kubecontext=elsewhere"], [GOOD]);
  const { code, lines } = await program.ended();
  assert.equal(code, 1);
  assert.match(lines().at(-1)?.error ?? "", /elsewhere/);
});

const WAYS = [
  { how: "without an election", flags: ["--no-leader-election"], leading: 1 },
  { how: "in a dry run", flags: ["--dry-run"], leading: 1 },
  { how: "with an election whose Lease it cannot reach", flags: [], leading: 0 },
];
for (const { how, flags, leading } of WAYS) {
  Deno.test(`the agent's program ${how} names a bad entry, goes on with the good one, and ends with 0`, async () => {
    await using program = new AgentProgram(flags, [BAD, GOOD]);
    const { status, text } = await program.get("/readyz");
    assert.equal(status, 503);
    assert.deepEqual(JSON.parse(text).reasons, [
      "default/net-48: InterfaceMissing: Interface no-such-link does not exist",
    ]);
    const metrics = (await program.get("/metrics")).text;
    assert.match(metrics, new RegExp(`^vmdhcpagent_leading ${leading}$`, "m"));
    assert.match(metrics, /^process_resident_memory_bytes \d/m);
    assert.equal((await program.get("/leases")).status, 404);
    program.end();
    const { code, lines } = await program.ended();
    assert.equal(code, 0);
    assert.deepEqual(lines().flatMap(({ problem }) => problem ?? []), [BAD_LINE]);
  });
}
