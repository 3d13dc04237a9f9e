/**
 * Who may use a network: a network belongs to its namespace.
 *
 * @module
 */
import { ALLOWED_NAMESPACES_ANNOTATION } from "./names.ts";
import { namespaceOfNetwork } from "./network.ts";
import type { NetworkAttachmentDefinition } from "./types.ts";

/**
 * How tenants stand to each other: `shared`, every namespace may use every network; `isolated`, a network is for its own
 * namespace and for those that its annotation names.
 */
export type Tenancy = "shared" | "isolated";

/** Everybody. */
const ALL = "*";

/** Who may use one network. */
export interface NetworkAccess {
  /** `namespace/name` of the NetworkAttachmentDefinition. */
  readonly network: string;
  /** How tenants stand to each other. */
  readonly tenancy: Tenancy;
  /** What its annotation names. */
  readonly allowed: ReadonlySet<string>;
}

/**
 * Reads who may use a network. One that is not there allows nobody but its own namespace.
 *
 * @example
 * ```ts
 * import { namespaceProblem, networkAccess } from "@vm-dhcp/vm-dhcp/api";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * const nad = {
 *   apiVersion: "k8s.cni.cncf.io/v1",
 *   kind: "NetworkAttachmentDefinition",
 *   metadata: {
 *     name: "lab",
 *     namespace: "tenant-b",
 *     annotations: { "network.harvesterhci.io/allowed-namespaces": "tenant-c, tenant-d" },
 *   },
 * };
 * const access = networkAccess("tenant-b/lab", { tenancy: "isolated", nad });
 * equal(namespaceProblem(access, "tenant-b"), undefined);
 * equal(namespaceProblem(access, "tenant-d"), undefined);
 * equal(
 *   namespaceProblem(access, "tenant-a"),
 *   "namespace tenant-a may not use network tenant-b/lab: " +
 *     "the network's annotation network.harvesterhci.io/allowed-namespaces does not name it",
 * );
 * ```
 *
 * @param network `namespace/name`
 */
export function networkAccess(
  network: string,
  { tenancy, nad }: {
    readonly tenancy: Tenancy;
    readonly nad?: NetworkAttachmentDefinition | undefined;
  },
): NetworkAccess {
  const text = nad?.metadata.annotations?.[ALLOWED_NAMESPACES_ANNOTATION] ?? "";
  const names = text.split(",").map((name) => name.trim()).filter((name) => name !== "");
  return { network, tenancy, allowed: new Set(names) };
}

/**
 * Why a namespace may not use a network; `undefined` where it may. The controller and the webhook both ask here, of
 * pools, of NICs and of reservations.
 */
export function namespaceProblem(
  { network, tenancy, allowed }: NetworkAccess,
  namespace: string | undefined,
): string | undefined {
  if (tenancy === "shared" || namespace === namespaceOfNetwork(network)) return undefined;
  if (allowed.has(ALL) || allowed.has(namespace ?? "")) return undefined;
  return `namespace ${namespace ?? ""} may not use network ${network}: ` +
    `the network's annotation ${ALLOWED_NAMESPACES_ANNOTATION} does not name it`;
}
