/**
 * What is written on an agent's Deployment and its pods, and how it is read again: all that is known of the agents is known from
 * there, also to a controller that has just started.
 *
 * @module
 */
import { GROUP } from "../../core/api/names.ts";
import type { Deployment, Pod } from "../../kube/objects/builtin_types.ts";
import type { JsonValue } from "../../kube/rest_client.ts";
import type { AgentNetworkConfig, ServedNetwork } from "./agent_networks.ts";

/** Label on a Deployment and its pods: the Deployment's name. Tells the pods of one agent from those of another. */
export const AGENT_DEPLOYMENT_LABEL = `${GROUP}/agent-deployment`;
/** Label on a Deployment: name of the template that it was made from. */
export const AGENT_TEMPLATE_LABEL = `${GROUP}/agent-template`;
/** Annotation on a Deployment: the cluster network whose pools it serves. */
export const CLUSTER_NETWORK_OF_AGENT = `${GROUP}/agent-cluster-network`;
/** Annotation on an agent's pod: JSON, pool (`namespace/name`) -> hash of the network's configuration when the pod was made. */
export const ATTACHMENTS = `${GROUP}/agent-attachments`;
/** Variable of an agent's container: its networks. */
export const NETWORK_CONFIGS = "AGENT_NETWORK_CONFIGS";
/** Variable of an agent's container: its pools. */
export const POOL_REFS = "IPPOOL_REFS_JSON";

type Json = Readonly<Record<string, JsonValue>>;

/** `namespace/name` of the pools that a Deployment serves now. */
export function servedBy(deployment: Deployment | undefined): string[] {
  const refs = deployment === undefined ? undefined : variableOf(deployment, POOL_REFS);
  return Array.isArray(refs) ? refs.filter((ref) => typeof ref === "string") : [];
}

/** The networks of a Deployment as they were when it was rendered. */
export function servedNetworks(deployment: Deployment): ServedNetwork[] {
  const configs = variableOf(deployment, NETWORK_CONFIGS);
  const { annotations } = deployment.spec?.template.metadata ?? {};
  const hashes = parsed(annotations?.[ATTACHMENTS]) as Readonly<Record<string, string>> | undefined;
  const clusterNetwork = deployment.metadata.annotations?.[CLUSTER_NETWORK_OF_AGENT] ?? "";
  return (Array.isArray(configs) ? configs : []).filter(isConfig).map((config) => ({
    config,
    clusterNetwork,
    attachment: { hash: hashes?.[config.ipPoolRef] ?? "" },
  }));
}

/** What a pod is to be attached to: pool -> hash. `undefined` for a pod of a version that did not say. */
export function attachmentsOf(pod: Pod): Readonly<Record<string, string>> | undefined {
  const read = parsed(pod.metadata.annotations?.[ATTACHMENTS]);
  return typeof read === "object" && read !== null ? read as Record<string, string> : undefined;
}

/** The containers of a Deployment's pods. */
export function containersOf(deployment: Deployment): readonly Json[] {
  return (deployment.spec?.template.spec?.["containers"] ?? []) as readonly Json[];
}

/** The JSON value of a variable of the agent's container, which alone has it. */
function variableOf(deployment: Deployment, variable: string): unknown {
  for (const container of containersOf(deployment)) {
    const env = (container["env"] ?? []) as readonly Json[];
    const value = env.find(({ name }) => name === variable)?.["value"];
    if (typeof value === "string") return parsed(value);
  }
  return undefined;
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isConfig(config: unknown): config is AgentNetworkConfig {
  const fields = ["interfaceName", "serverIP", "cidr", "ipPoolName", "ipPoolRef", "nadName"];
  return typeof config === "object" && config !== null &&
    fields.every((field) => typeof (config as Json)[field] === "string");
}
