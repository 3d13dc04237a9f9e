/**
 * One pool as the API server has it: watched by its name, kept for a start without the API server.
 *
 * @module
 */
import { toTimestamp } from "../core/api/mod.ts";
import type { IPPool } from "../core/api/types.ts";
import { createInformer, type Informer, IPPOOLS, type KubeClient, parseKey } from "../kube/mod.ts";
import type { Clock, Random } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot.ts";
import type { SnapshotStore } from "./types.ts";

/** What is known of a pool. */
export interface PoolView {
  /** Whether the API server, or a snapshot, said what there is. Before that nothing may be answered. */
  readonly synced: boolean;
  /** The pool; absent where there is none. */
  readonly pool?: IPPool;
  /** Where it comes from, if not from the API server. */
  readonly note?: string;
}

/** What a {@linkcode PoolWatch} works with. */
export interface PoolWatchContext {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly snapshots: SnapshotStore | undefined;
  /** How long the API server may be silent until the snapshot is used. */
  readonly snapshotAfterMs: number;
  readonly onChange: () => void;
}

/** Watches one pool by name, which is all that the agent's role allows. */
export class PoolWatch {
  readonly #key: string;
  readonly #context: PoolWatchContext;
  readonly #informer: Informer<IPPool>;
  #restored: PoolView | undefined;
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
    this.#informer = createInformer({
      client: context.client.of(IPPOOLS),
      namespace,
      fieldSelector: `metadata.name=${name}`,
      clock: context.clock,
      random: context.random,
      logger: context.log,
    });
    this.#informer.onChange((_, __, after) => {
      this.#keep(after ?? null);
      context.onChange();
    });
  }

  /** What is known now. */
  get view(): PoolView {
    if (!this.#informer.synced) return this.#restored ?? { synced: false };
    const pool = this.#informer.get(this.#key);
    return pool === undefined ? { synced: true } : { synced: true, pool };
  }

  /** Milliseconds since the API server was last heard; `undefined` before. */
  get heardAgo(): number | undefined {
    return this.#informer.heardAgo;
  }

  /** Watches until the signal aborts. Resolves then; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.#informer.run(signal),
      this.#informer.whenSynced(signal).then(() => this.#synced(), () => undefined),
      this.#restore(signal),
    ]);
    await this.#keeping;
  }

  #synced(): void {
    if (this.#informer.get(this.#key) === undefined) this.#keep(null);
    this.#context.onChange();
  }

  async #restore(signal: AbortSignal): Promise<void> {
    const { snapshots, clock, log, onChange } = this.#context;
    if (snapshots === undefined) return;
    try {
      await clock.sleep(this.#context.snapshotAfterMs, signal);
      if (this.#informer.synced) return;
      const text = await snapshots.load(this.#key);
      if (text === undefined || this.#informer.synced) return;
      const { pool, keptAt } = await decodeSnapshot(text);
      const note = `the API server does not answer, this is its state of ${toTimestamp(keptAt)}`;
      this.#restored = { synced: true, pool, note };
      log.warn("Took the pool from the snapshot", { keptAt: toTimestamp(keptAt) });
      onChange();
    } catch (error) {
      if (!signal.aborted) log.error("Cannot take the pool from the snapshot", { error });
    }
  }

  /** Brings the store up to date, one write at a time; what comes meanwhile coalesces. */
  #keep(pool: IPPool | null): void {
    if (this.#context.snapshots === undefined) return;
    this.#toKeep = pool;
    this.#keeping ??= this.#keepAll(this.#context.snapshots).finally(() =>
      this.#keeping = undefined
    );
  }

  async #keepAll(snapshots: SnapshotStore): Promise<void> {
    while (this.#toKeep !== undefined) {
      const pool = this.#toKeep;
      this.#toKeep = undefined;
      try {
        if (pool === null) await snapshots.remove(this.#key);
        else {await snapshots.save(
            this.#key,
            await encodeSnapshot({ pool, keptAt: this.#context.clock.now() }),
          );}
      } catch (error) {
        this.#context.log.warn("Cannot keep the pool in the snapshot", { error });
      }
    }
  }
}
