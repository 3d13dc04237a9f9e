/**
 * What is used where nothing is set.
 *
 * @module
 */
import type { RoleValues, Values } from "./schema.ts";

const CRITICAL = "system-cluster-critical";

/** Without root, without capabilities. */
const UNPRIVILEGED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: 65532,
  runAsGroup: 65532,
  seccompProfile: { type: "RuntimeDefault" },
};
/** Added capabilities are effective for root only: port 67, interface addresses, packet sockets. */
const NETWORK_ADMINISTRATOR = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_BIND_SERVICE", "NET_RAW"] },
  readOnlyRootFilesystem: true,
  runAsUser: 0,
  runAsGroup: 0,
  seccompProfile: { type: "RuntimeDefault" },
};

const NO_IMAGE = { registry: "", repository: "", tag: "", digest: "", pullPolicy: "" } as const;

function role(
  given:
    & Pick<RoleValues, "priorityClassName" | "securityContext">
    & { readonly cpu: string; readonly memory: string },
): RoleValues {
  const { cpu, memory, ...rest } = given;
  return {
    replicas: 2,
    image: NO_IMAGE,
    resources: { requests: { cpu, memory }, limits: { memory: "512Mi" } },
    nodeSelector: {},
    tolerations: [],
    affinity: {},
    topologySpreadConstraints: [],
    podAnnotations: {},
    podLabels: {},
    podSecurityContext: {},
    extraArgs: [],
    extraEnv: [],
    volumes: [],
    volumeMounts: [],
    serviceAccount: { create: true, name: "", annotations: {} },
    ...rest,
  };
}

const MONITOR = { enabled: false, labels: {}, interval: "" };

/** Every value. */
export const DEFAULT_VALUES: Values = {
  global: { imageRegistry: "", imagePullSecrets: [] },
  nameOverride: "",
  fullnameOverride: "",
  image: {
    registry: "localhost",
    repository: "vm-dhcp",
    tag: "",
    digest: "",
    pullPolicy: "IfNotPresent",
  },
  imagePullPolicy: "",
  imagePullSecrets: [],
  logLevel: "info",
  tenancy: "shared",
  history: { enabled: true },
  leaderElection: { namespace: "kube-system" },
  crds: { install: true, keep: true },
  openshift: { enabled: false },
  controller: role({
    cpu: "20m",
    memory: "96Mi",
    priorityClassName: CRITICAL,
    securityContext: UNPRIVILEGED,
  }),
  webhook: {
    ...role({
      cpu: "10m",
      memory: "80Mi",
      priorityClassName: CRITICAL,
      securityContext: UNPRIVILEGED,
    }),
    replicaCount: null,
    serviceCIDR: "",
    serviceCidr: "10.96.0.0/12",
    certificate: "own",
    certManager: { issuerRef: {} },
  },
  agent: {
    ...role({
      cpu: "20m",
      memory: "80Mi",
      priorityClassName: "system-node-critical",
      securityContext: NETWORK_ADMINISTRATOR,
    }),
    replicaCount: null,
    tolerations: [{ operator: "Exists", effect: "NoSchedule" }],
    antiAffinity: "preferred",
    poolsPerAgent: 100,
  },
  addresses: {
    apiServer: "$(KUBERNETES_SERVICE_HOST):$(KUBERNETES_SERVICE_PORT)",
    pod: "$(POD_IP)",
  },
  networkPolicy: {
    enabled: true,
    metricsFrom: [{
      namespaceSelector: {
        matchExpressions: [{
          key: "kubernetes.io/metadata.name",
          operator: "In",
          values: ["cattle-monitoring-system", "monitoring"],
        }],
      },
    }],
    webhookFrom: [],
    inspectFrom: [],
  },
  inspect: { enabled: true },
  admissionPolicies: { enabled: true },
  metrics: {
    service: { enabled: false, port: 8080, labels: {}, annotations: {} },
    podMonitor: MONITOR,
    serviceMonitor: MONITOR,
    prometheusRule: { enabled: false, labels: {} },
    dashboards: { enabled: false, labels: { grafana_dashboard: "1" }, annotations: {} },
  },
  monitor: false,
  replicaCount: null,
  resources: {},
  nodeSelector: {},
  tolerations: [],
  affinity: {},
  podAnnotations: {},
  podLabels: {},
  podSecurityContext: {},
  securityContext: {},
  volumes: [],
  volumeMounts: [],
  serviceAccount: { create: null, automount: null, name: "", annotations: {} },
  serviceCIDR: "",
  service: {},
  ingress: {},
  autoscaling: {},
};
