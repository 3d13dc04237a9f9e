/**
 * Follows pools and networks, and tells the agent what to serve.
 *
 * @module
 */
import type { AgentNetwork } from "../agent/types.ts";
import type { IPPool, KubeObject, NetworkAttachmentDefinition } from "../core/api/types.ts";
import { createKubeClient } from "../kube/client.ts";
import { createInformer } from "../kube/informer.ts";
import { IPPOOLS, NETWORK_ATTACHMENT_DEFINITIONS } from "../kube/resources.ts";
import type { RestClient } from "../kube/seam.ts";
import type { Informer } from "../kube/types.ts";
import type { Clock, Random } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import { servedNetworks } from "./served_networks.ts";

/** What a {@linkcode NetworkView} works with. */
export interface NetworkViewOptions {
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

  /** Follows them until the signal aborts, and tells what is to be served whenever that changes. */
  async run(tell: (networks: readonly AgentNetwork[]) => void, signal: AbortSignal): Promise<void> {
    let told = "";
    const look = () => {
      if (!this.synced || signal.aborted) return;
      const networks = servedNetworks({
        pools: this.pools.list(),
        attachment: (key) => this.attachments.get(key),
        interfaces: this.#interfaces,
      });
      const text = JSON.stringify(networks);
      if (text === told) return;
      told = text;
      tell(networks);
    };
    this.pools.onChange((_key, before, after) => isNews(before, after) && look());
    this.attachments.onChange((_key, before, after) => isNews(before, after) && look());
    const running = [this.pools.run(signal), this.attachments.run(signal)];
    try {
      await Promise.all([this.pools.whenSynced(signal), this.attachments.whenSynced(signal)]);
      look();
    } catch {
      // The signal aborted before both were known.
    }
    await Promise.all(running);
  }
}

/** Whether an object is new, gone or changed in more than its status. */
function isNews(before: KubeObject | undefined, after: KubeObject | undefined): boolean {
  return before === undefined || after === undefined ||
    before.metadata.generation !== after.metadata.generation ||
    before.metadata.uid !== after.metadata.uid;
}
