/**
 * A reader at a shell, whose kubectl talks to a standalone server that serves the network of README.md.
 *
 * @module
 */
import { MemoryHost } from "../../agent/testing/memory_host.ts";
import { MemoryPort } from "../../agent/testing/memory_port.ts";
import { silentLogger } from "../../runtime/testing/memory_logger.ts";
import { runStandalone } from "../../standalone/mod.ts";
import type { RunningStandalone } from "../../standalone/types.ts";
import { mustRun } from "../real/mod.ts";
import { blocksIn, ROOT } from "./blocks.ts";

/** What a reader has at hand. Deno is the one that runs this, and works in the real checkout; what commands print goes elsewhere. */
const PROGRAMS: Readonly<Record<string, string>> = {
  npx: 'shift 2; exec deno "$@"',
  // The plugin's verbs as a standalone server answers them; 1: something is not as it is to be, and that is an answer.
  "kubectl-vmdhcp":
    'case "$*" in *--help*) ;; *) set -- "$@" --server "$SERVER" ;; esac; deno task vmdhcp "$@" || [ $? = 1 ]',
  deno: `cd "${ROOT}"; exec "${Deno.execPath()}" "$@"`,
};

/** A block that serves, or waits for something, ends with 124 then. */
const TIMEOUT_S = "60";

/** Interfaces of the machine: the bridges of the pages' networks. */
const BRIDGES = ["br48", "br60"];

/** The shell and its server; disposing it ends both. */
export class Shell implements AsyncDisposable {
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #server: RunningStandalone;
  readonly #stop: AbortController;

  private constructor(
    { folder, env, server, stop }: {
      readonly folder: string;
      readonly env: Readonly<Record<string, string>>;
      readonly server: RunningStandalone;
      readonly stop: AbortController;
    },
  ) {
    this.#folder = folder;
    this.#env = env;
    this.#server = server;
    this.#stop = stop;
  }

  /** Address of the server's API. */
  get url(): string {
    return urlOf(this.#server);
  }

  /** Opens one; `kubectl` is the path of that program, `env` what the reader has exported. */
  static async open(
    { kubectl, env = {} }: {
      readonly kubectl: string;
      readonly env?: Readonly<Record<string, string>>;
    },
  ): Promise<Shell> {
    const folder = await Deno.makeTempDir({ prefix: "vm-dhcp-docs-" });
    const programs = `${folder}/bin`;
    for (const path of [programs, `${folder}/home/.kube`, `${folder}/checkout`]) {
      await Deno.mkdir(path, { recursive: true });
    }
    for (const [name, script] of Object.entries(PROGRAMS)) {
      await Deno.writeTextFile(`${programs}/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    await Deno.symlink(kubectl, `${programs}/kubectl`);
    for (const name of ["examples", "deploy"]) {
      await Deno.symlink(`${ROOT}/${name}`, `${folder}/checkout/${name}`);
    }
    const host = new MemoryHost();
    for (const name of BRIDGES) host.link(name);
    const stop = new AbortController();
    const server = await runStandalone({
      log: silentLogger,
      listen: { hostname: "127.0.0.1", port: 0 },
      hostname: "docs",
      host,
      openPort: (link) => new MemoryPort(link),
    }, stop.signal);
    const home = `${folder}/home`;
    await Deno.writeTextFile(`${home}/.kube/config`, kubeconfigOf(urlOf(server)));
    const shell = new Shell({
      folder,
      server,
      stop,
      env: {
        HOME: home,
        PATH: `${programs}:${Deno.env.get("PATH")}`,
        DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
        NO_COLOR: "1",
        SERVER: urlOf(server),
        ...env,
      },
    });
    try {
      for (const block of await manifestsOfReadme()) await shell.run(block);
      return shell;
    } catch (error) {
      await shell[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Runs a block, and gives what it printed. Throws with its errors where a command fails. */
  run(block: string): Promise<string> {
    const script = block.replaceAll("http://127.0.0.1:8001", this.url);
    return mustRun("timeout", [TIMEOUT_S, "/bin/bash", "-euo", "pipefail", "-c", script], {
      cwd: `${this.#folder}/checkout`,
      env: this.#env,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#server.done;
    await Deno.remove(this.#folder, { recursive: true });
  }
}

function urlOf({ url }: RunningStandalone): string {
  if (url === undefined) throw new Error("The server has no address");
  return url;
}

/** The network, the pool and the VM that the pages begin with. */
async function manifestsOfReadme(): Promise<readonly string[]> {
  const page = await Deno.readTextFile(`${ROOT}/README.md`);
  const blocks = blocksIn("README.md", page)
    .filter(({ language, text }) => language === "sh" && text.includes("kubectl apply -f - <<"));
  const wait = "kubectl wait --for=create vmnetcfg/web --timeout=20s\n" +
    "kubectl wait --for=condition=Allocated vmnetcfg/web --timeout=20s\n";
  return [...blocks.map(({ text }) => text), wait];
}

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "one", cluster: { server } }],
    users: [{ name: "one", user: {} }],
    contexts: [{ name: "one", context: { cluster: "one", user: "one" } }],
    "current-context": "one",
  });
}
