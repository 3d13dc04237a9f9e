/**
 * Names of NetworkAttachmentDefinitions, as KubeVirt and Multus write them.
 *
 * @module
 */

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
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
 * Makes the name of a network whole: a name without a namespace means `ownNamespace`, the namespace of the object
 * that bears it, as in KubeVirt (`spec.template.spec.networks[].multus.networkName`).
 *
 * @param text `namespace/name` or `name`.
 * @returns `namespace/name`.
 * @throws {RangeError} `Cannot read network name: ...` where {@linkcode networkNameProblem} finds one.
 *
 * @example
 * ```ts
 * import { networkRef } from "@vm-dhcp/vm-dhcp/api";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * equal(networkRef("net-48", "tenant-a"), "tenant-a/net-48");
 * equal(networkRef("default/net-48", "tenant-a"), "default/net-48");
 * ```
 */
export function networkRef(text: string, ownNamespace: string): string {
  const problem = networkNameProblem(text);
  if (problem !== undefined) {
    throw new RangeError(`Cannot read network name: ${problem}: ${JSON.stringify(text)}`);
  }
  return text.includes("/") ? text : `${ownNamespace}/${text}`;
}
