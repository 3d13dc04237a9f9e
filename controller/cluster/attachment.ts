/**
 * What attaching a pod to a network depends on.
 *
 * @module
 */
import { type MultusConfig, multusConfigOf } from "../../core/api/foreign/multus_config.ts";
import type { NetworkAttachmentDefinition } from "../../core/api/types.ts";
import { hashOf } from "../agents/interface_name.ts";

/** How a pod is attached to a network. */
export interface Attachment extends MultusConfig {
  /** Differs where pods would be attached in another way. */
  readonly hash: string;
  /** The device that a pod needs on its node for it. */
  readonly resourceName?: string;
}

/** A NetworkAttachmentDefinition as it is kept in memory: without its configuration, which may be large. */
export type KnownNetwork = NetworkAttachmentDefinition & { readonly attachment?: Attachment };

/** Annotation on a NetworkAttachmentDefinition: the extended resource of its devices (Multus, device plugins). */
const RESOURCE_NAME = "k8s.v1.cni.cncf.io/resourceName";

/** How a pod is attached to a network. */
export function attachmentOf(nad: KnownNetwork): Attachment {
  if (nad.attachment !== undefined) return nad.attachment;
  const resourceName = nad.metadata.annotations?.[RESOURCE_NAME];
  const config = multusConfigOf(nad);
  return {
    ...config,
    hash: hashOf(JSON.stringify([meant(nad.spec?.config ?? "", config), resourceName ?? ""])),
    ...(resourceName === undefined ? {} : { resourceName }),
  };
}

/** What a configuration says, however it is laid out: its blanks and the order of its fields change nothing. */
function meant(text: string, { isOnNode, problem }: MultusConfig): unknown {
  return isOnNode || problem !== undefined ? text : inOrder(JSON.parse(text));
}

function inOrder(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const fields = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  // Not an object again, whose keys that are numbers or `__proto__` have an order and a meaning of their own.
  return { fields: fields.map(([key, member]) => [key, inOrder(member)]) };
}
