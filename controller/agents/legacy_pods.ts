/**
 * The agent pods of the Go version: two owners of one server address would black-hole renewals, so they go first.
 *
 * @module
 */
import { GROUP, IPPOOL_NAME_LABEL, IPPOOL_NAMESPACE_LABEL } from "../../core/api/names.ts";
import type { Pod } from "../../kube/objects/builtin_types.ts";
import { keyOf } from "../../kube/objects/resources.ts";
import type { ResourceClient } from "../../kube/types.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";
import { FirstSeen } from "../memory/first_seen.ts";

/** Selects the agent pods of the Go version. */
export const LEGACY_AGENT_SELECTOR = `${GROUP}/vm-dhcp-controller=agent`;
/** How long a deleted pod is waited for, twice the grace it has: a pod of a dead node stays `Terminating` for ever. */
const PATIENCE_MS = 60_000;

/** What is worked with. */
interface LegacyPodsOptions {
  readonly pods: ResourceClient<Pod>;
  readonly namespace: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Removes the agent pods of the Go version. */
export class LegacyPods {
  readonly #options: LegacyPodsOptions;
  /** By their UIDs. Lost: they are waited for anew. */
  readonly #seen: FirstSeen;

  constructor(options: LegacyPodsOptions) {
    this.#options = options;
    this.#seen = new FirstSeen(options.clock);
  }

  /** Deletes them, and says which pools (`namespace/name`) they may still serve. */
  async remove(signal: AbortSignal): Promise<ReadonlySet<string>> {
    const { pods, namespace, log } = this.#options;
    const { items } = await pods.list({ namespace, labelSelector: LEGACY_AGENT_SELECTOR, signal });
    const serving = new Set<string>();
    for (const pod of items) {
      const { name = "", uid = "", labels, deletionTimestamp } = pod.metadata;
      const pool = `${labels?.[IPPOOL_NAMESPACE_LABEL]}/${labels?.[IPPOOL_NAME_LABEL]}`;
      if (this.#seen.see(uid) < PATIENCE_MS) serving.add(pool);
      if (deletionTimestamp !== undefined) continue;
      log.info("Agent pod of the Go version is deleted", { pod: keyOf(pod), pool });
      await pods.delete({ namespace, name }, { uid, signal });
    }
    this.#seen.keep(new Set(items.map(({ metadata }) => metadata.uid ?? "")));
    return serving;
  }
}
