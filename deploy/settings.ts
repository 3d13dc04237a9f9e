/**
 * What an administrator may decide about a deployment. The Helm chart's values, the kustomize base and `deno task deploy` all
 * come from this one list.
 *
 * @module
 */

/** A resource list of a container. */
export interface Resources {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}

/** Where pods may run. */
export interface Placement {
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly unknown[];
}

/** Settings of one role. */
export interface RoleSettings extends Placement {
  readonly replicas: number;
  readonly resources: Resources;
  readonly priorityClassName: string;
  /** More arguments of the program. */
  readonly extraArgs: readonly string[];
}

/** Settings of the agents. */
export interface AgentSettings extends Omit<RoleSettings, "replicas"> {
  /** Agents of each cluster network; one answers, the others stand by. */
  readonly replicas: number;
  /** `preferred` spreads the agents of a network over nodes; `required` insists, and needs a spare node for upgrades. */
  readonly antiAffinity: "required" | "preferred";
  /** Networks of one agent Deployment at most. */
  readonly poolsPerAgent: number;
}

/** Settings of the webhook. */
export interface WebhookSettings extends RoleSettings {
  /** A pool that overlaps this range is warned about. */
  readonly serviceCidr: string;
}

/** Everything that can be set. */
export interface DeploySettings {
  readonly namespace: string;
  /** Full reference; a digest is kept. */
  readonly image: string;
  readonly imagePullPolicy: "IfNotPresent" | "Always" | "Never";
  readonly imagePullSecrets: readonly { readonly name: string }[];
  readonly controller: RoleSettings;
  readonly webhook: WebhookSettings;
  readonly agent: AgentSettings;
  /** Render PodMonitors of the Prometheus operator. */
  readonly monitor: boolean;
}

const CRITICAL = "system-cluster-critical";

/** What is used where nothing is set. */
export const DEFAULT_SETTINGS: DeploySettings = {
  namespace: "vm-dhcp",
  image: "localhost/vm-dhcp:0.1.0",
  imagePullPolicy: "IfNotPresent",
  imagePullSecrets: [],
  controller: {
    replicas: 2,
    resources: { requests: { cpu: "20m", memory: "96Mi" }, limits: { memory: "512Mi" } },
    priorityClassName: CRITICAL,
    nodeSelector: {},
    tolerations: [],
    extraArgs: [],
  },
  webhook: {
    replicas: 2,
    resources: { requests: { cpu: "10m", memory: "80Mi" }, limits: { memory: "256Mi" } },
    priorityClassName: CRITICAL,
    nodeSelector: {},
    tolerations: [],
    extraArgs: [],
    serviceCidr: "10.96.0.0/12",
  },
  agent: {
    replicas: 2,
    antiAffinity: "preferred",
    poolsPerAgent: 100,
    resources: { requests: { cpu: "20m", memory: "80Mi" }, limits: { memory: "256Mi" } },
    priorityClassName: "system-node-critical",
    nodeSelector: {},
    tolerations: [{ operator: "Exists", effect: "NoSchedule" }],
    extraArgs: [],
  },
  monitor: false,
};
