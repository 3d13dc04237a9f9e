/**
 * What an administrator may write into the Helm chart's values, and into the file of `deno task deploy --values`. The chart's
 * schema, its `values.yaml` and its table of values are made from this one list.
 *
 * @module
 */
import { z } from "zod";
import { AS_GO, goReplicas, goValues } from "./go_values.ts";
import {
  cidrsSchema,
  commonImageSchema,
  imageSchema,
  labelsSchema,
  nameSchema,
  objectSchema,
  objectsSchema,
  pullSecretsSchema,
  resourcesSchema,
  serviceAccountSchema,
  textSchema,
} from "./shapes.ts";

const replicas = z.int().min(1).max(9);

/** What can be set for every role. */
const role = z.strictObject({
  replicas: replicas.describe("Number of pods; one leads, the others take over"),
  image: imageSchema.describe("What differs from the image of all roles"),
  resources: resourcesSchema.describe("Resources of the container"),
  priorityClassName: textSchema.describe("PriorityClass of the pods"),
  nodeSelector: labelsSchema.describe("Labels of the nodes that may run the pods"),
  tolerations: objectsSchema.describe("Taints that the pods tolerate"),
  affinity: objectSchema.describe(
    "Affinity of the pods; empty: nodes without a pod of the same role are preferred",
  ),
  topologySpreadConstraints: objectsSchema.describe("How the pods are spread"),
  podAnnotations: labelsSchema.describe("More annotations of the pods"),
  podLabels: labelsSchema.describe("More labels of the pods"),
  podSecurityContext: objectSchema.describe("Security context of the pods"),
  securityContext: objectSchema.describe("Security context of the container"),
  extraArgs: z.array(z.string()).default([]).describe("More arguments of the program"),
  extraEnv: objectsSchema.describe("More environment variables of the container"),
  volumes: objectsSchema.describe("More volumes of the pods"),
  volumeMounts: objectsSchema.describe("More volumes in the container"),
  serviceAccount: serviceAccountSchema.describe("ServiceAccount of the pods"),
});

const webhook = z.strictObject({
  ...role.shape,
  replicas: replicas.describe("Number of pods; all of them answer"),
  replicaCount: goReplicas.describe(AS_GO("webhook.replicas")),
  serviceCIDR: cidrsSchema.describe(AS_GO("webhook.serviceCidr")),
  serviceCidr: cidrsSchema.describe(
    "The Services' range: a pool that overlaps it is warned about, a server on its first address, the API server's, refused",
  ),
  certificate: z.enum(["own", "cert-manager"]).describe(
    "own: the webhook makes and renews its certificates itself; cert-manager: cert-manager does, and writes the CA",
  ),
  certManager: z.strictObject({
    issuerRef: objectSchema.describe(
      "Issuer of the certificate, such as {kind: ClusterIssuer, name: internal}; empty: one of its own that signs itself",
    ),
  }).describe("How cert-manager makes the certificate"),
});

const agent = z.strictObject({
  ...role.shape,
  replicas: replicas.describe("Pods of each cluster network; one answers, the others stand by"),
  replicaCount: goReplicas.describe(AS_GO("agent.replicas")),
  affinity: objectSchema.describe(
    "Affinity of the pods, beside that to the nodes of their networks and that of `antiAffinity`",
  ),
  antiAffinity: z.enum(["preferred", "required"]).describe(
    "preferred spreads the agents of a network over nodes; required insists, and needs a spare node for upgrades",
  ),
  poolsPerAgent: z.int().min(1).max(1000).describe("Pools of one agent Deployment at most"),
});

const networkPolicy = z.strictObject({
  enabled: z.boolean().describe("Render NetworkPolicies"),
  metricsFrom: objectsSchema.describe(
    "Who may ask controller and agents for metrics, as `from` of a NetworkPolicy; empty: everybody",
  ),
  webhookFrom: objectsSchema.describe(
    "Who may ask the webhook, Prometheus too, as `from` of a NetworkPolicy; empty: everybody, since API servers ask from addresses of nodes",
  ),
  inspectFrom: objectsSchema.describe(
    "Who may ask the controller as `kubectl vmdhcp` does, as `from` of a NetworkPolicy; empty: everybody in the cluster, since API servers ask from addresses of nodes",
  ),
});

const addresses = z.strictObject({
  apiServer: z.string().min(1).describe(
    "The API server: webhook and agents may connect to no other",
  ),
  pod: z.string().min(1).describe("The pod: what it serves, it serves there alone"),
});

const monitor = z.strictObject({
  enabled: z.boolean().describe("Render it"),
  labels: labelsSchema.describe("More labels, by which Prometheus selects it"),
  interval: textSchema.describe("How often Prometheus asks, such as 30s; empty: as it is set up"),
});

const metrics = z.strictObject({
  service: z.strictObject({
    enabled: z.boolean().describe("Render Services for the metrics of all roles"),
    port: z.int().min(1).max(65_535).describe("Port of the Services"),
    labels: labelsSchema.describe("More labels of the Services"),
    annotations: labelsSchema.describe("Annotations of the Services"),
  }).describe("Services by which the metrics are found"),
  podMonitor: monitor.describe("PodMonitors of the Prometheus operator"),
  serviceMonitor: monitor.describe(
    "ServiceMonitors of the Prometheus operator; they bring the Services along",
  ),
  prometheusRule: z.strictObject({
    enabled: z.boolean().describe("Render it"),
    labels: labelsSchema.describe("More labels, by which Prometheus selects it"),
  }).describe("PrometheusRule of the Prometheus operator: the alerts"),
  dashboards: z.strictObject({
    enabled: z.boolean().describe("Render it"),
    labels: labelsSchema.describe("Labels by which Grafana's sidecar finds it"),
    annotations: labelsSchema.describe("Annotations, such as the folder of the sidecar"),
  }).describe("ConfigMap with dashboards for Grafana"),
});

/** Everything that can be set. */
export const valuesSchema = z.strictObject({
  global: z.looseObject({
    imageRegistry: textSchema.describe("Registry in place of `image.registry`"),
    imagePullSecrets: pullSecretsSchema.describe("More Secrets of registries"),
  }).describe("Values that a chart shares with the charts it is made of"),
  nameOverride: nameSchema.describe("What the objects' names begin with, in place of vm-dhcp"),
  fullnameOverride: nameSchema.describe(
    "As nameOverride; where it is set, it counts in place of that",
  ),
  image: z.union([z.string().min(1), commonImageSchema]).describe(
    "Image of all roles: its parts, or its full reference as one text",
  ),
  imagePullPolicy: textSchema.describe(
    "The name of image.pullPolicy in the chart of 0.1.0; where it is set, it counts in place of that",
  ),
  imagePullSecrets: pullSecretsSchema.describe("Secrets of registries, as names or as {name: ...}"),
  logLevel: z.enum(["error", "warn", "info", "debug", "trace"]).describe("How much all roles log"),
  tenancy: z.enum(["shared", "isolated"]).describe(
    "shared: a network serves every namespace; isolated: only its own and those that its annotation network.harvesterhci.io/allowed-namespaces names",
  ),
  history: z.strictObject({
    enabled: z.boolean().describe(
      "Keep an IPPoolHistory beside each pool: who had which address when, at most one write of 512 KiB a minute and pool. Off, the controller has no right to write one",
    ),
  }).describe("History of the records"),
  leaderElection: z.strictObject({
    namespace: z.string().min(1).max(63).describe(
      "Namespace of the controllers' lock; the Go version's is in kube-system, and both must not work together",
    ),
  }).describe("The controllers' lock"),
  crds: z.strictObject({
    install: z.boolean().describe("Bring the CRDs, and bring them up to date"),
    keep: z.boolean().describe(
      "Keep the CRDs, and with them every record, when the release is uninstalled",
    ),
  }).describe("CustomResourceDefinitions"),
  openshift: z.strictObject({
    enabled: z.boolean().describe(
      "Render the agents' SecurityContextConstraints; controller and webhook take the user that the platform gives",
    ),
  }).describe("OpenShift"),
  controller: role.describe("The controller gives addresses"),
  webhook: webhook.describe("The webhook defaults and validates what people write"),
  agent: agent.describe("The agents answer DHCP clients"),
  addresses: addresses.describe(
    "Addresses as the pods' environment names them; where IPv6 is the cluster's first family, each in brackets: [$(POD_IP)]",
  ),
  networkPolicy: networkPolicy.describe("Who may reach the pods"),
  inspect: z.strictObject({
    enabled: z.boolean().describe(
      "Serve operators' questions and the page: a port of the controller, its Service, and a Role for who may ask through the API server",
    ),
  }).describe("What operators ask by `kubectl vmdhcp` and in the browser"),
  admissionPolicies: z.strictObject({
    enabled: z.boolean().describe("Render them; left out where Kubernetes is older than 1.30"),
  }).describe("ValidatingAdmissionPolicies: what a role may not do that RBAC cannot say"),
  metrics: metrics.describe("How Prometheus finds the metrics"),
  monitor: z.boolean().describe("As metrics.podMonitor.enabled: so the chart of 0.1.0 had it"),
  ...goValues,
});

/** Values with nothing left out. */
export type Values = z.infer<typeof valuesSchema>;
/** Values of a role. */
export type RoleValues = z.infer<typeof role>;
