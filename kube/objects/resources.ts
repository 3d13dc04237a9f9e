/**
 * The resources that vm-dhcp reads and writes, their paths and the keys of their objects.
 *
 * @module
 */
import type { IPPoolHistory } from "../../core/api/ippool_history.ts";
import type {
  IPPool,
  KubeObject,
  NetworkAttachmentDefinition,
  VirtualMachine,
  VirtualMachineInstance,
  VirtualMachineNetworkConfig,
} from "../../core/api/types.ts";
import { API_VERSION } from "../../core/api/names.ts";
import type { Deployment, KubeEvent, Lease, Namespace, Pod, Secret } from "./builtin_types.ts";
import type { ObjectKey, Resource } from "../types.ts";

function resource<T extends KubeObject>(
  apiVersion: string,
  kind: string,
  options: { readonly plural?: string; readonly clusterScoped?: boolean } = {},
): Resource<T> {
  const plural = options.plural ?? `${kind.toLowerCase()}s`;
  return Object.freeze({ apiVersion, kind, plural, namespaced: options.clusterScoped !== true });
}

/** `network.harvesterhci.io/v1alpha1` IPPool. */
export const IPPOOLS: Resource<IPPool> = resource(API_VERSION, "IPPool");
/** `network.harvesterhci.io/v1alpha1` VirtualMachineNetworkConfig. */
export const VMNETCFGS: Resource<VirtualMachineNetworkConfig> = resource(
  API_VERSION,
  "VirtualMachineNetworkConfig",
);
/** `network.harvesterhci.io/v1alpha1` IPPoolHistory. */
export const IPPOOL_HISTORIES: Resource<IPPoolHistory> = resource(API_VERSION, "IPPoolHistory", {
  plural: "ippoolhistories",
});
/** `kubevirt.io/v1` VirtualMachine. */
export const VIRTUAL_MACHINES: Resource<VirtualMachine> = resource(
  "kubevirt.io/v1",
  "VirtualMachine",
);
/** `kubevirt.io/v1` VirtualMachineInstance. */
export const VIRTUAL_MACHINE_INSTANCES: Resource<VirtualMachineInstance> = resource(
  "kubevirt.io/v1",
  "VirtualMachineInstance",
);
/** `k8s.cni.cncf.io/v1` NetworkAttachmentDefinition. */
export const NETWORK_ATTACHMENT_DEFINITIONS: Resource<NetworkAttachmentDefinition> = resource(
  "k8s.cni.cncf.io/v1",
  "NetworkAttachmentDefinition",
  { plural: "network-attachment-definitions" },
);
/** `v1` Namespace. */
export const NAMESPACES: Resource<Namespace> = resource("v1", "Namespace", { clusterScoped: true });
/** `v1` Pod. */
export const PODS: Resource<Pod> = resource("v1", "Pod");
/** `v1` Secret. */
export const SECRETS: Resource<Secret> = resource("v1", "Secret");
/** `v1` Event. */
export const EVENTS: Resource<KubeEvent> = resource("v1", "Event");
/** `coordination.k8s.io/v1` Lease. */
export const LEASES: Resource<Lease> = resource("coordination.k8s.io/v1", "Lease");
/** `apps/v1` Deployment. */
export const DEPLOYMENTS: Resource<Deployment> = resource("apps/v1", "Deployment");
/** `policy/v1` PodDisruptionBudget. */
export const POD_DISRUPTION_BUDGETS: Resource<KubeObject> = resource(
  "policy/v1",
  "PodDisruptionBudget",
);

/**
 * The key of an object: `namespace/name`, or `name` where it has no namespace. Throws `TypeError` for an object
 * without a name.
 *
 * @example
 * ```ts
 * import { keyOf } from "@vm-dhcp/vm-dhcp/kube";
 *
 * const pool = { apiVersion: "v1", kind: "Pod", metadata: { namespace: "default", name: "vm-1" } };
 * if (keyOf(pool) !== "default/vm-1") throw new Error("Expected namespace/name");
 * ```
 */
export function keyOf(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  if (name === undefined || name === "") {
    throw new TypeError(`Cannot tell the key of an object without a name: ${object.kind}`);
  }
  return formatKey(namespace === undefined ? { name } : { namespace, name });
}

/** `namespace/name`, or `name` without a namespace. */
export function formatKey(key: ObjectKey): string {
  return key.namespace === undefined || key.namespace === ""
    ? key.name
    : `${key.namespace}/${key.name}`;
}

/**
 * The inverse of {@linkcode formatKey}. Throws `TypeError` for text that is no key: empty parts or a second slash.
 */
export function parseKey(key: string): ObjectKey {
  const parts = key.split("/");
  const [first = "", second] = parts;
  if (parts.length > 2 || first === "" || second === "") {
    throw new TypeError(`Cannot read an object's key: ${JSON.stringify(key)}`);
  }
  return second === undefined ? { name: first } : { namespace: first, name: second };
}

/**
 * The path of a resource, of the objects of one namespace, of one object or of its subresource, without a query.
 * Every part is escaped.
 */
export function pathOf(
  resource: Resource<KubeObject>,
  at: { readonly namespace?: string; readonly name?: string; readonly subresource?: string } = {},
): string {
  const parts = groupPath(resource.apiVersion).split("/");
  if (resource.namespaced && at.namespace !== undefined) parts.push("namespaces", at.namespace);
  parts.push(resource.plural);
  if (at.name !== undefined) parts.push(at.name);
  if (at.subresource !== undefined) parts.push(at.subresource);
  return parts.map(encodeURIComponent).join("/");
}

/** The path of an API group and version: `/api/v1` or `/apis/GROUP/VERSION`. */
export function groupPath(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** The object without `metadata.managedFields`, which nobody here needs and which is often larger than the rest. */
export function withoutManagedFields<T extends KubeObject>(object: T): T {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
