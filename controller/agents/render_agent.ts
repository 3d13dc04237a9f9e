/**
 * One agent Deployment, from the template.
 *
 * @module
 */
import { GROUP } from "../../core/api/names.ts";
import type { Deployment } from "../../kube/objects/builtin_types.ts";
import type { JsonValue } from "../../kube/rest_client.ts";
import { type Affinity, agentAffinity } from "./agent_affinity.ts";
import type { WantedNetwork } from "./agent_networks.ts";
import {
  AGENT_DEPLOYMENT_LABEL,
  AGENT_TEMPLATE_LABEL,
  ATTACHMENTS,
  CLUSTER_NETWORK_OF_AGENT,
  containersOf,
  NETWORK_CONFIGS,
  POOL_REFS,
} from "./served_networks.ts";

/** What an administrator decides about the agents. */
export interface AgentSettings {
  /** Pods of each Deployment. */
  readonly replicas: number;
  readonly antiAffinity: "preferred" | "required";
  /** Pools of one Deployment at most. */
  readonly poolsPerAgent: number;
  /** Name of the agent's container in the template. */
  readonly containerName: string;
  /** Image of the agents; unset: the template's. */
  readonly image?: string;
  /** ServiceAccount of the agents; unset: the template's. */
  readonly serviceAccountName?: string;
  /** Affinity beside our own. */
  readonly affinity?: Affinity;
  /** Whether the agents answer nothing. */
  readonly dryRun?: boolean;
}

/** What one Deployment is made from. */
interface RenderOptions {
  readonly name: string;
  readonly template: Deployment;
  /** The Deployment as it is now, if it is. */
  readonly current?: Deployment;
  readonly networks: readonly WantedNetwork[];
  readonly clusterNetwork: string;
  readonly settings: AgentSettings;
}

const OF_A_RELEASE = new Set([
  "app.kubernetes.io/instance",
  "app.kubernetes.io/managed-by",
  "helm.sh/chart",
]);
const MULTUS_NETWORKS = "k8s.v1.cni.cncf.io/networks";
const AGENT_NAME = "VM_DHCP_AGENT_NAME";
const DRY_RUN = "VM_DHCP_AGENT_DRY_RUN";

type Json = Readonly<Record<string, JsonValue>>;

/**
 * The fields of a Deployment that are ours: all of them, or, of the template itself, only what we add to it.
 *
 * @throws {Error} when the template has no container of the settings' name.
 */
export function renderAgent(options: RenderOptions): JsonValue {
  const { name, template, networks, clusterNetwork, settings } = options;
  const isTemplate = name === template.metadata.name;
  if (!containersOf(template).some((container) => container["name"] === settings.containerName)) {
    throw new Error(
      `Make an agent of Deployment ${template.metadata.name}: it has no container "${settings.containerName}"`,
    );
  }
  const ours = podOf(options);
  const replicas = networks.length === 0 ? 0 : settings.replicas;
  const identity = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name,
      namespace: template.metadata.namespace ?? "",
      annotations: { [CLUSTER_NETWORK_OF_AGENT]: clusterNetwork },
      ...(isTemplate ? {} : {
        labels: {
          ...ownLabels(template),
          [AGENT_DEPLOYMENT_LABEL]: name,
          [AGENT_TEMPLATE_LABEL]: template.metadata.name ?? "",
        },
        ownerReferences: [ownerOf(template)],
      }),
    },
  };
  if (isTemplate) return { ...identity, spec: { replicas, template: ours } };
  const labels = {
    ...template.spec?.selector.matchLabels,
    [AGENT_DEPLOYMENT_LABEL]: name,
  };
  return {
    ...identity,
    spec: {
      replicas,
      selector: { matchLabels: labels },
      strategy: template.spec?.strategy ?? {},
      template: wholePod(options, { ours, labels }),
    },
  };
}

/** The template's labels but those that say who installed it: what the controller makes is no part of a release. */
function ownLabels({ metadata: { labels = {} } }: Deployment): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !OF_A_RELEASE.has(name)));
}

/** A Deployment goes when its template goes. */
function ownerOf({ metadata: { name = "", uid = "" } }: Deployment): JsonValue {
  return { apiVersion: "apps/v1", kind: "Deployment", name, uid };
}

/** What we add to a pod: networks, environment, placement, and the image where it is held or set. */
function podOf(options: RenderOptions): Record<string, JsonValue> {
  const { name, networks, clusterNetwork, settings } = options;
  const configs = networks.map(({ config }) => config);
  const attachments = configs.map(({ nadName, interfaceName }) => {
    const [namespace = "", network = ""] = nadName.split("/");
    return { namespace, name: network, interface: interfaceName };
  });
  const hashes = Object.fromEntries(
    networks.map(({ config, attachment }) => [config.ipPoolRef, attachment.hash]),
  );
  const image = imageOf(options);
  return {
    metadata: {
      labels: { [AGENT_DEPLOYMENT_LABEL]: name },
      annotations: {
        [MULTUS_NETWORKS]: JSON.stringify(attachments),
        // A network that is edited makes new pods; those that run stay attached as they were.
        [ATTACHMENTS]: JSON.stringify(hashes),
      },
    },
    spec: {
      affinity: agentAffinity({
        given: settings.affinity ?? {},
        placement: settings.antiAffinity,
        agent: { [AGENT_DEPLOYMENT_LABEL]: name },
        node: clusterNetwork === "" ? undefined : `${GROUP}/${clusterNetwork}`,
      }),
      ...(settings.serviceAccountName === undefined
        ? {}
        : { serviceAccountName: settings.serviceAccountName }),
      containers: [{
        name: settings.containerName,
        ...(image === undefined ? {} : { image }),
        env: [
          { name: AGENT_NAME, value: name },
          { name: NETWORK_CONFIGS, value: JSON.stringify(configs) },
          { name: POOL_REFS, value: JSON.stringify(configs.map(({ ipPoolRef }) => ipPoolRef)) },
          ...(settings.dryRun === true ? [{ name: DRY_RUN, value: "true" }] : []),
        ],
      }],
    },
  };
}

/**
 * The image to set: of a Deployment with a pool that holds upgrades the present one, else the settings' if any. The template's
 * image is whatever its owner writes into it.
 */
function imageOf(
  { name, template, current, networks, settings }: RenderOptions,
): string | undefined {
  const isHeld = networks.some(({ holdsUpgrade }) => holdsUpgrade) &&
    name !== template.metadata.name && current !== undefined;
  const held = isHeld
    ? containersOf(current).find(({ name }) => name === settings.containerName)?.["image"]
    : undefined;
  return typeof held === "string" ? held : settings.image;
}

/** The template's pod with ours laid over it. */
function wholePod(
  { template, settings }: RenderOptions,
  { ours, labels }: { readonly ours: Json; readonly labels: Readonly<Record<string, string>> },
): JsonValue {
  const base = template.spec?.template;
  const ourSpec = ours["spec"] as Json;
  const [ourContainer] = ourSpec["containers"] as readonly Json[];
  return {
    metadata: {
      labels: { ...base?.metadata?.labels, ...labels },
      annotations: {
        ...base?.metadata?.annotations,
        ...(ours["metadata"] as { annotations: Record<string, string> }).annotations,
      },
    },
    spec: {
      ...base?.spec,
      ...ourSpec,
      containers: containersOf(template).map((container) =>
        container["name"] === settings.containerName
          ? { ...container, ...ourContainer, env: mergedEnv(container, ourContainer) }
          : container
      ),
    },
  };
}

function mergedEnv(container: Json, ours: Json | undefined): JsonValue {
  const added = (ours?.["env"] ?? []) as readonly Json[];
  const names = new Set(added.map(({ name }) => name));
  const kept = ((container["env"] ?? []) as readonly Json[]).filter(({ name }) => !names.has(name));
  return [...kept, ...added];
}
