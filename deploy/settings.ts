/**
 * What an administrator may decide about a deployment. The Helm chart's values and their schema, the kustomize base and
 * `deno task deploy` all come from this one list.
 *
 * @module
 */
import { z } from "zod";

const resources = z.strictObject({
  requests: z.record(z.string(), z.string()),
  limits: z.record(z.string(), z.string()),
}).describe("Resources of the container");

const replicas = z.int().min(1).max(9);

/** What can be set for every role. */
const role = z.strictObject({
  replicas: replicas.describe("Number of pods; one leads, the others take over"),
  resources,
  priorityClassName: z.string().describe("PriorityClass of the pods"),
  nodeSelector: z.record(z.string(), z.string()).describe(
    "Labels of the nodes that may run the pods",
  ),
  tolerations: z.array(z.record(z.string(), z.unknown())).describe("Taints that the pods tolerate"),
});

const webhook = z.strictObject({
  ...role.shape,
  replicas: replicas.describe("Number of pods; all of them answer"),
  serviceCidr: z.string().describe("A pool that overlaps this range is warned about"),
});

const agent = z.strictObject({
  ...role.shape,
  replicas: replicas.describe("Pods of each cluster network; one answers, the others stand by"),
  antiAffinity: z.enum(["preferred", "required"]).describe(
    "preferred spreads the agents of a network over nodes; required insists, and needs a spare node for upgrades",
  ),
  poolsPerAgent: z.int().min(1).max(1000).describe("Pools of one agent Deployment at most"),
});

/** Everything that can be set. */
export const settingsSchema = z.strictObject({
  namespace: z.string().min(1).max(63).describe("Namespace of everything that is not cluster-wide"),
  image: z.string().min(1).describe("Full reference of the image; a digest is kept"),
  imagePullPolicy: z.enum(["IfNotPresent", "Always", "Never"]).describe("When the image is pulled"),
  imagePullSecrets: z.array(z.strictObject({ name: z.string() })).describe(
    "Secrets of the registry",
  ),
  controller: role.describe("The controller gives addresses"),
  webhook: webhook.describe("The webhook defaults and validates what people write"),
  agent: agent.describe("The agents answer DHCP clients"),
  monitor: z.boolean().describe("Render PodMonitors of the Prometheus operator"),
});

/** Everything that can be set. */
export type DeploySettings = z.infer<typeof settingsSchema>;
/** What can be set for every role. */
export type RoleSettings = z.infer<typeof role>;

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
  },
  webhook: {
    replicas: 2,
    resources: { requests: { cpu: "10m", memory: "80Mi" }, limits: { memory: "512Mi" } },
    priorityClassName: CRITICAL,
    nodeSelector: {},
    tolerations: [],
    serviceCidr: "10.96.0.0/12",
  },
  agent: {
    replicas: 2,
    resources: { requests: { cpu: "20m", memory: "80Mi" }, limits: { memory: "512Mi" } },
    priorityClassName: "system-node-critical",
    nodeSelector: {},
    tolerations: [{ operator: "Exists", effect: "NoSchedule" }],
    antiAffinity: "preferred",
    poolsPerAgent: 100,
  },
  monitor: false,
};
