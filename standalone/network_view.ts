/**
 * Follows pools and networks, and tells the agent what to serve.
 *
 * @module
 */
import type { AgentNetwork } from "../agent/types.ts";
import type { IPPool, KubeObject, NetworkAttachmentDefinition } from "../core/api/types.ts";
import { createKubeClient } from "../kube/objects/client.ts";
import { isGone } from "../core/ipam/mod.ts";
import { createInformer } from "../kube/watch/informer.ts";
import { IPPOOLS, NETWORK_ATTACHMENT_DEFINITIONS } from "../kube/objects/resources.ts";
import type { RestClient } from "../kube/rest_client.ts";
import type { Informer } from "../kube/types.ts";
import type { Clock, Random } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import { servedNetworks } from "./served_networks.ts";

/** What a {@linkcode NetworkView} works with. */
interface NetworkViewOptions {
  readonly rest: RestClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly interfaces: ReadonlyMap<string, string>;
}

/** The pools and networks that there are. */
export class NetworkView {
  readonly pools: Informer<IPPool>;
  readonly attachments: Informer<NetworkAttachmentDefinition>;
  readonly #interfaces: ReadonlyMap<string, string>;

  constructor({ rest, interfaces, log: logger, clock, random }: NetworkViewOptions) {
    const client = createKubeClient(rest);
    this.pools = createInformer({ client: client.of(IPPOOLS), logger, clock, random });
    this.attachments = createInformer({
      client: client.of(NETWORK_ATTACHMENT_DEFINITIONS),
      logger,
      clock,
      random,
    });
    this.#interfaces = interfaces;
  }

  /** Whether both are known. */
  get synced(): boolean {
    return this.pools.synced && this.attachments.synced;
  }

  /** What is to be served now. */
  get networks(): readonly AgentNetwork[] {
    return servedNetworks({
      pools: this.pools.list(),
      attachment: (key) => this.attachments.get(key),
      interfaces: this.#interfaces,
    });
  }

  /** Follows both until the signal aborts. Resolves then; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.pools.run(signal), this.attachments.run(signal)]);
  }

  /** Resolves when both are known. Rejects with the signal's reason. */
  async whenSynced(signal: AbortSignal): Promise<void> {
    await Promise.all([this.pools.whenSynced(signal), this.attachments.whenSynced(signal)]);
  }

  /** Calls `tell` whenever something else is to be served. */
  onNetworks(tell: (networks: readonly AgentNetwork[]) => void): void {
    let told = JSON.stringify(this.networks);
    const look = (before: KubeObject | undefined, after: KubeObject | undefined) => {
      if (!isNews(before, after)) return;
      const { networks } = this;
      const text = JSON.stringify(networks);
      if (text === told) return;
      told = text;
      tell(networks);
    };
    this.pools.onChange((_key, before, after) => look(before, after));
    this.attachments.onChange((_key, before, after) => look(before, after));
  }
}

/** Whether an object is new, gone or changed in more than its status; a pool is gone, too, when nothing of ours keeps it. */
function isNews(before: KubeObject | undefined, after: KubeObject | undefined): boolean {
  return before === undefined || after === undefined ||
    before.metadata.generation !== after.metadata.generation ||
    before.metadata.uid !== after.metadata.uid ||
    isGone(before) !== isGone(after);
}
