/**
 * The API server of a simulated cluster, whose state may be put back to an earlier one.
 *
 * @module
 */
import {
  createKubeClient,
  type KubeClient,
  type RestClient,
  toRestClient,
} from "../../../kube/mod.ts";
import type { Clock, Random } from "../../../runtime/clock.ts";
import type { Timeline } from "../engine/timeline.ts";
import { EmbeddedApi } from "../../../standalone/api/mod.ts";
import { MemoryVersions } from "../../../standalone/api/store/memory_versions.ts";
import { type Applied, applying } from "../../embedded/applying.ts";
import { OTHER_KINDS } from "../../embedded/kinds.ts";
import { oldCrds } from "../../controller/old_crds.ts";

/** What the server is made with. */
interface ClusterOptions {
  readonly timeline: Timeline;
  readonly clock: Clock;
  readonly random: Random;
}

/** The garbage collector's and the namespace controller's lag while all is well. */
export const COLLECTOR_LAG_MS = 500;

/** What holds the objects of a world. */
export type ApiServer = Pick<SimCluster, keyof SimCluster>;

/** The embedded API and its backup. */
export class SimCluster {
  readonly #options: ClusterOptions;
  readonly #applied: Applied = new Map();
  #appliedThen: Applied = new Map();
  #api: EmbeddedApi;
  #versions = new MemoryVersions();
  #backup: MemoryVersions | undefined;
  readonly #onRestore: (() => void)[] = [];
  #hasGoCrds = false;
  /** When they were no more. */
  #hadGoCrdsUntil = -Infinity;
  /** How long it may take until what follows from a deletion is done, milliseconds: one thing after another, in any order. */
  collectorLagMs = COLLECTOR_LAG_MS;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#api = this.#open();
  }

  /** Whether the CustomResourceDefinitions are the Go version's: what they do not know is not kept. */
  get hasGoCrds(): boolean {
    return this.#hasGoCrds;
  }

  set hasGoCrds(isSo: boolean) {
    this.#hadGoCrdsUntil = this.hadGoCrdsAt;
    this.#hasGoCrds = isSo;
  }

  /** When they last were, whether anything was written then or not; `-Infinity`: never. */
  get hadGoCrdsAt(): number {
    return this.#hasGoCrds ? this.#options.timeline.now : this.#hadGoCrdsUntil;
  }

  /** The server itself, without a way to it that could fail. */
  get rest(): RestClient {
    return toRestClient((request) => {
      const rest = applying(this.#api.rest(), this.#applied);
      return (this.hasGoCrds ? oldCrds(rest).rest : rest).performRequest(request);
    });
  }

  /** {@linkcode rest} with types. */
  get kube(): KubeClient {
    return createKubeClient(this.rest);
  }

  /** Called after the state was put back. */
  onRestore(handler: () => void): void {
    this.#onRestore.push(handler);
  }

  /** Keeps the state as it is now. */
  backup(): void {
    this.#backup = this.#versions.copy();
    this.#appliedThen = new Map(this.#applied);
  }

  /** Puts the state back to the backup, as etcd is restored: every watch ends, resourceVersions go back. */
  restore(): void {
    if (this.#backup === undefined) return;
    this.#api.close();
    this.#versions = this.#backup.copy();
    this.#applied.clear();
    for (const [path, body] of this.#appliedThen) this.#applied.set(path, body);
    this.#api = this.#open();
    for (const handler of this.#onRestore) handler();
  }

  /** Ends every watch. */
  close(): void {
    this.#api.close();
  }

  #open(): EmbeddedApi {
    const { clock, random, timeline } = this.#options;
    return new EmbeddedApi({
      clock,
      random,
      kinds: OTHER_KINDS,
      history: 2_000,
      collectLater: (work) => void timeline.after(random() * this.collectorLagMs, work),
      versions: this.#versions,
    });
  }
}
