/**
 * Pools, networks and plans for tests of which agents there are to be.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import type { IPPool, NetworkAttachmentDefinition } from "../../../core/api/types.ts";
import type { Deployment } from "../../../kube/objects/builtin_types.ts";
import type { AgentsPlan } from "../plan_agents.ts";
import type { AgentSettings } from "../render_agent.ts";
import type { Suspects } from "../suspects.ts";

/** What all agents are made with. */
export const SETTINGS: AgentSettings = {
  replicas: 2,
  antiAffinity: "preferred",
  poolsPerAgent: 100,
  containerName: "agent",
};

/** A network's configuration. */
const CONFIG = '{"cniVersion":"0.3.1","type":"bridge","bridge":"br0","ipam":{}}';

/** The Deployment that agents are made after. */
export const TEMPLATE: Deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "vm-dhcp-agent", namespace: "vm-dhcp", labels: { app: "agent" } },
  spec: {
    selector: { matchLabels: { app: "agent" } },
    template: {
      metadata: { labels: { app: "agent" } },
      spec: {
        serviceAccountName: "vm-dhcp-agent",
        containers: [{
          name: "agent",
          image: "registry:5000/vm-dhcp:1@sha256:abc",
          env: [{ name: "POD_NAMESPACE", value: "vm-dhcp" }],
        }],
      },
    },
  },
};

/** An IPPool of the network of its name. */
export function pool(name: string, over: Partial<IPPool["spec"]> = {}, annotations = {}): IPPool {
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: {
      namespace: "default",
      name,
      uid: name,
      creationTimestamp: "2026-01-01T00:00:00Z",
      annotations,
    },
    spec: { networkName: `default/${name}`, ipv4Config: { cidr: "192.168.48.0/24" }, ...over },
  };
}

/** The networks that agents can be attached to. */
export function attachments(
  clusterNetworks: Record<string, string>,
): (key: string) => NetworkAttachmentDefinition | undefined {
  return (key) => {
    const [namespace = "", name = ""] = key.split("/");
    const clusterNetwork = clusterNetworks[name];
    return clusterNetwork === undefined ? undefined : {
      apiVersion: "k8s.cni.cncf.io/v1",
      kind: "NetworkAttachmentDefinition",
      metadata: {
        namespace,
        name,
        labels: clusterNetwork === ""
          ? {}
          : { "network.harvesterhci.io/clusternetwork": clusterNetwork },
      },
      spec: { config: CONFIG },
    };
  };
}

/** A Deployment as it is applied. */
interface Rendered {
  readonly metadata: { readonly labels?: object };
  readonly spec: {
    readonly replicas: number;
    readonly selector?: unknown;
    readonly template: {
      readonly metadata: { readonly annotations: Record<string, string>; readonly labels?: object };
      readonly spec: {
        readonly affinity: {
          readonly nodeAffinity: {
            readonly requiredDuringSchedulingIgnoredDuringExecution: {
              readonly nodeSelectorTerms: readonly { readonly matchExpressions: unknown }[];
            };
          };
        };
        readonly containers: readonly {
          readonly image?: string;
          readonly env: readonly { readonly name: string; readonly value: string }[];
        }[];
      };
    };
  };
}

/** The Deployment of that name in a plan. */
export function rendered(plan: AgentsPlan, name: string): Rendered {
  const found = plan.apply.find((one) => one.name === name);
  ok(found, `${name} is not among ${plan.apply.map((one) => one.name)}`);
  return found.body as unknown as Rendered;
}

/** A variable of a Deployment's agent. */
export function envOf(body: Rendered, name: string): string {
  return body.spec.template.spec.containers[0]?.env.find((one) => one.name === name)?.value ?? "";
}

/** Which pools each Deployment of a plan serves. */
export function poolsOf(plan: AgentsPlan): Record<string, string[]> {
  return Object.fromEntries(
    plan.apply.map((
      { name },
    ) => [name, JSON.parse(envOf(rendered(plan, name), "IPPOOL_REFS_JSON"))]),
  );
}

/** The plan's Deployments as the API server would hold them. */
export function deployed(plan: AgentsPlan): Deployment[] {
  return plan.apply.filter(({ name }) => name !== "vm-dhcp-agent")
    .map(({ body }) => body as unknown as Deployment);
}

/** One network of a Deployment keeps new pods from starting. */
export function accusing(
  deployment: string,
  pool: string,
  attached: ReadonlyMap<string, string> = new Map(),
): (name: string) => Suspects | undefined {
  return (name) =>
    name === deployment ? { pools: new Set([pool]), attached, isIsolated: false } : undefined;
}
