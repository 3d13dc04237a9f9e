/**
 * What runs the Deployments of vm-dhcp where there is no node: it starts the programs of controller and webhook as processes of this
 * machine, has the API server reach the webhook by its Service, and writes the Deployments' status. Agents are not started: they
 * need networks.
 *
 * @module
 */
import { PART_OF } from "../../deploy/names.ts";
import { type Deployment, DEPLOYMENTS, keyOf, type Resource } from "../../kube/mod.ts";
import type { KubeObject } from "../../core/api/mod.ts";
import { VALIDATING } from "../../webhook/cluster/configurations.ts";
import { systemClock } from "../../runtime/clock.ts";
import { Real } from "../controller_real/real.ts";
import type { RealCluster } from "../real/mod.ts";
import { type DeploymentLike, Program } from "./program.ts";

const LOOK_MS = 200;
const ENDPOINT_SLICES: Resource<KubeObject> = {
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  plural: "endpointslices",
  namespaced: true,
};
/** Container -> what its program logs when it is ready. */
const READY: Readonly<Record<string, string>> = {
  controller: "Everything is known",
  webhook: "Serving with a certificate",
};

/** Which processes run, and whether any do. */
interface PodsOptions {
  /** Unset: none; the status says ready all the same. */
  readonly programs?: boolean;
}

/** Runs until it is disposed; then it kills all that it started. */
export class Pods implements AsyncDisposable {
  readonly #cluster: RealCluster;
  readonly #real: Real;
  readonly #options: PodsOptions;
  /** By the UID of the Deployment and the generation of its spec. */
  readonly #running = new Map<string, Program>();
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  constructor(cluster: RealCluster, options: PodsOptions = {}) {
    this.#cluster = cluster;
    this.#real = new Real(cluster.rest);
    this.#options = options;
    this.#done = this.#run();
  }

  /** What the programs logged. */
  get log(): string {
    return [...this.#running.values()].map(({ log }) => log).join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#done;
    for (const program of this.#running.values()) await program[Symbol.asyncDispose]();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const labelSelector = `${PART_OF.label}=${PART_OF.value}`;
      const { items } = await this.#real.kube.of(DEPLOYMENTS).list({ labelSelector });
      const alive = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      await this.#endOthers(new Set(alive.map(idOf)));
      if (this.#options.programs !== true) await this.#askNobody().catch(() => undefined);
      for (const deployment of alive) {
        // What is deleted or changed meanwhile is looked at in the next round.
        await this.#bringUp(deployment).catch(() => undefined);
      }
      await systemClock.sleep(LOOK_MS, signal).catch(() => undefined);
    }
  }

  /** Ends the programs of Deployments that are gone or changed, as a kubelet ends pods. */
  async #endOthers(wanted: ReadonlySet<string>): Promise<void> {
    for (const [id, program] of [...this.#running]) {
      if (wanted.has(id)) continue;
      this.#running.delete(id);
      await program.stop();
    }
  }

  async #bringUp(deployment: Deployment): Promise<void> {
    const [container] = containersOf(deployment);
    const { replicas: n = 1 } = deployment.spec ?? {};
    const ready = READY[container ?? ""];
    if (this.#options.programs === true && ready !== undefined) {
      await this.#startProgram(deployment, ready);
    }
    if (deployment.status?.observedGeneration === deployment.metadata.generation) return;
    await this.#real.patchStatus(DEPLOYMENTS, keyOf(deployment), {
      observedGeneration: deployment.metadata.generation,
      ...{ replicas: n, updatedReplicas: n, readyReplicas: n, availableReplicas: n },
    });
  }

  async #startProgram(deployment: Deployment, ready: string): Promise<void> {
    const id = idOf(deployment);
    if (this.#running.has(id)) return;
    const isWebhook = containersOf(deployment).includes("webhook");
    const podIP = outerAddress();
    const program = await Program.start(this.#cluster, {
      deployment: deployment as DeploymentLike,
      pod: `${deployment.metadata.name}-${id}`,
      flags: isWebhook ? ["--https-port=0"] : [],
      ...(isWebhook ? { podIP } : {}),
    });
    this.#running.set(id, program);
    await program.tells(ready);
    const [, port = ""] = /"hostname":".*?","port":(\d+)/.exec(program.log) ?? [];
    if (isWebhook) await this.#publish(deployment, { podIP, port: Number(port) });
  }

  /** Without its program the webhook would be asked in vain. */
  async #askNobody(): Promise<void> {
    for (
      const { metadata: { name = "" }, webhooks } of (await this.#real.kube.of(VALIDATING).list())
        .items
    ) {
      if (webhooks?.[0]?.failurePolicy === "Ignore") continue;
      const body = [{ op: "replace", path: "/webhooks/0/failurePolicy", value: "Ignore" }];
      await this.#real.kube.of(VALIDATING).patch({ name }, { type: "json", body });
    }
  }

  /** What the controller of EndpointSlices would write. */
  async #publish(
    { metadata: { namespace = "", name = "", uid = "" } }: Deployment,
    { podIP, port }: { readonly podIP: string; readonly port: number },
  ): Promise<void> {
    await this.#real.kube.of(ENDPOINT_SLICES).patch({ namespace, name }, {
      type: "apply",
      fieldManager: "test",
      force: true,
      body: {
        apiVersion: ENDPOINT_SLICES.apiVersion,
        kind: ENDPOINT_SLICES.kind,
        metadata: {
          namespace,
          name,
          labels: { "kubernetes.io/service-name": name },
          ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name, uid }],
        },
        addressType: "IPv4",
        endpoints: [{ addresses: [podIP], conditions: { ready: true } }],
        ports: [{ name: "https", port, protocol: "TCP" }],
      },
    });
  }
}

function idOf({ metadata }: Deployment): string {
  return `${metadata.uid?.slice(0, 8)}-${metadata.generation}`;
}

function containersOf({ spec }: Deployment): readonly string[] {
  const { containers = [] } = (spec?.template.spec ?? {}) as unknown as {
    readonly containers?: readonly { readonly name: string }[];
  };
  return containers.map(({ name }) => name);
}

/** An address of this machine that an EndpointSlice may have: none of loopback. */
function outerAddress(): string {
  const found = Deno.networkInterfaces().find(({ family, address }) =>
    family === "IPv4" && !address.startsWith("127.")
  );
  if (found === undefined) throw new Error("Cannot find an IPv4 address that is not loopback");
  return found.address;
}
