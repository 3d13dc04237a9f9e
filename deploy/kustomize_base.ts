/**
 * The kustomize base. An overlay's `namespace:` moves every namespaced object, the lock's Role too, but knows nothing of names within
 * texts: there kustomize puts in the namespace that the objects have in the end, by its variables.
 *
 * @module
 */
import { CONTROLLER } from "./names.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";
import { isMap } from "./values/merge.ts";
import { yamlText } from "./yaml_text.ts";

/** Objects of one file. */
interface KustomizePart {
  readonly name: string;
  readonly objects: readonly unknown[];
}

const FRAME = { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization" };
const NAMESPACE = "$(VM_DHCP_NAMESPACE)";
/** The controller's environment says where its lock is. */
const LOCK_VARIABLE = "VM_DHCP_LOCK_NAMESPACE";
const LOCK_NAMESPACE = `$(${LOCK_VARIABLE})`;
/** Where a namespace is named beside `metadata.namespace` and what else kustomize knows. */
const PLACES = [
  { kind: "ValidatingAdmissionPolicy", path: "spec/matchConditions/expression" },
  {
    kind: "ValidatingAdmissionPolicy",
    path: "spec/matchConstraints/namespaceSelector/matchLabels",
  },
  { kind: "ValidatingAdmissionPolicyBinding", path: "spec/paramRef/namespace" },
  { kind: "MutatingWebhookConfiguration", path: "webhooks/matchConditions/expression" },
  { kind: "ValidatingWebhookConfiguration", path: "webhooks/matchConditions/expression" },
];

/**
 * The base's files: name -> text. The CRDs are a base of their own in `crds`: what takes the rest away would take them along, and
 * with them every record.
 */
export function kustomizeBase(
  crds: readonly (readonly [name: string, text: string])[],
  parts: readonly KustomizePart[],
): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [name, text] of crds) files.set(`crds/${name}`, text);
  files.set(
    "crds/kustomization.yaml",
    yamlText([{ ...FRAME, resources: crds.map(([name]) => name) }]),
  );
  for (const { name, objects } of parts) files.set(`${name}.yaml`, yamlText(objects.map(followed)));
  files.set("variables.yaml", yamlText([{ varReference: PLACES }]));
  files.set(
    "kustomization.yaml",
    yamlText([kustomization(parts.map(({ name }) => `${name}.yaml`))]),
  );
  return files;
}

function kustomization(resources: readonly string[]): unknown {
  const [name = "", tag = ""] = DEFAULT_SETTINGS.image.split(/:(?=[^:/]+$)/);
  const variable = (text: string, object: Readonly<Record<string, string>>) => ({
    name: text.slice(2, -1),
    objref: object,
    fieldref: { fieldpath: "metadata.namespace" },
  });
  return {
    ...FRAME,
    resources,
    images: [{ name, newName: name, newTag: tag }],
    // Replacements would be made before an overlay's namespace is known; variables are put in at the very end.
    vars: [
      variable(NAMESPACE, { apiVersion: "v1", kind: "ServiceAccount", name: CONTROLLER }),
      variable(LOCK_NAMESPACE, {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "Role",
        name: `${CONTROLLER}-lock`,
      }),
    ],
    configurations: ["variables.yaml"],
  };
}

/** An object whose texts follow the namespace that it gets. */
function followed(object: unknown): unknown {
  const { namespace } = DEFAULT_SETTINGS;
  const visit = (value: unknown): unknown => {
    if (typeof value === "string") {
      return value.replaceAll(
        `system:serviceaccount:${namespace}:`,
        `system:serviceaccount:${NAMESPACE}:`,
      );
    }
    if (Array.isArray(value)) return value.map(visit);
    if (!isMap(value)) return value;
    if (value["name"] === LOCK_VARIABLE) return { ...value, value: LOCK_NAMESPACE };
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => {
        if (name === "paramRef" && isMap(inner)) return [name, { ...inner, namespace: NAMESPACE }];
        if (name === "kubernetes.io/metadata.name" && inner === namespace) return [name, NAMESPACE];
        return [name, visit(inner)];
      }),
    );
  };
  return visit(object);
}
