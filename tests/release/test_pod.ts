/**
 * A container of a Deployment as a process: the arguments and the environment are the Deployment's, the program is that of a
 * checkout, the network is a namespace of its own on a bridge.
 *
 * @module
 */
import { parse } from "yaml";
import { ip } from "../network/command.ts";
import type { Guest } from "../network/guest.ts";
import { inNetworkOf } from "../network/namespaces.ts";
import type { RealCluster } from "../real/mod.ts";

/** What is read of a container. */
export interface Container {
  readonly args: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } };
  }[];
}

/** What runs, and where. */
interface PodOptions {
  readonly name: string;
  readonly guest: Guest;
  readonly cluster: RealCluster;
  /** Folder of the program. */
  readonly checkout: string;
  readonly container: Container;
}

const NAMESPACE = "vm-dhcp";
const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
/** In the guest's own folder: the program's number there. */
const PID_FILE = "/run/pod.pid";
const DENO_DIR = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;

/** A pod that runs; disposing it kills it. */
export class TestPod implements AsyncDisposable {
  readonly #guest: Guest;
  readonly #child: Deno.ChildProcess;
  readonly name: string;
  readonly #logged: Promise<void>;
  #log = "";
  readonly #forwarder: Forwarder;

  private constructor(
    { name, guest }: Pick<PodOptions, "name" | "guest">,
    child: Deno.ChildProcess,
    forwarder: Forwarder,
  ) {
    this.name = name;
    this.#guest = guest;
    this.#child = child;
    this.#logged = this.#gather(child.stderr);
    this.#forwarder = forwarder;
  }

  /** What it has logged so far. */
  get log(): string {
    return this.#log;
  }

  async #gather(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of stream) this.#log += decoder.decode(bytes, { stream: true });
  }

  /** Starts it, and waits for nothing. */
  static async start(
    { name, guest, cluster, checkout, container }: PodOptions,
  ): Promise<TestPod> {
    const { port } = new URL(cluster.url);
    await giveAccount(guest, cluster);
    const forwarder = new Forwarder(guest, Number(port));
    const env = environmentOf(container, {
      fields: {
        "metadata.name": name,
        "metadata.namespace": NAMESPACE,
        "metadata.uid": crypto.randomUUID(),
        "status.podIP": "127.0.0.1",
        "status.hostIP": "127.0.0.1",
      },
      given: { KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: port },
    });
    const expand = (text: string) =>
      text.replaceAll(/\$\((\w+)\)/g, (whole, variable) => env[variable] ?? whole);
    const [program = "", ...args] = guest.command(
      ...["sh", "-c", `echo $$ > ${PID_FILE}; cd "$0" && exec "$@"`, checkout, Deno.execPath()],
      ...container.args.map(expand),
    );
    const child = new Deno.Command(program, {
      args,
      clearEnv: true,
      env: { ...env, DENO_DIR, HOME: "/tmp", DENO_NO_UPDATE_CHECK: "1", PATH: "/usr/bin:/bin" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    return new TestPod({ name, guest }, child, forwarder);
  }

  /** Asks it to end, as the kubelet does; answers its exit code. */
  async stop(): Promise<number> {
    await this.#signal("TERM");
    const { code } = await this.#child.status;
    await this.#logged;
    return code;
  }

  async #signal(name: "TERM" | "KILL"): Promise<void> {
    await this.#guest.run("sh", "-c", `kill -${name} $(cat ${PID_FILE})`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Where it has ended by itself there is nothing to kill.
    await this.#signal("KILL").catch(() => undefined);
    await this.#child.status;
    await this.#logged;
    await this.#forwarder[Symbol.asyncDispose]();
  }
}

/** Gives a guest an interface on a bridge, as Multus does. */
export async function plugInterface(guest: Guest, name: string, bridge: string): Promise<void> {
  const port = `m-${guest.name}`;
  await ip(`link add ${port} type veth peer name ${name} netns ${guest.processId}`);
  await ip(`link set ${port} master ${bridge} up`);
  await guest.run("ip", "link", "set", name, "up");
}

/** The environment of a container: values, and fields of its pod. */
function environmentOf(
  { env = [] }: Container,
  { fields, given }: {
    readonly fields: Readonly<Record<string, string>>;
    readonly given: Readonly<Record<string, string>>;
  },
): Record<string, string> {
  const found: Record<string, string> = { ...given };
  for (const { name, value, valueFrom } of env) {
    found[name] = value ?? fields[valueFrom?.fieldRef.fieldPath ?? ""] ?? "";
  }
  return found;
}

/** Puts the administrator's token where a pod has that of its ServiceAccount. */
async function giveAccount(guest: Guest, cluster: RealCluster): Promise<void> {
  const { clusters: [{ cluster: at }], users: [{ user }] } = parse(
    await Deno.readTextFile(cluster.kubeconfig),
  );
  const files = {
    token: user.token,
    "ca.crt": atob(at["certificate-authority-data"]),
    namespace: NAMESPACE,
  };
  await guest.run("mkdir", "-p", ACCOUNT);
  for (const [name, text] of Object.entries(files)) {
    await guest.run("sh", "-c", `printf %s "$1" > "${ACCOUNT}/$0"`, name, text);
  }
}

/** The API server's port in a guest. */
class Forwarder implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  readonly #open = new Set<Deno.TcpConn>();
  readonly #done: Promise<void>;

  constructor(guest: Guest, port: number) {
    this.#listener = inNetworkOf(
      guest.processId,
      () => Deno.listen({ hostname: "127.0.0.1", port }),
    );
    this.#done = this.#serve(port);
  }

  async #serve(port: number): Promise<void> {
    const pipes: Promise<unknown>[] = [];
    for await (const inside of this.#listener) {
      const outside = await Deno.connect({ hostname: "127.0.0.1", port });
      this.#open.add(inside).add(outside);
      for (const [from, to] of [[inside, outside], [outside, inside]] as const) {
        pipes.push(from.readable.pipeTo(to.writable).catch(() => undefined));
      }
    }
    await Promise.all(pipes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#open) {
      try {
        connection.close();
      } catch {
        // The pipe has closed it.
      }
    }
    await this.#done;
  }
}
