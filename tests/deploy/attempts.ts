/**
 * What whoever has stolen a token may try, for each role.
 *
 * @module
 */
import { renderAgent } from "../../controller/agents/render_agent.ts";
import { AGENT, CONTROLLER, LOCK_NAME, WEBHOOK, WEBHOOK_SECRET } from "../../deploy/names.ts";
import type { IPPool } from "../../core/api/types.ts";
import type { Deployment } from "../../kube/mod.ts";
import { mac, pool, reservation } from "../controller/objects.ts";
import type { JsonValue } from "../../kube/rest_client.ts";
import type { Attempt } from "./thief.ts";

/** An attempt, and what is to come of it. */
export type Row = Attempt & { readonly outcome: string };

const GROUP = "network.harvesterhci.io";
const OURS = `/apis/${GROUP}/v1alpha1/namespaces`;
const NADS = "/apis/k8s.cni.cncf.io/v1/namespaces";
const CORE = "/api/v1/namespaces";
const LEASES = "/apis/coordination.k8s.io/v1/namespaces";
const WEBHOOKS = "/apis/admissionregistration.k8s.io/v1";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const NO = "no: RBAC";

/** Of a network's own namespace. */
export const TENANT = "tenant-a";
/** Of somebody else. */
export const OTHER = "tenant-b";

/** An agent Deployment that is there, with the image that it had before its template got another one. */
export const MADE = `${AGENT}-old`;
export const HELD_IMAGE = "registry.example/vm-dhcp:held";

/** An agent Deployment as the controller makes it. */
export function agentOf(
  template: Deployment,
  { name, image }: { readonly name: string; readonly image?: string },
): JsonValue {
  const settings = {
    replicas: 1,
    antiAffinity: "preferred",
    poolsPerAgent: 9,
    containerName: "agent",
    ...(image === undefined ? {} : { image }),
  } as const;
  return structuredClone(
    renderAgent({ name, template, networks: [], clusterNetwork: "mgmt", settings }),
  );
}

interface Given {
  readonly namespace: string;
  /** The agents' template. */
  readonly template: Deployment;
  /** The pool of {@linkcode TENANT}. */
  readonly pool: IPPool;
}

function row(
  what: string,
  [method, path, body, patch]: readonly [
    Attempt["method"],
    string,
    body?: unknown,
    patch?: Attempt["patch"],
  ],
  outcome: string,
): Row {
  return {
    what,
    method,
    path,
    outcome,
    ...(body === undefined ? {} : { body }),
    ...(patch === undefined ? {} : { patch }),
  };
}

function labels(pairs: Readonly<Record<string, string>>): object {
  return { metadata: { labels: pairs } };
}

function ours(kind: string, object: object): object {
  return { apiVersion: `${GROUP}/v1alpha1`, kind, ...object };
}

function lease(name: string): object {
  return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name }, spec: {} };
}

function secret(name: string, type: string, annotations: Readonly<Record<string, string>> = {}) {
  const data = type === "kubernetes.io/tls" ? { "tls.crt": "", "tls.key": "" } : {};
  return { apiVersion: "v1", kind: "Secret", metadata: { name, annotations }, type, data };
}

/** The controller's token. */
export function ofController({ namespace, template, pool }: Given): readonly Row[] {
  return [
    ...withNetworks(),
    ...withPools(pool),
    ...withAgents({ namespace, template }),
    ...withTheRest(namespace),
  ];
}

function withNetworks(): readonly Row[] {
  const network = `${NADS}/${TENANT}/network-attachment-definitions/net`;
  const no = "no: The controller may change nothing of a network but the labels that name its pool";
  return [
    row("label a network with the pool that serves it", [
      "PATCH",
      network,
      labels({ [`${GROUP}/ippool-namespace`]: TENANT, [`${GROUP}/ippool-name`]: "net" }),
    ], "yes"),
    row("give a network another plugin, which runs as root", [
      "PATCH",
      network,
      { spec: { config: '{"type":"evil"}' } },
    ], no),
    row("move a network to another cluster network", [
      "PATCH",
      network,
      labels({ [`${GROUP}/clusternetwork`]: "mgmt" }),
    ], no),
    row("annotate a network", ["PATCH", network, { metadata: { annotations: { a: "b" } } }], no),
    row("make a network", [
      "POST",
      `${NADS}/${TENANT}/network-attachment-definitions`,
      {
        apiVersion: "k8s.cni.cncf.io/v1",
        kind: "NetworkAttachmentDefinition",
        metadata: { name: "x" },
      },
    ], NO),
  ];
}

function withPools(found: IPPool): readonly Row[] {
  const at = `${OURS}/${TENANT}/ippools/net`;
  const no = "no: The controller may change nothing of a pool but its status and finalizers";
  return [
    row("change a record", ["PUT", `${at}/status`, { ...found, status: {} }], "yes"),
    row("hold a pool by a finalizer", [
      "PATCH",
      at,
      { metadata: { finalizers: ["wrangler.cattle.io/vm-dhcp-ippool-controller"] } },
    ], "yes"),
    row("give a pool another DNS server", [
      "PATCH",
      at,
      { spec: { ipv4Config: { dns: ["192.0.2.1"] } } },
    ], no),
    row("annotate a pool", ["PATCH", at, { metadata: { annotations: { a: "b" } } }], no),
    row("delete a pool", ["DELETE", at], NO),
    row("write a row into a history", [
      "POST",
      `${OURS}/${TENANT}/ippoolhistories`,
      ours("IPPoolHistory", { metadata: { name: "net" }, changes: [] }),
    ], "yes"),
    row("delete a history", ["DELETE", `${OURS}/${TENANT}/ippoolhistories/net`], NO),
    row("make a VirtualMachineNetworkConfig for anybody", [
      "POST",
      `${OURS}/${OTHER}/virtualmachinenetworkconfigs`,
      ours("VirtualMachineNetworkConfig", reservation(`${OTHER}/x`, [{ macAddress: mac(1) }])),
    ], "yes"),
    row("change a VirtualMachine", [
      "PATCH",
      `/apis/kubevirt.io/v1/namespaces/${TENANT}/virtualmachines/web`,
      labels({ a: "b" }),
    ], NO),
  ];
}

interface PodParts {
  containers: Record<string, unknown>[];
  [field: string]: unknown;
}

function withAgents(
  { namespace, template }: Pick<Given, "namespace" | "template">,
): readonly Row[] {
  const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const name = `${AGENT}-mgmt`;
  const made = (
    change: (pod: PodParts, whole: { metadata: { name: string; labels?: unknown } }) => void = () =>
      undefined,
    of = name,
  ): readonly ["PATCH", string, object, "apply"] => {
    const body = agentOf(template, { name: of }) as never as {
      metadata: { name: string };
      spec: { template: { spec: PodParts } };
    };
    change(body.spec.template.spec, body);
    return ["PATCH", `${deployments}/${body.metadata.name}`, body, "apply"];
  };
  const container = (fields: object) =>
    made((pod) => Object.assign(pod.containers[0] ?? {}, fields));
  const image = (image: string) => {
    const body = agentOf(template, { name: MADE, image });
    return ["PATCH", `${deployments}/${MADE}`, body, "apply"] as const;
  };
  const noName = "no: The controller may make and change no Deployment but those of agents";
  const noPod =
    "no: An agent's pod differs from the template's in its networks, environment and place alone";
  const noContainer =
    "no: An agent's container differs from the template's in what it is told to serve alone";
  const noDelete = "no: The controller may delete no Deployment but those that it made";
  return [
    row("make agents as their template says", made(), "yes"),
    row("give the template its networks", made(undefined, AGENT), "yes"),
    row("make agents of another image", container({ image: "evil" }), noContainer),
    row("leave agents the image that they have", image(HELD_IMAGE), "yes"),
    row("give agents that it made another image", image("evil"), noContainer),
    row(
      "make agents with more capabilities",
      container({ securityContext: { capabilities: { add: ["SYS_ADMIN"] } } }),
      noContainer,
    ),
    row("make agents that run another program", container({ args: ["eval", "1"] }), noContainer),
    row(
      "make agents that take another host for the API server",
      container({ env: [{ name: "KUBERNETES_SERVICE_HOST", value: "192.0.2.1" }] }),
      noContainer,
    ),
    row(
      "make agents with a second container",
      made((pod) => pod.containers.push({ name: "x", image: "evil" })),
      noContainer,
    ),
    row("make agents on the node's network", made((pod) => pod.hostNetwork = true), noPod),
    row(
      "make agents that see the node's files",
      made((pod) => pod.volumes = [{ name: "state", hostPath: { path: "/" } }]),
      noPod,
    ),
    row(
      "make agents with the controller's ServiceAccount",
      made((pod) => {
        pod.serviceAccountName = CONTROLLER;
        pod.serviceAccount = CONTROLLER;
      }),
      noPod,
    ),
    row("give the template another image", [
      "PATCH",
      `${deployments}/${AGENT}`,
      { spec: { template: { spec: { containers: [{ name: "agent", image: "evil" }] } } } },
    ], noContainer),
    row(
      "make a Deployment of another name",
      made((_, body) => body.metadata.name = "x"),
      noName,
    ),
    row(
      "make an agent Deployment that is not marked as made",
      made((_, body) => body.metadata.labels = {}),
      noName,
    ),
    row("change the webhook's Deployment", [
      "PATCH",
      `${deployments}/${WEBHOOK}`,
      { spec: { replicas: 0 } },
    ], noName),
    row("delete the webhook's Deployment", ["DELETE", `${deployments}/${WEBHOOK}`], noDelete),
    row("delete the agents' template", ["DELETE", `${deployments}/${AGENT}`], noDelete),
    row("delete agents that it made", ["DELETE", `${deployments}/${MADE}`], "yes"),
  ];
}

function withTheRest(namespace: string): readonly Row[] {
  const pods = `${CORE}/${namespace}/pods`;
  const budgets = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
  const noBudget = "no: The controller may write no PodDisruptionBudget but those of agents";
  const noLease = "no: The controller may write no Lease but its lock";
  const noEvent = "no: The controller may write no Event but its own";
  const event = (component: string) => ({
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `event-${component}`, namespace: TENANT },
    involvedObject: { namespace: TENANT },
    source: { component },
  });
  return [
    row("delete an agent pod of the Go version", ["DELETE", `${pods}/go-agent`], "yes"),
    row("delete another pod", [
      "DELETE",
      `${pods}/${WEBHOOK}-1`,
    ], "no: The controller may delete no pod but agents of the Go version"),
    row("make a pod", ["POST", pods, {}], NO),
    row("let agents be drained one by one", [
      "PATCH",
      `${budgets}/${AGENT}-mgmt`,
      {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: { name: `${AGENT}-mgmt` },
        spec: { maxUnavailable: 1, selector: {} },
      },
      "apply",
    ], "yes"),
    row("change the webhook's budget", [
      "PATCH",
      `${budgets}/${WEBHOOK}`,
      { spec: { maxUnavailable: 0 } },
    ], noBudget),
    row("delete the webhook's budget", ["DELETE", `${budgets}/${WEBHOOK}`], noBudget),
    row("make its lock", ["POST", `${LEASES}/kube-system/leases`, lease(LOCK_NAME)], "yes"),
    row("make another Lease in kube-system", [
      "POST",
      `${LEASES}/kube-system/leases`,
      lease("kube-scheduler"),
    ], noLease),
    row("change another Lease in kube-system", [
      "PATCH",
      `${LEASES}/kube-system/leases/somebody`,
      { spec: { holderIdentity: "thief" } },
    ], NO),
    row("list the Leases of kube-system", ["GET", `${LEASES}/kube-system/leases`], NO),
    row("write an agent's report", [
      "PATCH",
      `${LEASES}/${namespace}/leases/${AGENT}-mgmt`,
      { metadata: { annotations: { [`${GROUP}/agent-report`]: "{}" } } },
    ], NO),
    row("tell an Event of its own", [
      "POST",
      `${CORE}/${TENANT}/events`,
      event(CONTROLLER),
    ], "yes"),
    row("tell an Event as somebody else", [
      "POST",
      `${CORE}/${TENANT}/events`,
      event("kubelet"),
    ], noEvent),
    row("change somebody else's Event", [
      "PATCH",
      `${CORE}/${TENANT}/events/somebody`,
      { message: "x", source: { component: CONTROLLER } },
    ], noEvent),
    ...everybodys(namespace),
  ];
}

/** What no role may. */
function everybodys(namespace: string): readonly Row[] {
  const bindings = `${RBAC}/clusterrolebindings`;
  return [
    row("read the Secrets of its namespace", ["GET", `${CORE}/${namespace}/secrets`], NO),
    row("read the Secrets of a tenant", ["GET", `${CORE}/${TENANT}/secrets`], NO),
    row("give itself more rights", ["POST", bindings, {}], NO),
    row("take the policies away", [
      "DELETE",
      `${WEBHOOKS}/validatingadmissionpolicies/${CONTROLLER}-networks`,
    ], NO),
    ...[CONTROLLER, WEBHOOK, AGENT].map((role) =>
      row(`ask for a token of ${role}`, [
        "POST",
        `${CORE}/${namespace}/serviceaccounts/${role}/token`,
        { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} },
      ], NO)
    ),
  ];
}

/** The webhook's token. */
export function ofWebhook({ namespace }: Given): readonly Row[] {
  const secrets = `${CORE}/${namespace}/secrets`;
  const noSecret = "no: The webhook may make no Secret but that of its certificates";
  const own = `${WEBHOOKS}/validatingwebhookconfigurations/${WEBHOOK}`;
  return [
    row("read the pools of all namespaces", ["GET", `/apis/${GROUP}/v1alpha1/ippools`], "yes"),
    row("change a pool", ["PATCH", `${OURS}/${TENANT}/ippools/net`, labels({ a: "b" })], NO),
    row("change a record", ["PATCH", `${OURS}/${TENANT}/ippools/net/status`, { status: {} }], NO),
    row("read its certificates", ["GET", `${secrets}/${WEBHOOK_SECRET}`], "yes"),
    row("read another Secret of its namespace", ["GET", `${secrets}/somebodys`], NO),
    row("make another Secret", ["POST", secrets, secret("x", "kubernetes.io/tls")], noSecret),
    row("have Kubernetes write the controller's token into a Secret", [
      "POST",
      secrets,
      secret("x", "kubernetes.io/service-account-token", {
        "kubernetes.io/service-account.name": CONTROLLER,
      }),
    ], noSecret),
    row("have Kubernetes write the controller's token into its own Secret", [
      "POST",
      secrets,
      secret("vm-dhcp-webhook-tls", "kubernetes.io/service-account-token", {
        "kubernetes.io/service-account.name": CONTROLLER,
      }),
    ], noSecret),
    row("write its CA into its configuration", [
      "PATCH",
      own,
      [{ op: "add", path: "/webhooks/0/clientConfig/caBundle", value: "" }],
      "json",
    ], "yes"),
    // No policy is asked about these kinds: Kubernetes exempts them, so that nobody locks himself out.
    row("have its configuration ask somebody else, about anything", [
      "PATCH",
      own,
      [
        { op: "replace", path: "/webhooks/0/clientConfig", value: { url: "https://192.0.2.1" } },
        {
          op: "replace",
          path: "/webhooks/0/rules",
          value: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"] }],
        },
      ],
      "json",
    ], "yes"),
    row("make another webhook's configuration", [
      "POST",
      `${WEBHOOKS}/validatingwebhookconfigurations`,
      { metadata: { name: "another" } },
    ], NO),
    row("make one by apply, as it puts back its own", [
      "PATCH",
      `${WEBHOOKS}/validatingwebhookconfigurations/another`,
      {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        metadata: { name: "another" },
      },
      "apply",
    ], NO),
    row("change another webhook's configuration", [
      "PATCH",
      `${WEBHOOKS}/validatingwebhookconfigurations/somebodys`,
      labels({ a: "b" }),
    ], NO),
    row("change a network", [
      "PATCH",
      `${NADS}/${TENANT}/network-attachment-definitions/net`,
      labels({ a: "b" }),
    ], NO),
    row("write a Lease", ["POST", `${LEASES}/${namespace}/leases`, lease("x")], NO),
    ...everybodys(namespace),
  ];
}

/** The token of a pod of the agents' Deployment `vm-dhcp-agent-mgmt`. */
export function ofAgent({ namespace }: Given): readonly Row[] {
  const leases = `${LEASES}/${namespace}/leases`;
  const no = "no: An agent may write no Lease but that of its pod's own Deployment";
  const report = { metadata: { annotations: { [`${GROUP}/agent-report`]: "{}" } } };
  return [
    row("read the pools of all namespaces", ["GET", `/apis/${GROUP}/v1alpha1/ippools`], "yes"),
    row("change a pool", ["PATCH", `${OURS}/${TENANT}/ippools/net`, labels({ a: "b" })], NO),
    row("change a record", ["PATCH", `${OURS}/${TENANT}/ippools/net/status`, { status: {} }], NO),
    row("report on its Deployment's Lease", ["PATCH", `${leases}/${AGENT}-mgmt`, report], "yes"),
    row("report on the Lease of other agents", ["PATCH", `${leases}/${AGENT}`, report], no),
    row("make the Lease of other agents", ["POST", leases, lease(`${AGENT}-vlans`)], no),
    row("make the Lease of a longer name", ["POST", leases, lease(`${AGENT}-mgmt-5d9c7`)], no),
    row("make a Lease of another name", ["POST", leases, lease("x")], no),
    row("take the controller's lock", [
      "PATCH",
      `${LEASES}/kube-system/leases/${LOCK_NAME}`,
      { spec: { holderIdentity: "thief" } },
    ], NO),
    row("change a network", [
      "PATCH",
      `${NADS}/${TENANT}/network-attachment-definitions/net`,
      labels({ a: "b" }),
    ], NO),
    row("read pods", ["GET", `${CORE}/${namespace}/pods`], NO),
    row("read Deployments", ["GET", `/apis/apps/v1/namespaces/${namespace}/deployments`], NO),
    row("ask whose a token is that it is shown", [
      "POST",
      "/apis/authentication.k8s.io/v1/tokenreviews",
      { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token: "x" } },
    ], "yes"),
    ...everybodys(namespace),
  ];
}

/** A token of the agents' ServiceAccount that is for no pod. */
export function ofAgentWithoutPod({ namespace }: Given): readonly Row[] {
  return [
    row("report on a Lease", [
      "PATCH",
      `${LEASES}/${namespace}/leases/${AGENT}-mgmt`,
      { metadata: { annotations: { [`${GROUP}/agent-report`]: "{}" } } },
    ], "no: An agent may write no Lease but that of its pod's own Deployment"),
  ];
}

/** The token of a tenant with a role in the namespace `tenant-a`. */
export function ofTenant({ namespace }: Given, role: "view" | "edit" | "admin"): readonly Row[] {
  const writes = role === "view" ? NO : "yes";
  const configs = `${OURS}/${TENANT}/virtualmachinenetworkconfigs`;
  const newPool = (where: string) => ours("IPPool", pool(`${where}/x`));
  const config = ours(
    "VirtualMachineNetworkConfig",
    reservation(`${TENANT}/x`, [{ macAddress: mac(1) }]),
  );
  return [
    row("read the pools of its namespace", ["GET", `${OURS}/${TENANT}/ippools`], "yes"),
    row("make a pool", ["POST", `${OURS}/${TENANT}/ippools`, newPool(TENANT)], writes),
    row("delete a pool", ["DELETE", `${OURS}/${TENANT}/ippools/net`], writes),
    row("make a reservation", ["POST", configs, config], writes),
    row("change a record", ["PATCH", `${OURS}/${TENANT}/ippools/net/status`, { status: {} }], NO),
    row("say which address a VM has", ["PATCH", `${configs}/x/status`, { status: {} }], NO),
    row("read the pools of others", ["GET", `${OURS}/${OTHER}/ippools`], NO),
    row("make a pool in the namespace of others", [
      "POST",
      `${OURS}/${OTHER}/ippools`,
      newPool(OTHER),
    ], NO),
    row("report on an agent's Lease", [
      "PATCH",
      `${LEASES}/${namespace}/leases/${AGENT}-mgmt`,
      { metadata: { annotations: { [`${GROUP}/agent-report`]: "{}" } } },
    ], NO),
  ];
}
