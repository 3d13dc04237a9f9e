/**
 * Where the soak takes place: a real etcd and kube-apiserver with vm-dhcp deployed, its pods as processes, and its networks as
 * bridges. Enter a private network before it is opened.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/mod.ts";
import { AGENT, CONTROLLER, WEBHOOK } from "../../deploy/names.ts";
import { DEPLOYMENTS, type Resource } from "../../kube/mod.ts";
import { Real } from "../controller_real/real.ts";
import { deployed } from "../deploy/deployed.ts";
import { ipLines } from "../network/command.ts";
import type { Guest } from "../network/guest.ts";
import { Lab } from "../network/lab.ts";
import { until } from "../network/wait.ts";
import { type RealCluster, startRealCluster } from "../real/mod.ts";
import { bridgeLines, networksOf, plugLines, type SoakNetwork } from "./networks.ts";
import { patient } from "./patient.ts";
import { SoakPod } from "./soak_pod.ts";

/** Namespace of everything. */
const NAMESPACE = "vm-dhcp";
const REPLICAS = 2;
const POD_BRIDGE = "pods";
/** In the certificate of every API server of a test: it is the first one of the Service range. */
const API_ADDRESS = "10.96.0.1";
const NODE_ADDRESS = "10.244.0.1";
const WAIT_MS = 180_000;
const ENDPOINT_SLICES: Resource<KubeObject> = {
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  plural: "endpointslices",
  namespaced: true,
};
/** What is older than this of Events and of etcd's history is to go while the soak lasts, as it does in days elsewhere. */
const SHORT_MEMORY = ["--event-ttl=4m", "--etcd-compaction-interval=1m"];

/** Everything that runs. */
export class Site implements AsyncDisposable {
  readonly cluster: RealCluster;
  readonly real: Real;
  readonly networks: readonly SoakNetwork[];
  readonly pods: SoakPod[] = [];
  /** The machine that DHCP clients ask from, by `clients0` and so on. */
  readonly clients: Guest;
  readonly #lab: Lab;
  readonly #running: AsyncDisposableStack;
  #addresses = 1;

  private constructor(
    { cluster, lab, clients, networks }: {
      readonly cluster: RealCluster;
      readonly lab: Lab;
      readonly clients: Guest;
      readonly networks: readonly SoakNetwork[];
    },
    running: AsyncDisposableStack,
  ) {
    this.cluster = cluster;
    this.real = new Real(patient(cluster.rest));
    this.networks = networks;
    this.clients = clients;
    this.#lab = lab;
    this.#running = running;
  }

  /** Starts everything, and waits until all is ready. */
  static async open(count: number, say: (line: string) => void): Promise<Site> {
    const running = new AsyncDisposableStack();
    try {
      const networks = networksOf(count);
      const lab = running.use(await Lab.open());
      await lab.bridge(POD_BRIDGE);
      for (const address of [`${API_ADDRESS}/24`, `${NODE_ADDRESS}/16`]) {
        await lab.address(POD_BRIDGE, address);
      }
      await ipLines(bridgeLines(networks));
      const clients = await lab.guest({ bridge: POD_BRIDGE });
      const cluster = running.use(
        await startRealCluster({
          audit: true,
          controllerManager: true,
          apiServerFlags: ["--bind-address=0.0.0.0", ...SHORT_MEMORY],
          progress: say,
        }),
      );
      const site = new Site({ cluster, lab, clients, networks }, running);
      await site.#plug(clients, { prefix: "c", nameOf: ({ number }) => `clients${number}` });
      say("Deploying");
      await deployed(cluster);
      await site.#startWorkers();
      say("Making the networks");
      await site.#makeNetworks();
      say("Starting the agents");
      await site.#startAgents();
      return site;
    } catch (cause) {
      await running.disposeAsync();
      throw cause;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running.disposeAsync();
  }

  /** The pod of a role that works, as soon as one does. */
  leader(role: "controller" | "agent"): Promise<SoakPod> {
    return until(async () => {
      for (const pod of this.pods) if (pod.role === role && await pod.isLeading()) return pod;
      return undefined;
    }, { what: `a ${role} leads`, timeoutMs: WAIT_MS, everyMs: 500 });
  }

  /** Starts controllers and webhooks, and has the API server find the webhooks. */
  async #startWorkers(): Promise<void> {
    for (const [role, deployment] of [["webhook", WEBHOOK], ["controller", CONTROLLER]] as const) {
      for (let n = 0; n < REPLICAS; n++) {
        const podIP = `10.244.0.${++this.#addresses}`;
        await this.#lab.address(POD_BRIDGE, `${podIP}/32`);
        await this.#start({ role, deployment, podIP });
        if (role === "webhook") await this.#publish(podIP);
      }
      await this.#tellReady(deployment);
    }
  }

  async #startAgents(): Promise<void> {
    const { real, networks } = this;
    const key = `${NAMESPACE}/${AGENT}`;
    await until(async () => {
      const text = JSON.stringify((await real.get(DEPLOYMENTS, key))?.spec?.template ?? {});
      return networks.every(({ interfaceName }) => text.includes(interfaceName));
    }, { what: "the agents are told of all networks", timeoutMs: WAIT_MS, everyMs: 500 });
    for (let n = 0; n < REPLICAS; n++) {
      const machine = await this.#lab.guest({ bridge: POD_BRIDGE });
      const podIP = `10.244.1.${n + 1}`;
      await ipLines(
        [`address add ${podIP}/16 dev eth0`, `route add ${API_ADDRESS}/32 dev eth0`],
        machine.processId,
      );
      await this.#plug(machine, {
        prefix: `a${n}`,
        nameOf: ({ interfaceName }) => interfaceName,
      });
      await this.#start({
        role: "agent",
        deployment: AGENT,
        podIP,
        networkOf: machine.processId,
      });
    }
    await this.#tellReady(AGENT);
  }

  async #start(
    { role, deployment, ...rest }: {
      readonly role: SoakPod["role"];
      readonly deployment: string;
      readonly podIP: string;
      readonly networkOf?: number;
    },
  ): Promise<void> {
    const { cluster, real } = this;
    const number = this.pods.filter((pod) => pod.role === role).length;
    const pod = await SoakPod.start({
      cluster,
      real,
      role,
      name: `${deployment}-${number}`,
      deployment: `${NAMESPACE}/${deployment}`,
      server: `https://${API_ADDRESS}:${new URL(cluster.url).port}`,
      ...rest,
    });
    this.pods.push(this.#running.use(pod));
  }

  async #plug(
    machine: Guest,
    options: { readonly prefix: string; readonly nameOf: (network: SoakNetwork) => string },
  ): Promise<void> {
    const { processId } = machine;
    const { here, there } = plugLines(this.networks, { ...options, processId });
    await ipLines(here);
    await ipLines(there, processId);
  }

  async #makeNetworks(): Promise<void> {
    for (const { key, config } of this.networks) await this.real.network(key, config);
  }

  /** What the Deployment's controller would write. */
  async #tellReady(deployment: string): Promise<void> {
    const key = `${NAMESPACE}/${deployment}`;
    const found = await this.real.get(DEPLOYMENTS, key);
    await this.real.patchStatus(DEPLOYMENTS, key, {
      observedGeneration: found?.metadata.generation,
      replicas: REPLICAS,
      updatedReplicas: REPLICAS,
      readyReplicas: REPLICAS,
      availableReplicas: REPLICAS,
    });
  }

  /** What the controller of EndpointSlices would write. */
  async #publish(podIP: string): Promise<void> {
    const name = `${WEBHOOK}-${podIP.replaceAll(".", "-")}`;
    await this.real.create(ENDPOINT_SLICES, {
      metadata: {
        namespace: NAMESPACE,
        name,
        labels: { "kubernetes.io/service-name": WEBHOOK },
      },
      addressType: "IPv4",
      endpoints: [{ addresses: [podIP], conditions: { ready: true } }],
      ports: [{ name: "https", port: 8443, protocol: "TCP" }],
    });
  }
}
