/**
 * vm-dhcp on a real node, with networks and clients that ask all the time.
 *
 * @module
 */
import { parseIPv4 } from "../../core/net/mod.ts";
import {
  createKubeClient,
  type FetchClient,
  IPPOOLS,
  type KubeClient,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { connect } from "../../kube/connect/connect.ts";
import { Cluster } from "../cluster/cluster.ts";
import type { Guest } from "../network/guest.ts";
import { Lab } from "../network/lab.ts";
import { enterNetworkOf } from "../network/namespaces.ts";
import { mustRun } from "../real/command.ts";
import { problemsOf } from "./health.ts";
import { Traffic } from "./traffic.ts";

/** The networks, and how many clients each has beside its metronome. */
const NETWORKS = [
  { name: "blue", cidr: "192.168.10.0/24", serverIP: "192.168.10.2", clients: 3 },
  { name: "green", cidr: "192.168.20.0/24", serverIP: "192.168.20.2", clients: 3 },
  { name: "red", cidr: "10.20.0.0/16", serverIP: "10.20.0.2", clients: 2 },
] as const;

/** Longest wait until all is well. */
const HEALING_MS = 180_000;
const LOOK_MS = 250;
/** What MAC addresses of VMs begin with that are made to see whether all is well. */
const NEWCOMERS = "02:00:00:ff";

/** Who has which address: network -> address -> MAC address. */
export type Records = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Everything that runs. */
export class ChaosScene implements AsyncDisposable {
  readonly cluster: Cluster;
  readonly kube: KubeClient;
  readonly traffic: Traffic;
  readonly #guests: readonly Guest[];
  readonly #running: AsyncDisposableStack;
  #newcomer = 0;

  private constructor(
    parts: Pick<ChaosScene, "cluster" | "kube" | "traffic"> & { readonly guests: readonly Guest[] },
    running: AsyncDisposableStack,
  ) {
    this.cluster = parts.cluster;
    this.#guests = parts.guests;
    this.kube = parts.kube;
    this.traffic = parts.traffic;
    this.#running = running;
  }

  /** Starts a node, deploys onto it, and has the clients begin. About a minute. */
  static async open(): Promise<ChaosScene> {
    const running = new AsyncDisposableStack();
    try {
      // Trials follow each other in seconds: the kubelet's back-off would be all that is measured.
      const cluster = running.use(await Cluster.start({ restartSeconds: 1 }));
      running.use(enterNetworkOf(cluster.node.pid));
      const lab = running.use(await Lab.open());
      for (const { name } of NETWORKS) await lab.bridge(bridgeOf(name));
      await cluster.deploy("--wait");
      for (const network of NETWORKS) await cluster.network(network);
      const clients = NETWORKS.flatMap(({ name, clients, serverIP }, row) =>
        Array.from({ length: clients + 1 }, (_, number) => ({
          name: `${name}-${number}`,
          network: name,
          serverIP,
          mac: `02:00:00:00:0${row}:0${number}`,
        }))
      );
      await cluster.reserve(...clients);
      for (const { name } of NETWORKS) await cluster.poolServed(name);
      await cluster.agentsReady(2);
      const rest: FetchClient = running.use(
        await connect({ kubeconfig: cluster.node.kubeconfig, env: {}, userAgent: "chaos" }),
      );
      const askers = [];
      for (const { name, network, serverIP, mac } of clients) {
        const guest = await lab.guest({ name, bridge: bridgeOf(network), macAddress: mac });
        const address = parseIPv4(await cluster.addressOf(name));
        askers.push({ guest, network, lease: { address, server: parseIPv4(serverIP) } });
      }
      const isMetronome = ({ guest }: { guest: { name: string } }) => guest.name.endsWith("-0");
      const traffic = running.use(
        new Traffic({
          clients: askers.filter((asker) => !isMetronome(asker)),
          metronomes: askers.filter(isMetronome),
          random: Math.random,
        }),
      );
      const guests = askers.map(({ guest }) => guest);
      return new ChaosScene({ cluster, guests, kube: createKubeClient(rest), traffic }, running);
    } catch (cause) {
      await running.disposeAsync();
      throw cause;
    }
  }

  /** The clients of a network. */
  guestsOf(network: string): readonly Guest[] {
    return this.#guests.filter(({ name }) => name.startsWith(`${network}-`));
  }

  /** The records of all pools, without those who came to see whether all is well. */
  async records(): Promise<Records> {
    const { items } = await this.kube.of(IPPOOLS).list({ namespace: "default" });
    return Object.fromEntries(
      items.map(({ metadata, status }) => {
        const entries = Object.entries(status?.ipv4?.allocated ?? {});
        const own = entries.filter(([, mac]) => !mac.startsWith(NEWCOMERS));
        return [metadata.name ?? "", Object.fromEntries(own)];
      }),
    );
  }

  /**
   * Waits until all is well: every client was acknowledged after `since`, pools, Deployments and programs say that they are
   * ready, and a VM that is new has its address. Throws with what is not, after {@linkcode HEALING_MS}.
   */
  async healed(
    since: number,
    { signal, isOver = isSo }: {
      readonly signal?: AbortSignal;
      readonly isOver?: () => Promise<boolean>;
    } = {},
  ): Promise<void> {
    const newcomer = `newcomer-${++this.#newcomer}`;
    const end = performance.now() + HEALING_MS;
    let problems: readonly string[] = [];
    let isThere = false;
    while (performance.now() < end) {
      signal?.throwIfAborted();
      isThere ||= await this.#create(newcomer).then(() => true, () => false);
      const over = await isOver().catch(() => false);
      problems = await problemsOf({
        kube: this.kube,
        newcomer,
        clients: () => this.traffic.answeredSince(since) ? [] : ["a client is not answered"],
      });
      if (problems.length === 0 && over) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    throw new Error(`Waited in vain until all is well: ${problems.join("; ")}`);
  }

  /** Takes away what {@linkcode healed} made. */
  async forgetNewcomers(): Promise<void> {
    const configs = this.kube.of(VMNETCFGS);
    const { items } = await configs.list({ namespace: "default" });
    for (const { metadata: { name = "" } } of items) {
      if (name.startsWith("newcomer-")) await configs.delete({ namespace: "default", name });
    }
  }

  /** Keeps all logs in a folder. */
  async keepLogs(folder: string): Promise<void> {
    const { node } = this.cluster;
    await Deno.mkdir(folder, { recursive: true });
    await mustRun("sh", ["-c", `cp -rL "$0/log" "$0/pod-logs" "$1/"`, node.folder, folder]);
    const kinds = "pods,deployments,leases,ippools,vmnetcfgs,events";
    const state = await node.kubectl(["get", kinds, "-A", "-o", "yaml"]).catch(String);
    await Deno.writeTextFile(`${folder}/objects.yaml`, state);
  }

  async #create(name: string): Promise<void> {
    const number = this.#newcomer.toString(16).padStart(4, "0");
    await this.kube.of(VMNETCFGS).create({
      apiVersion: VMNETCFGS.apiVersion,
      kind: VMNETCFGS.kind,
      metadata: { namespace: "default", name },
      spec: {
        vmName: name,
        networkConfig: [{
          networkName: "default/red",
          macAddress: `${NEWCOMERS}:${number.slice(0, 2)}:${number.slice(2)}`,
        }],
      },
    }, { signal: AbortSignal.timeout(2_000) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running.disposeAsync();
  }
}

function isSo(): Promise<boolean> {
  return Promise.resolve(true);
}

/** The bridge of a network. */
export function bridgeOf(network: string): string {
  return `br-${network}`;
}
