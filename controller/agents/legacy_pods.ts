/**
 * The agent pods of the Go version: two owners of one server address would black-hole renewals, so they go first.
 *
 * @module
 */
import { GROUP, IPPOOL_NAME_LABEL, IPPOOL_NAMESPACE_LABEL } from "../../core/api/names.ts";
import type { Pod } from "../../kube/builtin_types.ts";
import { keyOf } from "../../kube/resources.ts";
import type { ResourceClient } from "../../kube/types.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";

/** Label and value of the Go version's agent pods. */
export const LEGACY_SELECTOR = `${GROUP}/vm-dhcp-controller=agent`;
/** How long a deleted pod is waited for, twice the grace it has: a pod of a dead node stays `Terminating` for ever. */
const PATIENCE_MS = 60_000;

/** What is worked with. */
export interface LegacyPodsOptions {
  readonly pods: ResourceClient<Pod>;
  readonly namespace: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Removes the agent pods of the Go version. */
export class LegacyPods {
  readonly #options: LegacyPodsOptions;
  /** Pod's UID -> when it was first seen here, on the own monotonic clock. */
  #since: ReadonlyMap<string, number> = new Map();

  constructor(options: LegacyPodsOptions) {
    this.#options = options;
  }

  /** Deletes them, and says which pools (`namespace/name`) they may still serve. */
  async remove(signal: AbortSignal): Promise<ReadonlySet<string>> {
    const { pods, namespace, clock, log } = this.#options;
    const { items } = await pods.list({ namespace, labelSelector: LEGACY_SELECTOR, signal });
    const now = clock.monotonic();
    const since = new Map<string, number>();
    const serving = new Set<string>();
    for (const pod of items) {
      const { name = "", uid = "", labels, deletionTimestamp } = pod.metadata;
      const pool = `${labels?.[IPPOOL_NAMESPACE_LABEL]}/${labels?.[IPPOOL_NAME_LABEL]}`;
      const firstSeen = this.#since.get(uid) ?? now;
      since.set(uid, firstSeen);
      if (now - firstSeen < PATIENCE_MS) serving.add(pool);
      if (deletionTimestamp !== undefined) continue;
      log.info("Agent pod of the Go version is deleted", { pod: keyOf(pod), pool });
      await pods.delete({ namespace, name }, { uid, signal });
    }
    this.#since = since;
    return serving;
  }
}
