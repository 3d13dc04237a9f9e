/**
 * vm-dhcp on a test node, as an administrator handles it.
 *
 * @module
 */
import { dirname } from "node:path";
import { buildImage } from "../../deploy/image/build_image.ts";
import { OWN_PLATFORM } from "../../deploy/image/platform.ts";
import { readStamp } from "../../deploy/image/stamp.ts";
import { DhcpClient } from "../clients/live/dhcp_client.ts";
import { dhclient } from "../clients/live/dhclient.ts";
import type { Guest } from "../network/guest.ts";
import { until } from "../network/wait.ts";
import { type CommandResult, mustRun, runCommand } from "../real/command.ts";
import { FOREIGN_CRDS } from "../real/crds.ts";
import { cacheFolder } from "../real/programs.ts";
import { ClusterNode, type NodeOptions } from "./node.ts";

const NAMESPACE = "vm-dhcp";
const IMAGE = "localhost/vm-dhcp";
const SOURCE = new URL("../../", import.meta.url).pathname;
/** The permissions of the task `deploy`. */
const DEPLOY = [
  "run",
  "--allow-net",
  "--allow-read",
  "--allow-env",
  "--allow-run",
  "deploy/main.ts",
];

/** A process of a pod. */
interface PodProcess {
  readonly pid: number;
  /** What `/proc` says of its cgroups. */
  readonly cgroup: string;
}

/** A node with the image, Multus' and KubeVirt's CRDs. */
export class Cluster implements AsyncDisposable {
  readonly node: ClusterNode;
  #image = `${IMAGE}:1`;

  private constructor(node: ClusterNode) {
    this.node = node;
  }

  /** Starts the node and builds the image meanwhile. */
  static async start(options: NodeOptions = {}): Promise<Cluster> {
    const say = (line: string) => print(line);
    const archive = await Deno.makeTempFile({ suffix: ".tar" });
    const building = buildImage({
      output: archive,
      tag: `${IMAGE}:1`,
      platforms: [OWN_PLATFORM],
      deno: Deno.execPath(),
      base: "host",
      source: SOURCE,
      stamp: await readStamp(SOURCE),
      downloads: { folder: cacheFolder() },
    });
    const [started, built] = await Promise.allSettled([
      ClusterNode.start(say, options),
      building,
    ]);
    if (started.status === "rejected") throw started.reason;
    const cluster = new Cluster(started.value);
    try {
      if (built.status === "rejected") throw built.reason;
      for (const { architecture, layerBytes } of built.value.images) {
        cluster.say(`Image: ${(layerBytes / 1e6).toFixed(1)} MB for ${architecture}`);
      }
      await cluster.node.importImage(archive);
      await cluster.node.kubectl(
        ["apply", "-f", "-"],
        JSON.stringify({
          apiVersion: "v1",
          kind: "List",
          items: FOREIGN_CRDS,
        }),
      );
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    } finally {
      await Deno.remove(archive);
    }
    return cluster;
  }

  /** Tells whoever watches the test. */
  say(line: string): void {
    print(line);
  }

  until(look: () => boolean | Promise<boolean>, what: string): Promise<true> {
    return until(async () => await look() || undefined, { what, timeoutMs: 90_000, everyMs: 100 })
      .catch(async (error) => {
        throw new Error(`${error.message}\n${await this.#evidence()}`, { cause: error });
      }) as Promise<true>;
  }

  /** `deno task deploy` with the present image. */
  async deploy(...args: readonly string[]): Promise<string> {
    const said = await mustRun(Deno.execPath(), [
      ...DEPLOY,
      `--kubeconfig=${this.node.kubeconfig}`,
      `--image=${this.#image}`,
      ...args,
    ], { cwd: SOURCE }).catch(async (error) => {
      throw new Error(`${error.message}\n${await this.#evidence()}`, { cause: error });
    });
    return said;
  }

  /** Gives the image another name and deploys it. */
  async rollImage(...args: readonly string[]): Promise<void> {
    const before = this.#image;
    this.#image = before === `${IMAGE}:1` ? `${IMAGE}:2` : `${IMAGE}:1`;
    await this.node.tagImage(before, this.#image);
    await this.deploy(...args);
  }

  /** Whether every agent runs the image that was deployed last. */
  async runsNewImage(): Promise<boolean> {
    const images = await this.#kubectl("get", "pods", "-l", AGENT_PODS, "-o", POD_IMAGES);
    return images !== "" && images.split(" ").every((image) => image === this.#image);
  }

  /** Gives the image another name, deploys it, and waits until every pod runs it. */
  async newImage(): Promise<void> {
    await this.rollImage("--wait");
    await this.until(() => this.runsNewImage(), "every agent runs the new image");
    await this.agentsReady(2);
  }

  /** Makes a network on the bridge of its name, and its pool. */
  async network(
    { name, cidr, serverIP }: {
      readonly name: string;
      readonly cidr: string;
      readonly serverIP: string;
    },
  ): Promise<void> {
    await this.apply([
      attachment(`default/${name}`, onBridge(name)),
      ipPool(`default/${name}`, { cidr, serverIP }),
    ]);
  }

  /** Asks for addresses for MAC addresses. */
  reserve(
    ...wanted: readonly {
      readonly name: string;
      readonly network: string;
      readonly mac: string;
    }[]
  ): Promise<void> {
    return this.apply(wanted.map(({ name, network, mac }) => ({
      apiVersion: "network.harvesterhci.io/v1alpha1",
      kind: "VirtualMachineNetworkConfig",
      metadata: { namespace: "default", name },
      spec: {
        vmName: name,
        networkConfig: [{ networkName: `default/${network}`, macAddress: mac }],
      },
    })));
  }

  /** The address that a VirtualMachineNetworkConfig shows. */
  addressOf(name: string): Promise<string> {
    const path = "jsonpath={.status.networkConfig[0].allocatedIPAddress}";
    return this.node.kubectl(["get", "vmnetcfg", name, "-o", path]);
  }

  /** Waits until an agent answers for a pool. */
  async poolServed(name: string, namespace = "default"): Promise<void> {
    const path = 'jsonpath={.status.conditions[?(@.type=="AgentReady")].status}';
    await this.until(
      async () =>
        await this.node.kubectl(["-n", namespace, "get", "ippool", name, "-o", path]) === "True",
      `IPPool ${name} is served`,
    );
  }

  /** Runs a client in a guest until it has an address, and compares that. */
  async bound(guest: Guest, address: string): Promise<void> {
    await using _client = await DhcpClient.start(dhclient, guest);
    await this.until(
      async () => (await guest.addresses()).some((found) => found.startsWith(`${address}/`)),
      `${guest.name} has ${address}`,
    );
  }

  /** Pauses a pool. */
  async pause(name: string): Promise<void> {
    const patch = JSON.stringify({ spec: { paused: true } });
    await this.node.kubectl(["patch", "ippool", name, "--type=merge", "-p", patch]);
    await this.until(
      async () => !(await this.#servedPools()).includes(`default/${name}`),
      "it is paused",
    );
  }

  /** Deletes a pool. */
  async removePool(name: string): Promise<void> {
    await this.node.kubectl(["delete", "ippool", name, "--timeout=30s"]);
  }

  /** `reason: message` of a pool's condition, `namespace/name`. */
  async condition(pool: string, type: string): Promise<string> {
    const [namespace = "", name = ""] = pool.split("/");
    const at = `.status.conditions[?(@.type=="${type}")]`;
    const path = `jsonpath={${at}.reason}: {${at}.message}`;
    return await this.node.kubectl(["-n", namespace, "get", "ippool", name, "-o", path]);
  }

  /** Names of the pods of the agents that serve what has no cluster network and is not apart. */
  async agentPods(): Promise<readonly string[]> {
    const label = "network.harvesterhci.io/agent-deployment=vm-dhcp-agent";
    return (await this.#kubectl("get", "pods", "-l", label, "-o", "name")).trim().split("\n");
  }

  /** Name of the pod that answers. */
  leader(): Promise<string> {
    return this.#kubectl("get", "lease", "vm-dhcp-agent", "-o", "jsonpath={.spec.holderIdentity}");
  }

  /** Replicas that a Deployment is to have, once the controller has had its say. */
  async replicas(deployment: string): Promise<number> {
    const path = "jsonpath={.spec.replicas}";
    const read = async () =>
      Number(await this.#kubectl("get", "deployment", deployment, "-o", path));
    await this.until(async () => await read() === 0, `${deployment} has no pods`);
    return await read();
  }

  /** Waits until this many agents, of the newest revision only, are ready. */
  async agentsReady(count: number): Promise<void> {
    const path = "jsonpath={.status.updatedReplicas} {.status.readyReplicas} {.status.replicas} " +
      "{.status.observedGeneration} {.metadata.generation}";
    await this.until(async () => {
      const [updated, ready, all, seen, wanted] = (await this.#kubectl(
        ...["get", "deployment", "vm-dhcp-agent", "-o", path],
      )).split(" ").map(Number);
      if (updated !== count || ready !== count || all !== count || seen !== wanted) return false;
      const pods = await this.#kubectl("get", "pods", "-l", AGENT_PODS, "-o", "name");
      return pods.trim().split("\n").length === count;
    }, `${count} agents are ready`);
  }

  /** Sends the agent's process in a pod a signal: SIGKILL ends it, SIGSTOP freezes it as a dying node does. */
  async signalAgent(pod: string, signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): Promise<void> {
    const uid = await this.#kubectl("get", "pod", pod, "-o", "jsonpath={.metadata.uid}");
    const processes = (await this.processes("agent")).filter(({ cgroup }) => cgroup.includes(uid));
    if (processes.length === 0) throw new Error(`Signal the agent of ${pod}: it has no process`);
    for (const { pid } of processes) Deno.kill(pid, signal);
  }

  /** Ends all agents' processes with SIGKILL. */
  async killAgents(): Promise<void> {
    for (const { pid } of await this.processes("agent")) Deno.kill(pid, "SIGKILL");
  }

  /** Deletes a pod, as a drain does. */
  async deletePod(pod: string): Promise<void> {
    await this.#kubectl("delete", "pod", pod, "--wait=true", "--timeout=60s");
  }

  /** Waits until the API server answers. */
  async apiReady(): Promise<void> {
    await this.until(async () => {
      const { code } = await this.node.run(this.node.programs.paths["kubectl"] ?? "kubectl", [
        `--kubeconfig=${this.node.kubeconfig}`,
        "get",
        "--raw=/readyz",
      ]);
      return code === 0;
    }, "the API server answers");
  }

  /** `kubectl vmdhcp`, as the administrator. */
  vmdhcp(...args: readonly string[]): Promise<CommandResult> {
    const kubectl = this.node.programs.paths["kubectl"] ?? "kubectl";
    const folders = [`${SOURCE}deploy/plugin`, dirname(kubectl), Deno.env.get("PATH") ?? ""];
    return this.node.run("env", [
      `PATH=${folders.join(":")}`,
      `KUBECONFIG=${this.node.kubeconfig}`,
      kubectl,
      "vmdhcp",
      ...args,
    ]);
  }

  /** Waits until nothing of the deployment is left. */
  async gone(): Promise<void> {
    await this.until(async () => {
      const { code } = await runCommand(this.node.programs.paths["kubectl"] ?? "kubectl", [
        `--kubeconfig=${this.node.kubeconfig}`,
        "get",
        "namespace",
        NAMESPACE,
      ]);
      return code !== 0;
    }, "the namespace is gone");
  }

  /** The node's processes of a program; the cgroup tells the pod, by its UID. */
  async processes(program: "agent" | "controller" | "webhook"): Promise<readonly PodProcess[]> {
    const { stdout } = await runCommand("pgrep", ["--full", `${program}/main.ts`]);
    const found: PodProcess[] = [];
    for (const pid of stdout.split("\n").filter((line) => line !== "")) {
      const { stdout: cgroup } = await runCommand("cat", [`/proc/${pid}/cgroup`]);
      if (cgroup.includes(this.node.cgroup)) found.push({ pid: Number(pid), cgroup });
    }
    return found;
  }

  async #servedPools(): Promise<string> {
    return await this.#kubectl("get", "deployment", "vm-dhcp-agent", "-o", "json");
  }

  /** `kubectl apply`. */
  async apply(items: readonly object[]): Promise<void> {
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    await this.node.kubectl(["apply", "-f", "-"], list);
  }

  #kubectl(...args: readonly string[]): Promise<string> {
    return this.node.kubectl(["-n", NAMESPACE, ...args]);
  }

  /** What explains a failure: pods, pools, the last lines of every log. */
  async #evidence(): Promise<string> {
    const texts = [
      ["get", "pods", "-o", "wide"],
      ["get", "ippools,vmnetcfgs", "-A"],
      ["get", "events", "--sort-by=.lastTimestamp"],
      ...["vm-dhcp-controller", "vm-dhcp-webhook", "vm-dhcp-agent"].map((name) => [
        ...["logs", "-l", `app.kubernetes.io/name=${name}`, "--tail=15", "--prefix"],
      ]),
    ].map((args) => this.#kubectl(...args).catch((error) => String(error)));
    return (await Promise.all(texts)).join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.node[Symbol.asyncDispose]();
  }
}

/** A configuration of the bridge plugin: `br-NAME`. */
export function onBridge(name: string): object {
  return {
    cniVersion: "0.3.1",
    name,
    type: "bridge",
    bridge: `br-${name}`,
    promiscMode: true,
    ipam: {},
  };
}

/** The NetworkAttachmentDefinition `namespace/name`; without a configuration where that is undefined. */
export function attachment(
  key: string,
  config: object | undefined,
  annotations: Readonly<Record<string, string>> = {},
): object {
  const [namespace, name] = key.split("/");
  return {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { namespace, name, annotations },
    spec: config === undefined ? {} : { config: JSON.stringify(config) },
  };
}

/** The IPPool `namespace/name` of the network of the same name. */
export function ipPool(
  key: string,
  { cidr, serverIP }: { readonly cidr: string; readonly serverIP: string },
): object {
  const [namespace, name] = key.split("/");
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { namespace, name },
    spec: { networkName: key, ipv4Config: { cidr, serverIP, leaseTime: 300 } },
  };
}

const AGENT_PODS = "app.kubernetes.io/name=vm-dhcp-agent";
const POD_IMAGES = "jsonpath={.items[*].spec.containers[0].image}";

function print(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`  ${line}\n`));
}
