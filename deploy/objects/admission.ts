/**
 * What RBAC cannot say: which fields of an object a role may change, and which names it may give what it makes. Each policy binds
 * one ServiceAccount, so that it takes nothing from anybody else; `tests/deploy/tokens_test.ts` tries all of them.
 *
 * @module
 */
import { GROUP, IPPOOL_NAME_LABEL, IPPOOL_NAMESPACE_LABEL } from "../../core/api/names.ts";
import { labelsOf, LOCK_NAME, type Names, secretOf } from "../names.ts";
import type { DeploySettings } from "../settings.ts";
import { accountsOf } from "./rbac.ts";

type Operation = "CREATE" | "UPDATE" | "DELETE";

/** One policy. Expressions are CEL. */
interface Policy {
  /** Whose ServiceAccount it binds. */
  readonly role: string;
  /** What it is about: the end of its name. */
  readonly about: string;
  readonly resource: readonly [group: string, version: string, plural: string];
  readonly operations: readonly Operation[];
  /** Values that the rules have names for, in their order. */
  readonly variables?: Readonly<Record<string, string>>;
  /** What is said when it is not true -> what must be true. */
  readonly rules: Readonly<Record<string, string>>;
  /**
   * Name of the Deployment that `params` is, in the namespace of everything. Without it there is no Deployment to judge by, and
   * nothing is refused: parameters are looked up whoever asks, so that a refusal would be everybody's. The controller may not
   * delete it.
   */
  readonly params?: string;
  /** Whether its role has rights all over the cluster. */
  readonly everywhere?: boolean;
}

/** What the API server writes into every object. */
const BOOK_KEEPING = ["managedFields", "resourceVersion", "generation"];
/** Environment that the controller gives an agent: `controller/agents/render_agent.ts`. */
const AGENT_ENV = [
  "VM_DHCP_AGENT_NAME",
  "VM_DHCP_AGENT_DRY_RUN",
  "AGENT_NETWORK_CONFIGS",
  "IPPOOL_REFS_JSON",
];
const MULTUS_NETWORKS = "k8s.v1.cni.cncf.io/networks";
const ATTACHMENTS = `${GROUP}/agent-attachments`;
const TEMPLATE_LABEL = `${GROUP}/agent-template`;
/** On the agent pods of the Go version. */
const LEGACY_AGENT_LABEL = `${GROUP}/vm-dhcp-controller`;
/** Of a token that the kubelet asked for: the pod's name. */
const POD_NAME = "authentication.kubernetes.io/pod-name";

const NAME = { name: "(object == null ? oldObject : object).metadata.name" };
const OBJECT = {
  now: "dyn(object)",
  old: "dyn(oldObject)",
  metadata: "dyn(object.metadata)",
  oldMetadata: "dyn(oldObject.metadata)",
};
const POD: Compared = {
  base: "variables.basePod",
  old: "variables.oldPod",
  but: ["affinity", "containers"],
};
const ANNOTATIONS: Compared = {
  base: "variables.baseAnnotations",
  old: "variables.oldAnnotations",
  but: [MULTUS_NETWORKS, ATTACHMENTS],
};

function policiesOf({ controller, webhook, agent }: Names): readonly Policy[] {
  // A name that an agent's Deployment, budget or Lease may have.
  const isAgentName = `(variables.name == "${agent}" || variables.name.startsWith("${agent}-"))`;
  return [
    {
      role: controller,
      about: "networks",
      everywhere: true,
      resource: ["k8s.cni.cncf.io", "v1", "network-attachment-definitions"],
      operations: ["UPDATE"],
      variables: {
        ...OBJECT,
        labels: map("object.metadata.?labels"),
        oldLabels: map("oldObject.metadata.?labels"),
      },
      rules: {
        "The controller may change nothing of a network but the labels that name its pool": all(
          same("variables.now", "variables.old", ["metadata"]),
          same("variables.metadata", "variables.oldMetadata", ["labels", ...BOOK_KEEPING]),
          same("variables.labels", "variables.oldLabels", [
            IPPOOL_NAMESPACE_LABEL,
            IPPOOL_NAME_LABEL,
          ]),
        ),
      },
    },
    {
      role: controller,
      about: "pools",
      everywhere: true,
      resource: [GROUP, "v1alpha1", "ippools"],
      operations: ["UPDATE"],
      variables: OBJECT,
      rules: {
        "The controller may change nothing of a pool but its status and finalizers": all(
          same("variables.now", "variables.old", ["metadata", "status"]),
          same("variables.metadata", "variables.oldMetadata", ["finalizers", ...BOOK_KEEPING]),
        ),
      },
    },
    {
      role: controller,
      about: "agents",
      resource: ["apps", "v1", "deployments"],
      operations: ["CREATE", "UPDATE"],
      params: agent,
      variables: {
        ...NAME,
        base: `variables.name == "${agent}" ? oldObject : params`,
        pod: "dyn(object.spec.template.spec)",
        basePod: "dyn(variables.base.spec.template.spec)",
        oldPod: "oldObject == null ? dyn({}) : dyn(oldObject.spec.template.spec)",
        oldContainers: "oldObject == null ? dyn([]) : dyn(oldObject.spec.template.spec.containers)",
        annotations: map("object.spec.template.?metadata.?annotations"),
        baseAnnotations: map("variables.base.spec.template.?metadata.?annotations"),
        oldAnnotations: `oldObject == null ? dyn({}) : ${
          map("oldObject.spec.template.?metadata.?annotations")
        }`,
      },
      rules: {
        "The controller may make and change no Deployment but those of agents":
          `variables.name == "${agent}" ? request.operation == "UPDATE" : ` +
          `(${isAgentName} && ${label("object", TEMPLATE_LABEL)} == "${agent}")`,
        "An agent's pod differs from the template's in its networks, environment and place alone":
          all(
            either("variables.pod", POD),
            kept("variables.pod", POD),
            either("variables.annotations", ANNOTATIONS),
          ),
        "An agent's container differs from the template's in what it is told to serve alone":
          sameContainers(),
      },
    },
    {
      role: controller,
      about: "removed-agents",
      resource: ["apps", "v1", "deployments"],
      operations: ["DELETE"],
      rules: {
        "The controller may delete no Deployment but those that it made":
          `oldObject.metadata.name.startsWith("${agent}-") && ` +
          `${label("oldObject", TEMPLATE_LABEL)} == "${agent}"`,
      },
    },
    {
      role: controller,
      about: "budgets",
      resource: ["policy", "v1", "poddisruptionbudgets"],
      operations: ["CREATE", "UPDATE", "DELETE"],
      variables: NAME,
      rules: {
        "The controller may write no PodDisruptionBudget but those of agents": isAgentName,
      },
    },
    {
      role: controller,
      about: "pods",
      resource: ["", "v1", "pods"],
      operations: ["DELETE"],
      rules: {
        "The controller may delete no pod but agents of the Go version": `${
          label("oldObject", LEGACY_AGENT_LABEL)
        } == "agent"`,
      },
    },
    {
      role: controller,
      about: "lock",
      everywhere: true,
      resource: ["coordination.k8s.io", "v1", "leases"],
      operations: ["CREATE", "UPDATE"],
      rules: {
        "The controller may write no Lease but its lock": `object.metadata.name == "${LOCK_NAME}"`,
      },
    },
    {
      role: controller,
      about: "events",
      everywhere: true,
      resource: ["", "v1", "events"],
      operations: ["CREATE", "UPDATE"],
      rules: {
        "The controller may write no Event but its own": all(
          isOwnEvent("object", controller),
          `oldObject == null || ${isOwnEvent("oldObject", controller)}`,
        ),
      },
    },
    {
      role: webhook,
      about: "secret",
      resource: ["", "v1", "secrets"],
      operations: ["CREATE"],
      rules: {
        // A Secret of another type could be filled with the token of any ServiceAccount of the namespace.
        "The webhook may make no Secret but that of its certificates":
          `object.metadata.name == "${secretOf(webhook)}" && ` +
          'object.?type.orValue("") == "kubernetes.io/tls"',
      },
    },
    {
      role: agent,
      about: "leases",
      resource: ["coordination.k8s.io", "v1", "leases"],
      operations: ["CREATE", "UPDATE"],
      variables: {
        lease: "object.metadata.name",
        pod: `has(request.userInfo.extra) && "${POD_NAME}" in request.userInfo.extra ` +
          `? request.userInfo.extra["${POD_NAME}"][0] : ""`,
      },
      rules: {
        // A pod is named DEPLOYMENT-REPLICASET-POD; where that is too long, the last two are one.
        "An agent may write no Lease but that of its pod's own Deployment":
          'variables.pod.startsWith(variables.lease + "-") && ' +
          'variables.pod.substring(size(variables.lease) + 1).matches("^[a-z0-9]+(-[a-z0-9]{5})?$")',
      },
    },
  ];
}

/** The policies and their bindings. */
export function admissionPolicies(settings: DeploySettings): unknown[] {
  return policiesOf(settings.names).flatMap((policy) => [
    policyObject(policy, settings),
    bindingObject(policy, settings),
  ]);
}

function policyObject(policy: Policy, settings: DeploySettings): unknown {
  const { namespace } = settings;
  const { role, resource: [group, version, plural], operations, variables = {}, rules } = policy;
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: metadataOf(policy),
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        ...(policy.everywhere === true
          ? {}
          : { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } }),
        resourceRules: [{
          apiGroups: [group],
          apiVersions: [version],
          operations,
          resources: [plural],
        }],
      },
      matchConditions: [{
        name: "who",
        expression: `request.userInfo.username == "system:serviceaccount:${namespace}:${
          accountsOf(settings)[role]
        }"`,
      }],
      ...(policy.params === undefined
        ? {}
        : { paramKind: { apiVersion: "apps/v1", kind: "Deployment" } }),
      ...(policy.variables === undefined ? {} : {
        variables: Object.entries(variables).map(([name, expression]) => ({ name, expression })),
      }),
      validations: Object.entries(rules).map(([message, expression]) => ({
        expression,
        message,
        reason: "Forbidden",
      })),
    },
  };
}

function bindingObject(policy: Policy, { namespace }: DeploySettings): unknown {
  const metadata = metadataOf(policy);
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata,
    spec: {
      policyName: metadata.name,
      validationActions: ["Deny"],
      ...(policy.params === undefined
        ? {}
        : { paramRef: { name: policy.params, namespace, parameterNotFoundAction: "Allow" } }),
    },
  };
}

function metadataOf(
  { role, about }: Policy,
): { readonly name: string; readonly labels: Readonly<Record<string, string>> } {
  return { name: `${role}-${about}`, labels: labelsOf(role) };
}

function all(...expressions: readonly string[]): string {
  return expressions.map((expression) => `(${expression})`).join(" && ");
}

function list(texts: readonly string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(", ")}]`;
}

/** A map that may be missing. */
function map(path: string): string {
  return `dyn(${path}.orValue({}))`;
}

function label(object: string, key: string): string {
  return `${object}.metadata.?labels[?"${key}"].orValue("")`;
}

function isOwnEvent(event: string, controller: string): string {
  return `${event}.?source.?component.orValue("") == "${controller}"`;
}

/** Whether two maps are the same but for some of their keys. */
function same(one: string, other: string, but: readonly string[]): string {
  const free = `f in ${list(but)}`;
  return `${one}.all(f, ${free} || (f in ${other} && ${one}[f] == ${other}[f])) && ` +
    `${other}.all(f, ${free} || f in ${one})`;
}

/** What a map is compared with: the template's, and its own state before. */
interface Compared {
  readonly base: string;
  readonly old: string;
  readonly but: readonly string[];
}

/** Whether each entry of a map is the template's, or as it was. */
function either(map: string, { base, old, but }: Compared): string {
  return `${map}.all(f, f in ${list(but)} || (f in ${base} && ${base}[f] == ${map}[f]) || ` +
    `(f in ${old} && ${old}[f] == ${map}[f]))`;
}

/** Whether a map has each entry of the template's, unless it had it not before. */
function kept(map: string, { base, old, but }: Compared): string {
  return `${base}.all(f, f in ${
    list(but)
  } || f in ${map} || (oldObject != null && !(f in ${old})))`;
}

/** Whether the containers are the template's, but for what an agent is told to serve, and an image that it had before. */
function sameContainers(): string {
  const free = list(["env", "image"]);
  const was = (test: string) => `variables.oldContainers.exists(o, o.name == c.name && ${test})`;
  const field = `f in ${free} || (f in b && b[f] == c[f]) || ${was("f in o && o[f] == c[f]")}`;
  const env = `(e.name in ${list(AGENT_ENV)} && !has(e.valueFrom)) || ` +
    `(has(b.env) && e in b.env) || ${was("has(o.env) && e in o.env")}`;
  const container = all(
    "b.name == c.name",
    `c.all(f, ${field})`,
    `b.all(f, f in ${free} || f in c)`,
    `c.image == b.image || ${was("o.image == c.image")}`,
    `!has(c.env) || c.env.all(e, ${env})`,
  );
  return all(
    "variables.pod.containers.size() == variables.basePod.containers.size()",
    `variables.pod.containers.all(c, variables.basePod.containers.exists(b, ${container}))`,
  );
}
