/**
 * The cluster as informers see it.
 *
 * @module
 */
import {
  createInformer,
  type Informer,
  IPPOOLS,
  isNotFound,
  type KubeClient,
  NETWORK_ATTACHMENT_DEFINITIONS,
  parseKey,
  type Resource,
  VMNETCFGS,
} from "../../kube/mod.ts";
import type { KubeObject, NetworkAttachmentDefinition } from "../../core/api/types.ts";
import { followTrouble, unknownBecause } from "../../kube/watch/follow_trouble.ts";
import type { Clock, Random } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";
import { type ClusterView, networksOfConfig } from "./cluster_view.ts";
import { networkOfPool } from "../../core/api/network.ts";

/** What the informers need. */
interface InformerViewOptions {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** A view that follows a cluster. */
export interface FollowedView extends ClusterView {
  /** How it follows each kind. */
  readonly informers: readonly Informer<never>[];
  /** What is not known yet, one sentence each. */
  notReady(): readonly string[];
  /** Follows the cluster until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

const NETWORK = "network";

/** A view of everything in the cluster; a kind that is not served counts as having no objects. */
export function followCluster(options: InformerViewOptions): FollowedView {
  const { kube, clock, random, log } = options;
  const follow = <T extends KubeObject>(
    resource: Resource<T>,
    networksOf?: (object: T) => Iterable<string>,
  ): Informer<T> =>
    createInformer({
      client: kube.of(resource),
      clock,
      random,
      logger: log,
      ...(networksOf === undefined ? {} : { indexes: { [NETWORK]: networksOf } }),
    });
  const nads = follow(NETWORK_ATTACHMENT_DEFINITIONS);
  const pools = follow(
    IPPOOLS,
    (pool) => [networkOfPool(pool)].filter((name) => name !== undefined),
  );
  const configs = follow(VMNETCFGS, networksOfConfig);
  const all = [nads, pools, configs] as unknown as readonly Informer<never>[];
  const unknown = new Set(all);
  return {
    informers: all,
    network: async (name) => nads.get(name) ?? await askFor(kube, name),
    poolsOn: (network) => pools.byIndex(NETWORK, network),
    configsOn: (network) => configs.byIndex(NETWORK, network),
    notReady: () => [
      ...[...unknown].map((informer) =>
        `${informer.resource.plural} are not listed yet${unknownBecause(informer)}`
      ),
      ...all.filter((informer) => !unknown.has(informer)).map(followTrouble)
        .filter((sentence) => sentence !== undefined),
    ],
    run: async (signal) => {
      const running = [...unknown].map(async (informer) => {
        const run = informer.run(signal);
        await informer.whenSynced(signal, { orMissing: true }).catch(() => undefined);
        if (!signal.aborted) unknown.delete(informer);
        await run;
      });
      await Promise.all(running);
    },
  };
}

/**
 * What was made a moment ago may not have been seen yet: before a network counts as missing, the server is asked. By a
 * list, which a role that may follow may do too.
 */
async function askFor(
  kube: KubeClient,
  name: string,
): Promise<NetworkAttachmentDefinition | undefined> {
  const { namespace = "", name: own } = parseKey(name);
  try {
    const { items } = await kube.of(NETWORK_ATTACHMENT_DEFINITIONS).list({
      namespace,
      fieldSelector: `metadata.name=${own}`,
    });
    return items[0];
  } catch (error) {
    // Without Multus there are no networks.
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
