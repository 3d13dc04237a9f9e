/**
 * Kubernetes' own resources that the embedded API stores. It runs nothing: a Deployment makes no pods.
 *
 * @module
 */
import { builtinColumns } from "./builtin_columns.ts";
import { builtinSchema } from "./builtin_schema.ts";
import type { ResourceType } from "./resource_type.ts";

type Flag = "cluster" | "status" | "generation" | "guarded" | "upsert" | "readonly";

interface Entry {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** `guarded`: a PUT needs resourceVersion; `upsert`: a PUT may create. */
  readonly flags?: readonly Flag[];
  readonly selectableFields?: readonly string[];
}

const EVENT_FIELDS = [
  "involvedObject.kind",
  "involvedObject.namespace",
  "involvedObject.name",
  "involvedObject.uid",
  "involvedObject.apiVersion",
  "involvedObject.resourceVersion",
  "involvedObject.fieldPath",
  "reason",
  "reportingComponent",
  "source",
  "type",
];

const POD_FIELDS = [
  "spec.nodeName",
  "spec.restartPolicy",
  "spec.schedulerName",
  "spec.serviceAccountName",
  "status.phase",
  "status.podIP",
  "status.nominatedNodeName",
];

const RBAC = "rbac.authorization.k8s.io/v1";
const WEBHOOKS = "admissionregistration.k8s.io/v1";

const ENTRIES: readonly Entry[] = [
  {
    apiVersion: "v1",
    kind: "Namespace",
    shortNames: ["ns"],
    flags: ["cluster", "status"],
    selectableFields: ["status.phase"],
  },
  {
    apiVersion: "v1",
    kind: "Node",
    shortNames: ["no"],
    flags: ["cluster", "status"],
    selectableFields: ["spec.unschedulable"],
  },
  {
    apiVersion: "v1",
    kind: "Pod",
    shortNames: ["po"],
    categories: ["all"],
    flags: ["status", "generation"],
    selectableFields: POD_FIELDS,
  },
  { apiVersion: "v1", kind: "ConfigMap", shortNames: ["cm"] },
  { apiVersion: "v1", kind: "Secret", selectableFields: ["type"] },
  {
    apiVersion: "v1",
    kind: "Service",
    shortNames: ["svc"],
    categories: ["all"],
    flags: ["status", "upsert"],
    selectableFields: ["spec.clusterIP", "spec.type"],
  },
  { apiVersion: "v1", kind: "ServiceAccount", shortNames: ["sa"] },
  {
    apiVersion: "v1",
    kind: "Event",
    shortNames: ["ev"],
    flags: ["upsert"],
    selectableFields: EVENT_FIELDS,
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    shortNames: ["deploy"],
    categories: ["all"],
    flags: ["status", "generation"],
  },
  { apiVersion: "coordination.k8s.io/v1", kind: "Lease", flags: ["guarded", "upsert"] },
  {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    shortNames: ["pdb"],
    flags: ["status", "generation", "guarded"],
  },
  { apiVersion: RBAC, kind: "Role", flags: ["upsert"] },
  { apiVersion: RBAC, kind: "RoleBinding", flags: ["upsert"] },
  { apiVersion: RBAC, kind: "ClusterRole", flags: ["cluster", "upsert"] },
  { apiVersion: RBAC, kind: "ClusterRoleBinding", flags: ["cluster", "upsert"] },
  {
    apiVersion: WEBHOOKS,
    kind: "MutatingWebhookConfiguration",
    categories: ["api-extensions"],
    flags: ["cluster", "generation", "guarded"],
  },
  {
    apiVersion: WEBHOOKS,
    kind: "ValidatingWebhookConfiguration",
    categories: ["api-extensions"],
    flags: ["cluster", "generation", "guarded"],
  },
  {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    shortNames: ["crd", "crds"],
    categories: ["api-extensions"],
    flags: ["cluster", "generation", "status", "guarded", "readonly"],
  },
];

/** Kubernetes' own resources that are served. */
export const BUILTIN_TYPES: readonly ResourceType[] = ENTRIES.map(typeOf);

function typeOf(entry: Entry): ResourceType {
  const [version = "", group = ""] = entry.apiVersion.split("/").reverse();
  const has = (flag: Flag) => entry.flags?.includes(flag) === true;
  const schema = builtinSchema(entry.apiVersion, entry.kind);
  return {
    group,
    version,
    kind: entry.kind,
    plural: entry.plural ?? `${entry.kind.toLowerCase()}s`,
    singular: entry.kind.toLowerCase(),
    shortNames: entry.shortNames ?? [],
    categories: entry.categories ?? [],
    namespaced: !has("cluster"),
    statusSubresource: has("status"),
    custom: false,
    generation: has("generation"),
    unconditionalUpdate: !has("guarded"),
    createOnUpdate: has("upsert"),
    readOnly: has("readonly"),
    selectableFields: entry.selectableFields ?? [],
    columns: builtinColumns(entry.kind),
    ...(schema === undefined ? {} : { schema }),
  };
}
