/**
 * Which network an object means: the names of NetworkAttachmentDefinitions, as KubeVirt and Multus write them.
 *
 * @module
 */
import type { IPPool, VirtualMachine } from "./types.ts";

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
/** What nearly every name is: nothing is wrong with it, if it is not too long. */
const PLAIN = /^[a-z0-9]+(?:-+[a-z0-9]+)*(?:\/[a-z0-9]+(?:-+[a-z0-9]+)*)?$/;
const MAX_NAMESPACE = 63;
const MAX_NAME = 253;
/** Characters in the longest `namespace/name`: a DNS label, a slash, a DNS subdomain. */
export const MAX_NETWORK_NAME: number = MAX_NAMESPACE + 1 + MAX_NAME;

/**
 * Says what is wrong with the name of a network, `[namespace/]name`, or `undefined` where nothing is.
 * Namespaces are DNS labels (RFC 1123, 63 characters), names are DNS subdomains (253 characters).
 *
 * @example
 * ```ts
 * import { networkNameProblem } from "@vm-dhcp/vm-dhcp/api";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * equal(networkNameProblem("default/net-48"), undefined);
 * equal(
 *   networkNameProblem("default/Net"),
 *   'must be "namespace/name" or "name": "Net" is not a lower-case DNS name',
 * );
 * ```
 */
export function networkNameProblem(text: string): string | undefined {
  if (text.length <= MAX_NAMESPACE && PLAIN.test(text)) return undefined;
  const parts = text.split("/");
  const name = parts.at(-1) ?? "";
  const namespace = parts.length > 1 ? parts[0] : undefined;
  if (parts.length > 2) return `${FORM}: it has more than one slash`;
  if (namespace !== undefined && (!LABEL.test(namespace) || namespace.length > MAX_NAMESPACE)) {
    return `${FORM}: ${
      JSON.stringify(namespace)
    } is not a lower-case DNS label of at most ${MAX_NAMESPACE} characters`;
  }
  if (name.length > MAX_NAME) return `${FORM}: the name is longer than ${MAX_NAME} characters`;
  if (!name.split(".").every((label) => LABEL.test(label))) {
    return `${FORM}: ${JSON.stringify(name)} is not a lower-case DNS name`;
  }
  return undefined;
}

const FORM = 'must be "namespace/name" or "name"';

/**
 * `namespace/name` of the network that an object means by `name`, or `undefined` where that is no network's name. A
 * name without a namespace means the object's own, as in KubeVirt (`spec.template.spec.networks[].multus.networkName`).
 *
 * @param name `namespace/name` or `name`, as somebody wrote it.
 * @param namespace The object's own; without one it counts as one of `default`.
 *
 * @example
 * ```ts
 * import { wholeNetworkName } from "@vm-dhcp/vm-dhcp/api";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * equal(wholeNetworkName("net-48", "tenant-a"), "tenant-a/net-48");
 * equal(wholeNetworkName("default/net-48", "tenant-a"), "default/net-48");
 * equal(wholeNetworkName("default/Net", "tenant-a"), undefined);
 * ```
 */
export function wholeNetworkName(
  name: unknown,
  namespace: string | undefined,
): string | undefined {
  if (typeof name !== "string" || networkNameProblem(name) !== undefined) return undefined;
  return name.includes("/") ? name : `${namespace ?? "default"}/${name}`;
}

/** The namespace that a network belongs to, by its whole name. */
export function namespaceOfNetwork(network: string): string {
  return network.slice(0, network.indexOf("/"));
}

/** `namespace/name` of the network that a pool serves; `undefined` where its spec names none. */
export function networkOfPool(pool: IPPool): string | undefined {
  return wholeNetworkName(pool.spec?.networkName, pool.metadata.namespace);
}

/** The networks of a VM's NICs, each once, in whatever shape the VM is. */
export function networksOfVm(vm: VirtualMachine): readonly string[] {
  const networks: unknown = vm.spec?.template?.spec?.networks;
  if (!Array.isArray(networks)) return [];
  const names = networks.map((network) =>
    wholeNetworkName(network?.multus?.networkName, vm.metadata.namespace)
  );
  return [...new Set(names.filter((name) => name !== undefined))];
}
