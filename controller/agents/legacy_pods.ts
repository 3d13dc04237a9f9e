/**
 * The agent pods of the Go version: two owners of one server address would black-hole renewals, so they go first.
 *
 * @module
 */
import { GROUP, IPPOOL_NAME_LABEL, IPPOOL_NAMESPACE_LABEL } from "../../core/api/names.ts";
import { fromTimestamp } from "../../core/api/timestamp.ts";
import type { Pod } from "../../kube/builtin_types.ts";
import { keyOf } from "../../kube/resources.ts";
import type { ResourceClient } from "../../kube/types.ts";
import type { Logger } from "../../runtime/log.ts";

/** Label and value of the Go version's agent pods. */
export const LEGACY_SELECTOR = `${GROUP}/vm-dhcp-controller=agent`;
/** How long after its deletion a pod is waited for: a pod of a dead node stays `Terminating` for ever. */
const PATIENCE_MS = 45_000;

/**
 * Deletes the agent pods of the Go version, and says which pools (`namespace/name`) they may still serve.
 */
export async function removeLegacyPods(
  options: {
    readonly pods: ResourceClient<Pod>;
    readonly namespace: string;
    /** Milliseconds since the epoch. */
    readonly now: number;
    readonly log: Logger;
    readonly signal: AbortSignal;
  },
): Promise<ReadonlySet<string>> {
  const { pods, namespace, now, log, signal } = options;
  const { items } = await pods.list({ namespace, labelSelector: LEGACY_SELECTOR, signal });
  const serving = new Set<string>();
  for (const pod of items) {
    const { name = "", uid, labels, deletionTimestamp } = pod.metadata;
    const pool = `${labels?.[IPPOOL_NAMESPACE_LABEL]}/${labels?.[IPPOOL_NAME_LABEL]}`;
    if (deletionTimestamp === undefined) {
      log.info("Agent pod of the Go version is deleted", { pod: keyOf(pod), pool });
      await pods.delete({ namespace, name }, { ...(uid === undefined ? {} : { uid }), signal });
      serving.add(pool);
    } else if (now - (fromTimestamp(deletionTimestamp) ?? now) < PATIENCE_MS) {
      serving.add(pool);
    }
  }
  return serving;
}
