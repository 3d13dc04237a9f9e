/**
 * A controller that makes agents, on the embedded API under simulated time.
 *
 * @module
 */
import type { AgentSettings } from "../../controller/agents/render_agent.ts";
import { AGENT_DEPLOYMENT_LABEL } from "../../controller/agents/served_networks.ts";
import {
  AGENT_LEASE_LABEL,
  AGENT_REPORT_ANNOTATION,
  getCondition,
  type KubeObject,
} from "../../core/api/mod.ts";
import {
  type Deployment,
  DEPLOYMENTS,
  IPPOOLS,
  LEASES,
  NAMESPACES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  POD_DISRUPTION_BUDGETS,
  PODS,
  type RestClient,
  toRestClient,
} from "../../kube/mod.ts";
import { Lab, type LabOptions } from "../controller/lab.ts";
import { nad, pool } from "../controller/objects.ts";
import { type Applied, applying } from "../embedded/applying.ts";
import { OTHER_KINDS } from "../embedded/kinds.ts";

/** Namespace of the agents. */
export const NAMESPACE = "vm-dhcp";
/** The template Deployment, `namespace/name`. */
export const TEMPLATE = `${NAMESPACE}/agent`;

const SETTINGS: AgentSettings = {
  replicas: 2,
  antiAffinity: "preferred",
  poolsPerAgent: 100,
  containerName: "agent",
};

/** An agent's container as it is rendered. */
interface Container {
  readonly name: string;
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
}

/** Status of an agent's pod that runs. */
export const RUNNING = {
  phase: "Running",
  containerStatuses: [{ name: "agent", state: { running: {} } }],
};

/** A {@linkcode Lab} with a namespace for agents. */
export class AgentsLab extends Lab {
  readonly #applied: Applied = new Map();
  readonly #writes: { readonly path: string; readonly how: string }[] = [];

  constructor() {
    super(1, OTHER_KINDS);
  }

  override rest(): RestClient {
    const through = applying(super.rest(), this.#applied);
    return toRestClient((request) => {
      const { method, path, contentType = "" } = request;
      if (method !== "GET") this.#writes.push({ path, how: `${method} ${contentType}`.trim() });
      return through.performRequest(request);
    });
  }

  /** How controllers wrote an object: methods and types of bodies. */
  writesOf(plural: string, name: string): readonly string[] {
    const end = `/${plural}/${name}`;
    return this.#writes.filter(({ path }) => path.endsWith(end)).map(({ how }) => how);
  }

  /** Options of a controller that makes agents. */
  options(settings: Partial<AgentSettings> = {}): LabOptions {
    const agents = {
      namespace: NAMESPACE,
      template: "agent",
      settings: { ...SETTINGS, ...settings },
    };
    return { agentNamespace: NAMESPACE, agents };
  }

  /** `others`: containers of the template before the agent's. */
  async template(
    image = "registry/agent:1",
    others: readonly object[] = [],
  ): Promise<Deployment> {
    return await this.create(DEPLOYMENTS, {
      metadata: { namespace: NAMESPACE, name: "agent", labels: { app: "agent" } },
      spec: {
        selector: { matchLabels: { app: "agent" } },
        template: {
          metadata: { labels: { app: "agent" } },
          spec: {
            serviceAccountName: "agent",
            containers: [
              ...others,
              { name: "agent", image, env: [{ name: "POD_NAMESPACE", value: "x" }] },
            ],
          },
        },
      },
    });
  }

  /** A network of a cluster network (or of none), and the pool of the same name. */
  async network(name: string, clusterNetwork?: string): Promise<void> {
    const key = `default/${name}`;
    const labels = clusterNetwork === undefined
      ? {}
      : { "network.harvesterhci.io/clusternetwork": clusterNetwork };
    const network = nad(key) as { readonly metadata: object };
    await this.create(NETWORK_ATTACHMENT_DEFINITIONS, {
      ...network,
      metadata: { ...network.metadata, labels },
    });
    await this.create(IPPOOLS, pool(key));
  }

  /** Moves a network to another cluster network. */
  async relabel(name: string, clusterNetwork: string): Promise<void> {
    const labels = { "network.harvesterhci.io/clusternetwork": clusterNetwork };
    await this.patch(NETWORK_ATTACHMENT_DEFINITIONS, `default/${name}`, { metadata: { labels } });
    await this.settle();
  }

  async deployment(name: string): Promise<Deployment | undefined> {
    return await this.get(DEPLOYMENTS, `${NAMESPACE}/${name}`);
  }

  async budget(name: string): Promise<KubeObject | undefined> {
    return await this.get(POD_DISRUPTION_BUDGETS, `${NAMESPACE}/${name}`);
  }

  /** Names of all Deployments and their pods' number. */
  async deployments(): Promise<Readonly<Record<string, number | undefined>>> {
    const { items } = await this.kube.of(DEPLOYMENTS).list({ namespace: NAMESPACE });
    return Object.fromEntries(
      items.map(({ metadata, spec }) => [metadata.name ?? "", spec?.replicas]),
    );
  }

  /** Names of all Deployments, or budgets, and their resourceVersions. */
  async versions(): Promise<Readonly<Record<string, string | undefined>>> {
    const all: [string, string | undefined][] = [];
    for (const resource of [DEPLOYMENTS, POD_DISRUPTION_BUDGETS]) {
      const { items } = await this.kube.of(resource).list({ namespace: NAMESPACE });
      for (const { kind, metadata } of items) {
        all.push([`${kind} ${metadata.name}`, metadata.resourceVersion]);
      }
    }
    return Object.fromEntries(all.sort());
  }

  /** The containers of a Deployment. */
  async containers(name: string): Promise<readonly Container[]> {
    const deployment = await this.deployment(name);
    return deployment?.spec?.template.spec?.["containers"] as unknown as Container[];
  }

  /** The agent's container of a Deployment. */
  async container(name: string): Promise<Container> {
    const container = (await this.containers(name)).find((one) => one.name === "agent");
    if (container === undefined) throw new Error(`Deployment ${name} has no container`);
    return container;
  }

  async env(name: string, variable: string): Promise<string | undefined> {
    return (await this.container(name)).env.find((one) => one.name === variable)?.value;
  }

  /** The pools that a Deployment is told to serve. */
  async serves(name: string): Promise<unknown> {
    return JSON.parse(await this.env(name, "IPPOOL_REFS_JSON") ?? "null");
  }

  /** `status reason: message` of a pool's `AgentReady`. */
  async agentReady(name: string): Promise<string> {
    const { status } = await this.pool(`default/${name}`);
    const { status: is, reason, message } = getCondition(status?.conditions, "AgentReady") ?? {};
    return `${is} ${reason}: ${message}`;
  }

  /** A pod of a Deployment, in this state. */
  async pod(name: string, { deployment, status }: {
    readonly deployment: string;
    readonly status: object;
  }): Promise<void> {
    await this.create(PODS, {
      metadata: {
        namespace: NAMESPACE,
        name,
        labels: { app: "agent", [AGENT_DEPLOYMENT_LABEL]: deployment },
      },
      spec: { containers: [{ name: "agent", image: "registry/agent:1" }] },
    });
    await this.podStatus(name, status);
  }

  /** A pod of a Deployment is there, and its Lease says that it answers for a pool (`namespace/name`). */
  async answer(deployment: string, pool: string, status: object = RUNNING): Promise<void> {
    const name = `${deployment}-1`;
    await this.pod(name, { deployment, status });
    const answers = { ready: true, reason: "Serving", message: "", interfaceName: "vd1" };
    const report = { pod: { namespace: NAMESPACE, name }, pools: { [pool]: answers } };
    await this.create(LEASES, {
      metadata: {
        namespace: NAMESPACE,
        name: deployment,
        labels: { [AGENT_LEASE_LABEL]: "true" },
        annotations: { [AGENT_REPORT_ANNOTATION]: JSON.stringify(report) },
      },
      spec: { holderIdentity: name, leaseDurationSeconds: 5 },
    });
    await this.settle();
  }

  async podStatus(name: string, status: object): Promise<void> {
    await this.kube.of(PODS).patch({ namespace: NAMESPACE, name }, {
      type: "merge",
      body: { status },
    }, { subresource: "status" });
    await this.settle();
  }
}

/** A lab with the template and a controller that has settled. */
export async function agentsReady(settings: Partial<AgentSettings> = {}): Promise<AgentsLab> {
  const lab = new AgentsLab();
  await lab.create(NAMESPACES, { metadata: { name: NAMESPACE } });
  await lab.template();
  lab.start(lab.options(settings));
  await lab.settle();
  return lab;
}
