/**
 * Who may do what: one ServiceAccount per role, exactly the verbs that it uses. `tests/deploy` proves that none is missing and
 * none is unused. What RBAC cannot say is said in `admission.ts`.
 *
 * @module
 */
import { labelsOf, LOCK_NAME, type Names, secretOf } from "../names.ts";
import type { DeploySettings } from "../settings.ts";

/** A rule of a Role or ClusterRole. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** Rules by the role that they are for. */
type RoleRules = Readonly<Record<string, readonly PolicyRule[]>>;

const GROUP = "network.harvesterhci.io";
const READ = ["get", "list", "watch"];
const FOLLOW = ["list", "watch"];
const HOLD = [...READ, "create", "patch"];
const CHANGE = ["create", "update", "patch", "delete", "deletecollection"];

/** Rules of a role in the whole cluster. */
function clusterRules({ controller, webhook, agent }: Names, keepsCertificate: boolean): RoleRules {
  return {
    [controller]: [
      { apiGroups: [GROUP], resources: ["ippools"], verbs: [...READ, "patch"] },
      {
        apiGroups: [GROUP],
        resources: ["virtualmachinenetworkconfigs"],
        verbs: [...READ, "create", "update", "patch", "delete"],
      },
      {
        apiGroups: [GROUP],
        resources: ["ippools/status", "virtualmachinenetworkconfigs/status"],
        verbs: ["update"],
      },
      { apiGroups: ["kubevirt.io"], resources: ["virtualmachines"], verbs: READ },
      { apiGroups: ["kubevirt.io"], resources: ["virtualmachineinstances"], verbs: FOLLOW },
      {
        apiGroups: ["k8s.cni.cncf.io"],
        resources: ["network-attachment-definitions"],
        verbs: [...FOLLOW, "patch"],
      },
      { apiGroups: [""], resources: ["namespaces"], verbs: FOLLOW },
      { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
    ],
    [webhook]: [
      {
        apiGroups: [GROUP],
        resources: ["ippools", "virtualmachinenetworkconfigs"],
        verbs: FOLLOW,
      },
      {
        apiGroups: ["k8s.cni.cncf.io"],
        resources: ["network-attachment-definitions"],
        verbs: FOLLOW,
      },
      ...keepsCertificate
        ? [{
          apiGroups: ["admissionregistration.k8s.io"],
          resources: ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
          // Made by apply, which has a name to limit.
          verbs: ["get", "patch", "create"],
          resourceNames: [webhook],
        }]
        : [],
    ],
    [agent]: [
      { apiGroups: [GROUP], resources: ["ippools"], verbs: FOLLOW },
      // Whose token is shown by who asks what it hears.
      { apiGroups: ["authentication.k8s.io"], resources: ["tokenreviews"], verbs: ["create"] },
    ],
  };
}

/** Rules of a role in the deployment's namespace. */
function namespaceRules(
  { controller, webhook, agent }: Names,
  keepsCertificate: boolean,
): RoleRules {
  return {
    [controller]: [
      { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: FOLLOW },
      {
        apiGroups: ["apps"],
        resources: ["deployments"],
        verbs: [...FOLLOW, "create", "patch", "delete"],
      },
      {
        apiGroups: ["policy"],
        resources: ["poddisruptionbudgets"],
        verbs: [...FOLLOW, "create", "patch", "delete"],
      },
      { apiGroups: [""], resources: ["pods"], verbs: [...FOLLOW, "delete"] },
      // What the kubelet says of the agents' pods: there is no narrower right.
      { apiGroups: [""], resources: ["events"], verbs: FOLLOW },
    ],
    ...keepsCertificate
      ? {
        [webhook]: [
          {
            apiGroups: [""],
            resources: ["secrets"],
            verbs: ["get", "update"],
            resourceNames: [secretOf(webhook)],
          },
          // The name of what is not there yet cannot be limited.
          { apiGroups: [""], resources: ["secrets"], verbs: ["create"] },
        ],
      }
      : {},
    [agent]: [{
      apiGroups: ["coordination.k8s.io"],
      resources: ["leases"],
      verbs: HOLD,
    }],
  };
}

/** Rules of a role in the namespace of the leader lock. */
function lockRules({ controller }: Names): RoleRules {
  return {
    [controller]: [
      {
        apiGroups: ["coordination.k8s.io"],
        resources: ["leases"],
        verbs: [...READ, "patch"],
        resourceNames: [LOCK_NAME],
      },
      // The name of what is not there yet cannot be limited.
      { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"] },
    ],
  };
}

/**
 * What people may do with our kinds who may view, edit or administer a namespace. Never with their status: that is the record of
 * who has which address, and the controller's alone. Nor with a history: who could change it could change what was.
 */
const VERBS_FOR_PEOPLE: Readonly<Record<string, readonly string[]>> = {
  view: READ,
  edit: [...READ, ...CHANGE],
  admin: [...READ, ...CHANGE],
};

/** All roles and their bindings. */
export function rbacObjects(settings: DeploySettings): unknown[] {
  const { namespace, names, lockNamespace } = settings;
  const keepsCertificate = settings.webhook.certificate === "own";
  const accounts = accountsOf(settings);
  return [
    ...rolesForPeople(names.people),
    roleForInspection(names, namespace),
    ...Object.entries(clusterRules(names, keepsCertificate)).flatMap(([role, rules]) =>
      bound({ role, rules, account: accounts[role], namespace })
    ),
    ...Object.entries(namespaceRules(names, keepsCertificate)).flatMap(([role, rules]) =>
      bound({ role, rules, account: accounts[role], namespace, within: namespace })
    ),
    ...Object.entries(lockRules(names)).flatMap(([role, rules]) =>
      bound({
        role,
        name: `${role}-lock`,
        rules,
        account: accounts[role],
        namespace,
        within: lockNamespace,
      })
    ),
  ];
}

/** The role that the controller has only where histories of the records are kept, and its binding. */
export function historyRbacObjects(settings: DeploySettings): unknown[] {
  const { namespace, names: { controller: role } } = settings;
  const verbs = ["get", "create", "update"];
  return bound({
    role,
    name: `${role}-history`,
    rules: [{ apiGroups: [GROUP], resources: ["ippoolhistories"], verbs }],
    account: accountsOf(settings)[role],
    namespace,
  });
}

/** Names of the ServiceAccounts, by the role's. */
export function accountsOf(
  { names, controller, webhook, agent }: DeploySettings,
): Readonly<Record<string, string>> {
  return {
    [names.controller]: controller.serviceAccount.name,
    [names.webhook]: webhook.serviceAccount.name,
    [names.agent]: agent.serviceAccount.name,
  };
}

function rolesForPeople(name: string): unknown[] {
  return Object.entries(VERBS_FOR_PEOPLE).map(([role, verbs]) => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: {
      name: `${name}-${role}`,
      labels: {
        ...labelsOf(name),
        [`rbac.authorization.k8s.io/aggregate-to-${role}`]: "true",
      },
    },
    rules: [
      { apiGroups: [GROUP], resources: ["ippools", "virtualmachinenetworkconfigs"], verbs },
      { apiGroups: [GROUP], resources: ["ippoolhistories"], verbs: READ },
    ],
  }));
}

/** Who may ask the controller through the API server, and nothing else: an administrator binds it to people. */
function roleForInspection({ people, controller }: Names, namespace: string): unknown {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: `${people}-inspect`, namespace, labels: labelsOf(people) },
    rules: [{
      apiGroups: [""],
      resources: ["services/proxy"],
      verbs: ["get"],
      resourceNames: [`${controller}:inspect`],
    }],
  };
}

/** A role and its binding: in one namespace, or everywhere. */
function bound(
  { role, name = role, rules, account = role, namespace, within }: {
    readonly role: string;
    readonly name?: string;
    readonly rules: readonly PolicyRule[];
    readonly account?: string | undefined;
    /** The ServiceAccount's. */
    readonly namespace: string;
    readonly within?: string;
  },
): unknown[] {
  const kind = within === undefined ? "ClusterRole" : "Role";
  const metadata = {
    name,
    ...(within === undefined ? {} : { namespace: within }),
    labels: labelsOf(role),
  };
  const apiVersion = "rbac.authorization.k8s.io/v1";
  return [
    { apiVersion, kind, metadata, rules },
    {
      apiVersion,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name },
      subjects: [{ kind: "ServiceAccount", name: account, namespace }],
    },
  ];
}
