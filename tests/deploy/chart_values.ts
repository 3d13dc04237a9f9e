/**
 * Every value of the chart, set to something else, and where it must arrive.
 *
 * @module
 */
import { isMap } from "../../deploy/values/merge.ts";

/** A value and where it arrives. */
interface ValueRow {
  /** Path of the value. */
  readonly value: string;
  readonly set: unknown;
  /** `kind name`, and the path of a field in it; a text in brackets is an element that has it as a name, or begins with it. */
  readonly arrives: readonly [object: string, ...path: readonly string[]];
  /** What is there; without it, what was set. */
  readonly as?: unknown;
}

const POD = ["spec", "template", "spec"] as const;
const DIGEST = `sha256:${"0".repeat(64)}`;

function roleRows(role: string): readonly ValueRow[] {
  const object = `Deployment vm-dhcp-${role}`;
  const account = `${role}-account`;
  const at = (...path: readonly string[]) => [object, ...POD, ...path] as const;
  const inContainer = (...path: readonly string[]) => at("containers", `[${role}]`, ...path);
  const row = (value: string, set: unknown, arrives: ValueRow["arrives"], as?: unknown) => ({
    value: `${role}.${value}`,
    set,
    arrives,
    ...(as === undefined ? {} : { as }),
  });
  const toleration = { key: role, operator: "Exists" };
  const constraint = {
    maxSkew: 1,
    topologyKey: "zone",
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: { a: role } },
  };
  const affinity = { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } };
  const image = `registry.${role}:5000/name-${role}@${DIGEST}`;
  return [
    ...(role === "agent" ? [] : [
      row("replicas", 5, [object, "spec", "replicas"]),
      row("affinity", affinity, at("affinity"), affinity),
    ]),
    row("image.registry", `registry.${role}:5000`, inContainer("image"), image),
    row("image.repository", `name-${role}`, inContainer("image"), image),
    row("image.tag", `tag-${role}`, inContainer("image"), image),
    row("image.digest", DIGEST, inContainer("image"), image),
    row("image.pullPolicy", "Never", inContainer("imagePullPolicy")),
    row("resources.requests", { cpu: 0.5 }, inContainer("resources", "requests", "cpu"), 0.5),
    row("resources.limits", { cpu: 2 }, inContainer("resources", "limits", "cpu"), 2),
    row("resources.claims", [{ name: "a" }], inContainer("resources", "claims")),
    row("priorityClassName", `class-${role}`, at("priorityClassName")),
    row("nodeSelector", { [role]: "yes" }, at("nodeSelector")),
    row("tolerations", [toleration], at("tolerations")),
    row("topologySpreadConstraints", [constraint], at("topologySpreadConstraints")),
    row("podAnnotations", { [role]: "noted" }, [
      object,
      "spec",
      "template",
      "metadata",
      "annotations",
    ]),
    row("podLabels", { [role]: "labelled" }, [
      ...[object, "spec", "template", "metadata", "labels", role] as const,
    ], "labelled"),
    row("podSecurityContext", { fsGroup: 1000660000 }, at("securityContext")),
    row(
      "securityContext",
      { runAsUser: 1000660000 },
      inContainer("securityContext", "runAsUser"),
      1000660000,
    ),
    row(
      "extraArgs",
      [`--extra=${role}`],
      inContainer("args", `[--extra=${role}]`),
      `--extra=${role}`,
    ),
    row("extraEnv", [{ name: "EXTRA", value: role }], inContainer("env", "[EXTRA]", "value"), role),
    row(
      "volumes",
      [{ name: "more", emptyDir: { medium: "Memory" } }],
      at("volumes", "[more]", "emptyDir"),
      { medium: "Memory" },
    ),
    row(
      "volumeMounts",
      [{ name: "more", mountPath: "/more" }],
      inContainer("volumeMounts", "[more]", "mountPath"),
      "/more",
    ),
    row("serviceAccount.name", account, at("serviceAccountName")),
    row("serviceAccount.annotations", { [role]: "annotated" }, [
      `ServiceAccount ${account}`,
      "metadata",
      "annotations",
    ]),
  ];
}

const CONTROLLER = "Deployment vm-dhcp-controller";
const WEBHOOK = "Deployment vm-dhcp-webhook";
const AGENT = "Deployment vm-dhcp-agent";
const args = (object: string, role: string, flag: string) =>
  [object, ...POD, "containers", `[${role}]`, "args", `[${flag}]`] as const;
const container = (object: string, role: string, ...path: readonly string[]) =>
  [object, ...POD, "containers", `[${role}]`, ...path] as const;
const nobody = [{ ipBlock: { cidr: "192.0.2.0/24" } }];

/** Sets of values that go together. */
export const VALUE_SETS: Readonly<Record<string, readonly ValueRow[]>> = {
  "roles": [
    ...["controller", "webhook", "agent"].flatMap(roleRows),
    {
      value: "agent.replicas",
      set: 4,
      arrives: args(CONTROLLER, "controller", "--agent-replicas="),
      as: "--agent-replicas=4",
    },
    {
      value: "agent.affinity",
      set: { podAffinity: { a: "<b>" } },
      arrives: args(CONTROLLER, "controller", "--agent-affinity="),
      as: '--agent-affinity={"podAffinity":{"a":"<b>"}}',
    },
    {
      value: "agent.antiAffinity",
      set: "required",
      arrives: args(CONTROLLER, "controller", "--agent-anti-affinity="),
      as: "--agent-anti-affinity=required",
    },
    {
      value: "agent.poolsPerAgent",
      set: 7,
      arrives: args(CONTROLLER, "controller", "--pools-per-agent="),
      as: "--pools-per-agent=7",
    },
    {
      value: "webhook.serviceCidr",
      set: "10.53.0.0/16, fd00:53::/112",
      arrives: args(WEBHOOK, "webhook", "--service-cidr="),
      as: "--service-cidr=10.53.0.0/16, fd00:53::/112",
    },
  ],
  "all roles": [
    {
      value: "global.imageRegistry",
      set: "mirror.example",
      arrives: container(AGENT, "agent", "image"),
      as: "mirror.example/vm/dhcp:2",
    },
    {
      value: "image.registry",
      set: "",
      arrives: container(CONTROLLER, "controller", "image"),
      as: "mirror.example/vm/dhcp:2",
    },
    {
      value: "image.repository",
      set: "registry.example/vm/dhcp",
      arrives: container(WEBHOOK, "webhook", "image"),
      as: "mirror.example/vm/dhcp:2",
    },
    {
      value: "image.tag",
      set: 2,
      arrives: container(AGENT, "agent", "image"),
      as: "mirror.example/vm/dhcp:2",
    },
    {
      value: "image.pullPolicy",
      set: "Always",
      arrives: container(AGENT, "agent", "imagePullPolicy"),
    },
    {
      value: "global.imagePullSecrets",
      set: ["shared"],
      arrives: [CONTROLLER, ...POD, "imagePullSecrets"],
      as: [{ name: "shared" }, { name: "one" }, { name: "two" }],
    },
    {
      value: "imagePullSecrets",
      set: [{ name: "one" }, "two"],
      arrives: [AGENT, ...POD, "imagePullSecrets"],
      as: [{ name: "shared" }, { name: "one" }, { name: "two" }],
    },
    {
      value: "logLevel",
      set: "warn",
      arrives: args(AGENT, "agent", "--log-level="),
      as: "--log-level=warn",
    },
    {
      value: "tenancy",
      set: "isolated",
      arrives: args(WEBHOOK, "webhook", "--tenancy="),
      as: "--tenancy=isolated",
    },
    {
      value: "leaderElection.namespace",
      set: "locks",
      arrives: ["Role vm-dhcp-controller-lock", "metadata", "namespace"],
    },
    {
      value: "openshift.enabled",
      set: true,
      arrives: ["SecurityContextConstraints vm-dhcp-agent", "users"],
      as: ["system:serviceaccount:vm-dhcp:vm-dhcp-agent"],
    },
    {
      value: "crds.keep",
      set: false,
      arrives: [
        "CustomResourceDefinition ippools.network.harvesterhci.io",
        "metadata",
        "annotations",
      ],
      as: null,
    },
    {
      value: "webhook.certificate",
      set: "cert-manager",
      arrives: args(WEBHOOK, "webhook", "--certificate-dir="),
      as: "--certificate-dir=/etc/vm-dhcp/certificate",
    },
    {
      value: "webhook.certManager.issuerRef",
      set: { kind: "ClusterIssuer", name: "internal" },
      arrives: ["Certificate vm-dhcp-webhook", "spec", "issuerRef"],
    },
    {
      value: "addresses.apiServer",
      set: "[$(HOST)]:1",
      arrives: args(WEBHOOK, "webhook", "--allow-net="),
      as: "--allow-net=[$(HOST)]:1,[$(POD_IP)]:8443,127.0.0.1",
    },
    {
      value: "addresses.pod",
      set: "[$(POD_IP)]",
      arrives: args(AGENT, "agent", "--listen="),
      as: "--listen=[$(POD_IP)]:8080",
    },
    {
      value: "networkPolicy.metricsFrom",
      set: nobody,
      arrives: ["NetworkPolicy vm-dhcp-agent", "spec", "ingress", "0", "from"],
    },
    {
      value: "networkPolicy.inspectFrom",
      set: nobody,
      arrives: ["NetworkPolicy vm-dhcp-controller", "spec", "ingress", "1", "from"],
    },
    {
      value: "networkPolicy.webhookFrom",
      set: nobody,
      arrives: ["NetworkPolicy vm-dhcp-webhook", "spec", "ingress", "0", "from"],
    },
    {
      value: "metrics.service.enabled",
      set: true,
      arrives: ["Service vm-dhcp-agent-metrics", "spec", "ports", "0", "targetPort"],
      as: 8080,
    },
    {
      value: "metrics.service.port",
      set: 9090,
      arrives: ["Service vm-dhcp-controller-metrics", "spec", "ports", "0", "port"],
    },
    {
      value: "metrics.service.labels",
      set: { one: "1" },
      arrives: ["Service vm-dhcp-agent-metrics", "metadata", "labels", "one"],
      as: "1",
    },
    {
      value: "metrics.service.annotations",
      set: { two: "2" },
      arrives: ["Service vm-dhcp-agent-metrics", "metadata", "annotations"],
    },
    {
      value: "metrics.podMonitor.enabled",
      set: true,
      arrives: ["PodMonitor vm-dhcp-agent", "spec", "podMetricsEndpoints", "0", "port"],
      as: "http",
    },
    {
      value: "metrics.podMonitor.labels",
      set: { three: "3" },
      arrives: ["PodMonitor vm-dhcp-agent", "metadata", "labels", "three"],
      as: "3",
    },
    {
      value: "metrics.podMonitor.interval",
      set: "17s",
      arrives: ["PodMonitor vm-dhcp-controller", "spec", "podMetricsEndpoints", "0", "interval"],
    },
    {
      value: "metrics.serviceMonitor.enabled",
      set: true,
      arrives: ["ServiceMonitor vm-dhcp-agent", "spec", "endpoints", "0", "port"],
      as: "http",
    },
    {
      value: "metrics.serviceMonitor.labels",
      set: { four: "4" },
      arrives: ["ServiceMonitor vm-dhcp-agent", "metadata", "labels", "four"],
      as: "4",
    },
    {
      value: "metrics.serviceMonitor.interval",
      set: "19s",
      arrives: ["ServiceMonitor vm-dhcp-controller", "spec", "endpoints", "0", "interval"],
    },
    {
      value: "metrics.prometheusRule.enabled",
      set: true,
      arrives: ["PrometheusRule vm-dhcp", "spec", "groups", "0", "name"],
      as: "vm-dhcp",
    },
    {
      value: "metrics.prometheusRule.labels",
      set: { five: "5" },
      arrives: ["PrometheusRule vm-dhcp", "metadata", "labels", "five"],
      as: "5",
    },
    {
      value: "metrics.dashboards.enabled",
      set: true,
      arrives: ["ConfigMap vm-dhcp-dashboards", "kind"],
      as: "ConfigMap",
    },
    {
      value: "metrics.dashboards.labels",
      set: { six: "6" },
      arrives: ["ConfigMap vm-dhcp-dashboards", "metadata", "labels", "six"],
      as: "6",
    },
    {
      value: "metrics.dashboards.annotations",
      set: { grafana_folder: "network" },
      arrives: ["ConfigMap vm-dhcp-dashboards", "metadata", "annotations"],
    },
  ],
  "what is left out": [
    {
      value: "crds.install",
      set: false,
      arrives: ["CustomResourceDefinition ippools.network.harvesterhci.io"],
      as: null,
    },
    {
      value: "history.enabled",
      set: false,
      arrives: args(CONTROLLER, "controller", "--no-history"),
      as: "--no-history",
    },
    {
      value: "networkPolicy.enabled",
      set: false,
      arrives: ["NetworkPolicy vm-dhcp-agent"],
      as: null,
    },
    {
      value: "inspect.enabled",
      set: false,
      arrives: ["Service vm-dhcp-controller"],
      as: null,
    },
    {
      value: "admissionPolicies.enabled",
      set: false,
      arrives: ["ValidatingAdmissionPolicy vm-dhcp-agent-leases"],
      as: null,
    },
    ...["controller", "webhook", "agent"].flatMap((role): readonly ValueRow[] => [{
      value: `${role}.serviceAccount.create`,
      set: false,
      arrives: [`ServiceAccount vm-dhcp-${role}`],
      as: null,
    }, {
      value: `${role}.serviceAccount.name`,
      set: `theirs-${role}`,
      arrives: [`ClusterRoleBinding vm-dhcp-${role}`, "subjects", "0", "name"],
    }]),
    {
      value: "image.digest",
      set: DIGEST,
      arrives: container(AGENT, "agent", "image"),
      as: `localhost/vm-dhcp@${DIGEST}`,
    },
  ],
  "names": [
    {
      value: "nameOverride",
      set: "not-this",
      arrives: ["Deployment mine-agent", "metadata", "name"],
      as: "mine-agent",
    },
    {
      value: "fullnameOverride",
      set: "mine",
      arrives: [
        "ValidatingAdmissionPolicy mine-controller-lock",
        "spec",
        "matchConditions",
        "0",
        "expression",
      ],
      as: 'request.userInfo.username == "system:serviceaccount:vm-dhcp:mine-controller"',
    },
  ],
  "0.1.0's chart": [
    {
      value: "image",
      set: "registry.example/vm-dhcp:0.1.0",
      arrives: container(AGENT, "agent", "image"),
    },
    {
      value: "imagePullPolicy",
      set: "Always",
      arrives: container(WEBHOOK, "webhook", "imagePullPolicy"),
    },
    {
      value: "monitor",
      set: true,
      arrives: ["PodMonitor vm-dhcp-controller", "metadata", "name"],
      as: "vm-dhcp-controller",
    },
  ],
  "the Go version's chart": [
    { value: "replicaCount", set: 3, arrives: [CONTROLLER, "spec", "replicas"] },
    { value: "webhook.replicaCount", set: 4, arrives: [WEBHOOK, "spec", "replicas"] },
    {
      value: "agent.replicaCount",
      set: 5,
      arrives: args(CONTROLLER, "controller", "--agent-replicas="),
      as: "--agent-replicas=5",
    },
    {
      value: "image",
      set: {
        repository: "rancher/harvester-vm-dhcp-controller",
        tag: "v0.3.3",
        pullPolicy: "Always",
      },
      arrives: container(CONTROLLER, "controller", "image"),
      as: "localhost/vm-dhcp:VERSION",
    },
    {
      value: "agent.image",
      set: {
        repository: "rancher/harvester-vm-dhcp-agent",
        tag: "v0.3.3",
        pullPolicy: "IfNotPresent",
      },
      arrives: container(AGENT, "agent", "image"),
      as: "localhost/vm-dhcp:VERSION",
    },
    {
      value: "webhook.image",
      set: { repository: "rancher/harvester-vm-dhcp-webhook", tag: "v0.3.3" },
      arrives: container(WEBHOOK, "webhook", "image"),
      as: "localhost/vm-dhcp:VERSION",
    },
    {
      value: "resources",
      set: { limits: { cpu: 3 } },
      arrives: container(CONTROLLER, "controller", "resources", "limits"),
      as: { cpu: 3, memory: "512Mi" },
    },
    { value: "nodeSelector", set: { a: "b" }, arrives: [CONTROLLER, ...POD, "nodeSelector"] },
    {
      value: "tolerations",
      set: [{ operator: "Exists" }],
      arrives: [CONTROLLER, ...POD, "tolerations"],
    },
    { value: "affinity", set: { podAffinity: {} }, arrives: [CONTROLLER, ...POD, "affinity"] },
    {
      value: "podAnnotations",
      set: { c: "d" },
      arrives: [CONTROLLER, "spec", "template", "metadata", "annotations"],
    },
    {
      value: "podLabels",
      set: { e: "f" },
      arrives: [CONTROLLER, "spec", "template", "metadata", "labels", "e"],
      as: "f",
    },
    {
      value: "podSecurityContext",
      set: { fsGroup: 2000 },
      arrives: [CONTROLLER, ...POD, "securityContext"],
    },
    {
      value: "securityContext",
      set: { runAsUser: 1000 },
      arrives: container(CONTROLLER, "controller", "securityContext", "runAsUser"),
      as: 1000,
    },
    {
      value: "volumes",
      set: [{ name: "foo", emptyDir: {} }],
      arrives: [CONTROLLER, ...POD, "volumes", "[foo]"],
      as: { name: "foo", emptyDir: {} },
    },
    {
      value: "volumeMounts",
      set: [{ name: "foo", mountPath: "/foo" }],
      arrives: container(CONTROLLER, "controller", "volumeMounts", "[foo]"),
      as: { name: "foo", mountPath: "/foo" },
    },
    {
      value: "serviceAccount.create",
      set: true,
      arrives: ["ServiceAccount go", "metadata", "name"],
      as: "go",
    },
    {
      value: "serviceAccount.name",
      set: "go",
      arrives: [CONTROLLER, ...POD, "serviceAccountName"],
    },
    {
      value: "serviceAccount.annotations",
      set: { g: "h" },
      arrives: ["ServiceAccount go", "metadata", "annotations"],
    },
    {
      value: "webhook.serviceCIDR",
      set: "10.54.0.0/16",
      arrives: args(WEBHOOK, "webhook", "--service-cidr="),
      as: "--service-cidr=10.55.0.0/16",
    },
    {
      value: "serviceCIDR",
      set: "10.55.0.0/16",
      arrives: args(WEBHOOK, "webhook", "--service-cidr="),
      as: "--service-cidr=10.55.0.0/16",
    },
  ],
};

/** Values of the Go version's chart that have no meaning any more -> something to set them to. The notes name them. */
export const UNUSED_VALUES: Readonly<Record<string, unknown>> = {
  "service": { type: "ClusterIP", port: 8080 },
  "ingress": { enabled: false, hosts: [] },
  "autoscaling": { enabled: false },
  "serviceAccount.automount": false,
  "controller.serviceAccount.automount": false,
  "webhook.serviceAccount.automount": false,
  "agent.serviceAccount.automount": false,
};

/** The values of rows, as they stand in a file. */
export function valuesOf(rows: Iterable<Pick<ValueRow, "value" | "set">>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { value, set } of rows) {
    const names = value.split(".");
    const last = names.pop() ?? "";
    let into = values;
    for (const name of names) into = (into[name] ??= {}) as Record<string, unknown>;
    into[last] = set;
  }
  return values;
}

/** What is at a path; `null` where nothing is. */
export function valueAt(object: unknown, path: readonly string[]): unknown {
  return path.reduce((at: unknown, step) => {
    if (!Array.isArray(at)) return isMap(at) ? at[step] ?? null : null;
    const name = /^\[(.*)\]$/.exec(step)?.[1];
    if (name === undefined) return at[Number(step)] ?? null;
    return at.find((one) => typeof one === "string" ? one.startsWith(name) : one.name === name) ??
      null;
  }, object);
}
