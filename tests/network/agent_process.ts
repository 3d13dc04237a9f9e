/**
 * The agent's program as a process of its own, as users run it.
 *
 * @module
 */
import { agentDeployment } from "../../deploy/objects/agent.ts";
import { DEFAULT_SETTINGS } from "../../deploy/settings.ts";
import { until } from "./wait.ts";

const ROOT = new URL("../../", import.meta.url);

/** How to start an agent. */
export interface AgentProcessOptions {
  /** Address of an API server that asks for no credentials. */
  readonly server: string;
  /** Default: a free port. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where it is asked over HTTP. Default: a free port of the loopback interface, on which it is told to listen. */
  readonly url?: string;
  /** With the capabilities and what Deno allows that its Deployment gives it, and no more. */
  readonly confined?: boolean;
}

interface Container {
  readonly args: readonly string[];
  readonly securityContext: {
    readonly allowPrivilegeEscalation: boolean;
    readonly capabilities: { readonly add: readonly string[] };
  };
}

/** A running agent; disposing it kills it. */
export class AgentProcess implements AsyncDisposable {
  readonly url: string;
  readonly #child: Deno.ChildProcess;
  readonly #folder: string;
  readonly #output: Promise<string>;

  /** Starts `deno task agent`, and waits for nothing. */
  static start(
    { server, flags = [], env = {}, url, confined = false }: AgentProcessOptions,
  ): AgentProcess {
    const folder = Deno.makeTempDirSync();
    const kubeconfig = `${folder}/kubeconfig`;
    Deno.writeTextFileSync(kubeconfig, kubeconfigOf(server));
    const own = `127.0.0.1:${freePort()}`;
    const command = confined ? confinedCommand({ folder, server, listen: own }) : taskCommand();
    const [program = "", ...args] = command;
    const child = new Deno.Command(program, {
      args: [
        ...args,
        `--kubeconfig=${kubeconfig}`,
        ...(url === undefined ? [`--listen=${own}`] : []),
        ...flags,
      ],
      cwd: ROOT,
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    return new AgentProcess(child, { url: url ?? `http://${own}`, folder });
  }

  private constructor(
    child: Deno.ChildProcess,
    { url, folder }: { readonly url: string; readonly folder: string },
  ) {
    this.#child = child;
    this.url = url;
    this.#folder = folder;
    this.#output = new Response(child.stderr).text();
  }

  /** The number of the process. */
  get processId(): number {
    return this.#child.pid;
  }

  /** Asks it over HTTP; `undefined` where it does not listen. */
  async get(path: string): Promise<{ readonly status: number; readonly text: string } | undefined> {
    try {
      const response = await fetch(this.url + path);
      return { status: response.status, text: await response.text() };
    } catch {
      return undefined;
    }
  }

  /** Waits until it is ready. */
  async whenReady(timeoutMs = 10_000): Promise<void> {
    await until(async () => (await this.get("/readyz"))?.status === 200, {
      what: "the agent is ready",
      timeoutMs,
    });
  }

  /** Asks it to end; answers its exit code and what it logged. */
  async stop(): Promise<{ readonly code: number; readonly log: string }> {
    this.#child.kill("SIGTERM");
    return { code: (await this.#child.status).code, log: await this.#output };
  }

  /** Ends it as a power cut would. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#child.status;
    await this.#output;
    await Deno.remove(this.#folder, { recursive: true });
  }
}

function taskCommand(): readonly string[] {
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  const [, ...args] = String(tasks.agent.command).split(" ");
  return [Deno.execPath(), ...args];
}

/** The Deployment's command, with this machine's addresses and folders in the place of the pod's. */
function confinedCommand(
  { folder, server, listen }: {
    readonly folder: string;
    readonly server: string;
    readonly listen: string;
  },
): readonly string[] {
  const { args, securityContext } = container();
  const { capabilities: { add }, allowPrivilegeEscalation } = securityContext;
  const own = (arg: string): string =>
    arg.replace("$(KUBERNETES_SERVICE_HOST):$(KUBERNETES_SERVICE_PORT)", new URL(server).host)
      .replace("$(POD_IP):8080", listen)
      .replaceAll("/var/lib/vm-dhcp", `${folder}/state`)
      .replace("/var/run/secrets/kubernetes.io/serviceaccount", folder)
      // The YAML library, which a pod does not need, asks for two more.
      .replace("--allow-env=", "--allow-env=LOG_TOKENS,LOG_STREAM,");
  const capabilities = add.map((name) => `+${name.toLowerCase()}`).join();
  return [
    "/usr/bin/setpriv",
    ...(allowPrivilegeEscalation ? [] : ["--no-new-privs"]),
    `--bounding-set=-all,${capabilities}`,
    "--inh-caps=-all",
    // One more step: the program begins with nothing but these capabilities, as in a container.
    "/usr/bin/env",
    Deno.execPath(),
    ...args.filter((arg) => !arg.startsWith("--listen=")).map(own),
  ];
}

function container(): Container {
  const { spec } = agentDeployment(DEFAULT_SETTINGS) as {
    readonly spec: {
      readonly template: { readonly spec: { readonly containers: readonly [Container] } };
    };
  };
  return spec.template.spec.containers[0];
}

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    clusters: [{ name: "test", cluster: { server } }],
    users: [{ name: "test", user: {} }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test", namespace: "default" } }],
  });
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}
