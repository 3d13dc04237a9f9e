/**
 * Who may do what: one ServiceAccount per role, exactly the verbs that it uses. `tests/deploy` proves that none is missing and
 * none is unused.
 *
 * @module
 */
import { AGENT, CONTROLLER, labelsOf, LOCK_NAMESPACE, WEBHOOK } from "../names.ts";
import type { DeploySettings } from "../settings.ts";

/** A rule of a Role or ClusterRole. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

const GROUP = "network.harvesterhci.io";
const READ = ["get", "list", "watch"];
const FOLLOW = ["list", "watch"];
const HOLD = [...READ, "create", "patch"];

/** Rules of a role in the whole cluster. */
export const CLUSTER_RULES: Readonly<Record<string, readonly PolicyRule[]>> = {
  [CONTROLLER]: [
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
  [WEBHOOK]: [
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
    {
      apiGroups: ["admissionregistration.k8s.io"],
      resources: ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
      verbs: ["get", "patch"],
      resourceNames: [WEBHOOK],
    },
  ],
  [AGENT]: [{ apiGroups: [GROUP], resources: ["ippools"], verbs: FOLLOW }],
};

/** Rules of a role in the deployment's namespace. */
export const NAMESPACE_RULES: Readonly<Record<string, readonly PolicyRule[]>> = {
  [CONTROLLER]: [
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
  ],
  [WEBHOOK]: [
    {
      apiGroups: [""],
      resources: ["secrets"],
      verbs: ["get", "update"],
      resourceNames: [`${WEBHOOK}-tls`],
    },
    // The name of what is not there yet cannot be limited.
    { apiGroups: [""], resources: ["secrets"], verbs: ["create"] },
  ],
  [AGENT]: [{
    apiGroups: ["coordination.k8s.io"],
    resources: ["leases"],
    verbs: HOLD,
  }],
};

/** Rules of a role in the namespace of the leader lock. */
export const LOCK_RULES: Readonly<Record<string, readonly PolicyRule[]>> = {
  [CONTROLLER]: [{ apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: HOLD }],
};

/** All roles and their bindings. */
export function rbacObjects(settings: DeploySettings): unknown[] {
  const { namespace } = settings;
  return [
    ...entries(CLUSTER_RULES).flatMap(([role, rules]) =>
      bound(role, rules, { subjects: namespace })
    ),
    ...entries(NAMESPACE_RULES).flatMap(([role, rules]) =>
      bound(role, rules, { subjects: namespace, within: namespace })
    ),
    ...entries(LOCK_RULES).flatMap(([role, rules]) =>
      bound(`${role}-lock`, rules, { subjects: namespace, within: LOCK_NAMESPACE, account: role })
    ),
  ];
}

function entries(
  rules: Readonly<Record<string, readonly PolicyRule[]>>,
): [string, readonly PolicyRule[]][] {
  return Object.entries(rules);
}

function bound(
  name: string,
  rules: readonly PolicyRule[],
  where: { readonly subjects: string; readonly within?: string; readonly account?: string },
): unknown[] {
  const account = where.account ?? name;
  const kind = where.within === undefined ? "ClusterRole" : "Role";
  const metadata = {
    name,
    ...(where.within === undefined ? {} : { namespace: where.within }),
    labels: labelsOf(account),
  };
  const apiVersion = "rbac.authorization.k8s.io/v1";
  return [
    { apiVersion, kind, metadata, rules },
    {
      apiVersion,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name },
      subjects: [{ kind: "ServiceAccount", name: account, namespace: where.subjects }],
    },
  ];
}
