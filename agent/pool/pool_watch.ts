/**
 * One pool as the API server has it: watched by its name, kept for a start without the API server.
 *
 * @module
 */
import { toTimestamp } from "../../core/api/mod.ts";
import type { IPPool } from "../../core/api/types.ts";
import {
  createInformer,
  type Informer,
  IPPOOLS,
  type KubeClient,
  parseKey,
} from "../../kube/mod.ts";
import { followTrouble } from "../../kube/watch/follow_trouble.ts";
import type { Clock, Random } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";
import { LostLeases } from "./lost_leases.ts";
import { decodeSnapshot, encodeSnapshot, type PoolSnapshot } from "./snapshot.ts";
import type { SnapshotStore } from "../types.ts";

/** How long the API server may be silent at the start until the snapshot is used. */
const SNAPSHOT_AFTER_MS = 1_000;

/** What is known of a pool. */
export interface PoolView {
  /** Whether the API server, or a snapshot, said what there is. Before that nothing may be answered. */
  readonly synced: boolean;
  /** The pool; absent where there is none. */
  readonly pool?: IPPool;
  /**
   * Address -> MAC address of what was given and is not in the record any more, since the API server went back to an earlier
   * time; absent where it did not.
   */
  readonly lost?: readonly (readonly [address: number, mac: number])[];
  /** Where it comes from, if not from the API server. */
  readonly note?: string;
}

/** What a {@linkcode PoolWatch} works with. */
interface PoolWatchContext {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly snapshots: SnapshotStore | undefined;
  readonly onChange: () => void;
}

/** Watches one pool by name, which is all that the agent's role allows. */
export class PoolWatch {
  readonly #key: string;
  readonly #context: PoolWatchContext;
  readonly #informer: Informer<IPPool>;
  readonly #beganAt: number;
  #restored: PoolView | undefined;
  /** What the store held at the start. */
  #stored: Promise<PoolSnapshot | undefined> | undefined;
  /** The newest state that was known, from the API server or from the store. */
  #known: IPPool | undefined;
  readonly #lost = new LostLeases();
  /** What the store is to hold: the newest pool that was seen, `null` for none. */
  #toKeep: IPPool | null | undefined;
  #keeping: Promise<void> | undefined;

  /** `key` is `namespace/name`. Throws `TypeError` for anything else. */
  constructor(key: string, context: PoolWatchContext) {
    const { namespace, name } = parseKey(key);
    if (namespace === undefined) {
      throw new TypeError(`Cannot watch a pool without a namespace: ${key}`);
    }
    this.#key = key;
    this.#context = context;
    this.#beganAt = context.clock.monotonic();
    this.#informer = createInformer({
      client: context.client.of(IPPOOLS),
      namespace,
      fieldSelector: `metadata.name=${name}`,
      clock: context.clock,
      random: context.random,
      logger: context.log,
    });
    this.#informer.onChange((_, __, after) => {
      if (after !== undefined) this.#see(after);
      this.#keep(after ?? null);
      context.onChange();
    });
  }

  /** What is known now. */
  get view(): PoolView {
    if (!this.#informer.synced) return this.#restored ?? { synced: false };
    const pool = this.#informer.get(this.#key);
    if (pool === undefined) return { synced: true };
    const lost = this.#lost.list(this.#context.clock.now());
    return { synced: true, pool, ...(lost && { lost }) };
  }

  /** Whether the record lacks something that this agent knows, since the API server was put back. */
  get hasUntold(): boolean {
    return this.#lost.hasUntold(this.#context.clock.now());
  }

  /** Milliseconds since the API server was last heard; before it was, since it is listened to: an agent may serve what it kept. */
  get heardAgo(): number {
    return this.#informer.heardAgo ?? this.#context.clock.monotonic() - this.#beganAt;
  }

  /** What an operator is told while the pool is not followed; `undefined` while it is. */
  get trouble(): string | undefined {
    return followTrouble(this.#informer);
  }

  /** What is told of the informer in metrics. */
  get informer(): Pick<Informer<IPPool>, "resource" | "figures" | "trouble"> {
    return this.#informer;
  }

  /** Looks at the pool anew: something else showed that the API server was put back, and the watch may be late, or dead. */
  async lookAnew(signal: AbortSignal): Promise<void> {
    await this.#informer.relist(signal).catch(() => undefined);
  }

  /** Watches until the signal aborts. Resolves then; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.#restore(signal), // first: it reads the store before anything is put there
      this.#informer.run(signal),
      this.#informer.whenSynced(signal).then(() => this.#synced(), () => undefined),
    ]);
    await this.#keeping;
  }

  #synced(): void {
    if (this.#informer.get(this.#key) === undefined) this.#keep(null);
    this.#context.onChange();
  }

  #see(pool: IPPool): void {
    this.#lost.follow(this.#known, pool, this.#context.clock.now());
    this.#known = pool;
  }

  /** What the store has is looked at before it is replaced: the API server may have been put back meanwhile. */
  async #restore(signal: AbortSignal): Promise<void> {
    const { snapshots, clock, log, onChange } = this.#context;
    if (snapshots === undefined) return;
    this.#stored = this.#load(snapshots).then((stored) => this.#compare(stored));
    try {
      const [stored] = await Promise.all([
        this.#stored,
        clock.sleep(SNAPSHOT_AFTER_MS, signal),
      ]);
      if (stored === undefined || this.#informer.synced) return;
      const keptAt = toTimestamp(stored.keptAt);
      const note = `the API server does not answer, this is its state of ${keptAt}`;
      this.#restored = { synced: true, pool: stored.pool, note };
      log.warn("Took the pool from the snapshot", { keptAt });
      onChange();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #compare(stored: PoolSnapshot | undefined): PoolSnapshot | undefined {
    if (stored === undefined) return undefined;
    if (this.#known === undefined) this.#known = stored.pool;
    else {
      this.#lost.follow(stored.pool, this.#known, this.#context.clock.now());
      this.#context.onChange();
    }
    return stored;
  }

  /** What the store holds; what cannot be read is nothing. */
  async #load(snapshots: SnapshotStore): Promise<PoolSnapshot | undefined> {
    try {
      const text = await snapshots.load(this.#key);
      return text === undefined ? undefined : decodeSnapshot(text);
    } catch (error) {
      this.#context.log.error("Cannot take the pool from the snapshot", { error });
      return undefined;
    }
  }

  /** Brings the store up to date, one write at a time; what comes meanwhile coalesces. */
  #keep(pool: IPPool | null): void {
    if (this.#context.snapshots === undefined) return;
    this.#toKeep = pool;
    this.#keeping ??= this.#keepAll(this.#context.snapshots);
  }

  async #keepAll(snapshots: SnapshotStore): Promise<void> {
    await this.#stored;
    while (this.#toKeep !== undefined) {
      const pool = this.#toKeep;
      this.#toKeep = undefined;
      try {
        if (pool === null) await snapshots.remove(this.#key);
        else {
          const keptAt = this.#context.clock.now();
          await snapshots.save(this.#key, encodeSnapshot({ pool, keptAt }));
        }
      } catch (error) {
        this.#context.log.warn("Cannot keep the pool in the snapshot", { error });
      }
    }
    // In the turn that found nothing more to keep: what comes next begins anew.
    this.#keeping = undefined;
  }
}
