/**
 * Forgets old Events, as an API server does.
 *
 * @module
 */
import type { KubeEvent } from "../kube/objects/builtin_types.ts";
import { EVENTS } from "../kube/objects/resources.ts";
import type { KubeClient } from "../kube/types.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";

/** kube-apiserver's `--event-ttl`. */
const LIFE_MS = 3_600_000;
const EVERY_MS = 300_000;

/** What {@linkcode expireEvents} works with. */
interface ExpireOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Removes Events an hour after they were last seen, until the signal aborts. Resolves then; never rejects. */
export async function expireEvents(options: ExpireOptions, signal: AbortSignal): Promise<void> {
  const { client, clock, log } = options;
  const events = client.of(EVENTS);
  while (!signal.aborted) {
    try {
      const { items } = await events.list({ signal });
      for (const event of items.filter((one) => isOld(one, clock.now()))) {
        const { namespace = "default", name = "", resourceVersion = "" } = event.metadata;
        // One that was seen again meanwhile stays: the next pass looks at it anew.
        await events.delete({ namespace, name }, { resourceVersion, signal }).catch(() => false);
      }
      await clock.sleep(EVERY_MS, signal);
    } catch (error) {
      if (signal.aborted) return;
      log.warn("Cannot forget old Events", { error });
      await clock.sleep(EVERY_MS, signal).catch(() => undefined);
    }
  }
}

function isOld({ lastTimestamp, firstTimestamp, metadata }: KubeEvent, now: number): boolean {
  const seen = Date.parse(lastTimestamp ?? firstTimestamp ?? metadata.creationTimestamp ?? "");
  return now - seen > LIFE_MS;
}
