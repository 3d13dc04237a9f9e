/**
 * Keeps a copy of a resource's objects in step with the server.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/types.ts";
import { abortable, LinkedAbort } from "../../runtime/abort.ts";
import { backoff } from "../../runtime/backoff.ts";
import { type Clock, type Random, systemClock } from "../../runtime/clock.ts";
import { defined } from "../../runtime/defined.ts";
import type { Logger } from "../../runtime/log.ts";
import { standstillsOf } from "../../runtime/standstill.ts";
import { isGone, isNotFound } from "../errors.ts";
import { ChangeHandlers } from "./change_handlers.ts";
import type { IndexFunction } from "./indexed_store.ts";
import type {
  ChangeHandler,
  FollowFigures,
  Informer,
  ListOptions,
  Resource,
  ResourceClient,
  Trouble,
} from "../types.ts";
import { keyOf, withoutManagedFields } from "../objects/resources.ts";
import { SyncState } from "./sync_state.ts";
import { guardWatch, SILENCE_MS, SILENT } from "./watch_guard.ts";
import { isNewer, WatchedStore } from "./watched_store.ts";

/** What an {@linkcode Informer} keeps, and with what. */
export interface InformerOptions<T extends KubeObject> {
  /** Reads the resource. */
  readonly client: ResourceClient<T>;
  /** Unset: all namespaces. */
  readonly namespace?: string;
  /** Only objects with these labels. */
  readonly labelSelector?: string;
  /** Only objects with these fields. */
  readonly fieldSelector?: string;
  /** Index name -> the values by which an object is to be found. The functions must be pure; by one that throws it is not found. */
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
  /** Drops what is not needed from an object before it is kept. Default: drops `metadata.managedFields`. */
  readonly transform?: (object: T) => T;
  /** Unset: nothing is logged. */
  readonly logger?: Logger;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: `Math.random`. */
  readonly random?: Random;
}

/** Shortest and longest life of one watch. */
const WATCH_SECONDS = { min: 300, max: 600 };
/** A watch that the server ends sooner than so long before its time was cut off: the server may have been started anew. */
const EARLY_END_MS = 5_000;
/** After so long without an answer everything is listed anew: what happened meanwhile may not be of the known history. */
const LONG_BREAK_MS = 10_000;
/** A watch that ends sooner counts as a failure. */
const SHORT_WATCH_MS = 1_000;
/** After so many such in a row that tell nothing everything is listed: something in between may let no event through. */
const SHORT_WATCHES = 3;
/** How often a resource that is not served is asked for. */
const MISSING_RETRY_MS = 3_000;
/** When the server is back, it is to be noticed within seconds. */
const RETRY = { base: 200, max: 5_000 };
/** Why a watch is ended from here: everything is to be listed. */
const RELIST = new DOMException("Everything is listed anew", "AbortError");

/**
 * An informer over a client of one resource. Call {@linkcode Informer.run} once. What was synced is kept while the
 * server is away or does not serve the resource.
 *
 * Source: Kubernetes API concepts, "Efficient detection of changes".
 *
 * @example
 * ```ts
 * import { createInformer, createKubeClient, NAMESPACES, toRestClient } from "@vm-dhcp/vm-dhcp/kube";
 *
 * const rest = toRestClient((request) =>
 *   Promise.resolve(
 *     request.expectStream
 *       ? new ReadableStream<never>()
 *       : { metadata: { resourceVersion: "7" }, items: [{ metadata: { name: "default", resourceVersion: "5" } }] },
 *   )
 * );
 * const stop = new AbortController();
 * const namespaces = createInformer({ client: createKubeClient(rest).of(NAMESPACES) });
 * const running = namespaces.run(stop.signal);
 * await namespaces.whenSynced(stop.signal);
 * if (namespaces.get("default")?.kind !== "Namespace") throw new Error("Expected the namespace");
 * stop.abort();
 * await running;
 * ```
 */
export function createInformer<T extends KubeObject>(options: InformerOptions<T>): Informer<T> {
  return new ListWatchInformer(options);
}

class ListWatchInformer<T extends KubeObject> implements Informer<T> {
  readonly resource: Resource<T>;
  readonly #options: InformerOptions<T>;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #transform: (object: T) => T;
  readonly #store: WatchedStore<T>;
  readonly #handlers: ChangeHandlers<T>;
  readonly #state = new SyncState();
  readonly #historyHandlers: (() => void)[] = [];
  /** What is to be done before the next watch. `check`: whether the history that is known goes on. */
  #first: "list" | "check" | "nothing" = "list";
  /** The server was found to be in a new history, which is not listed yet. */
  #isNewHistory = false;
  /** How often this process had stood still when everything was listed: how long the server was away meanwhile is not known. */
  #standstills = 0;
  /** What the server said is not there, though it is known, and when it first did. */
  readonly #missing = new WeakMap<T, number>();
  /** The watch that is open. */
  #watch: LinkedAbort | undefined;
  /** The wait before the next try. */
  #pausing: LinkedAbort | undefined;
  /** A list was asked for, and not tried yet. */
  #hurries = false;
  /** When the last list was asked for, of those that are there. */
  #listedAt = -Infinity;
  /** How often a new list was asked for. */
  #listsAsked = 0;
  /** Resolved when a list is there that began after it was asked for. */
  #listed = Promise.withResolvers<void>();
  /** When the last watch was opened. */
  #openedAt: number | undefined;
  /** How many watches in a row ended soon, and told nothing. */
  #shortWatches = 0;
  #heardAt: number | undefined;
  #failing: { readonly since: number; readonly error: unknown } | undefined;
  #newHistories = 0;
  #silentWatches = 0;

  constructor(options: InformerOptions<T>) {
    this.resource = options.client.resource;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#transform = options.transform ?? withoutManagedFields;
    const indexes = Object.entries(options.indexes ?? {})
      .map(([index, valuesOf]) => [index, this.#tolerant(index, valuesOf)] as const);
    this.#store = new WatchedStore(Object.fromEntries(indexes));
    this.#handlers = new ChangeHandlers(this.resource.plural, options.logger);
  }

  get synced(): boolean {
    return this.#state.synced;
  }

  get size(): number {
    return this.#store.objects.size;
  }

  get heardAgo(): number | undefined {
    return this.#heardAt === undefined ? undefined : this.#clock.monotonic() - this.#heardAt;
  }

  get trouble(): Trouble | undefined {
    if (this.#failing === undefined) return undefined;
    const { since, error } = this.#failing;
    return { forMs: this.#clock.monotonic() - since, error };
  }

  get figures(): FollowFigures {
    return { newHistories: this.#newHistories, silentWatches: this.#silentWatches };
  }

  get(key: string): T | undefined {
    return this.#store.objects.get(key);
  }

  list(): Iterable<T> {
    return this.#store.objects.list();
  }

  byIndex(index: string, value: string): readonly T[] {
    return this.#store.objects.byIndex(index, value);
  }

  onChange(handler: ChangeHandler<T>): void {
    this.#handlers.add(handler, this.#store.objects.entries());
  }

  onNewHistory(handler: () => void): void {
    this.#historyHandlers.push(handler);
  }

  observe(object: T): void {
    this.#handlers.tell(this.#store.observe(this.#transform(object)));
  }

  async ask(key: string, request: () => Promise<T | undefined>): Promise<T | undefined> {
    const asked = this.get(key);
    const object = await request();
    if (object === undefined) {
      this.#noteMissing(asked, this.get(key));
      return undefined;
    }
    const { changes, isNewHistory } = this.#store.answer(this.#transform(object), asked);
    if (isNewHistory) this.#listAnew({ isNewHistory });
    this.#handlers.tell(changes);
    return object;
  }

  /** A watch tells soon of the end of what is not there any more. One that does not is not of the server's history. */
  #noteMissing(asked: T | undefined, known: T | undefined): void {
    if (asked === undefined || asked !== known) return;
    const now = this.#clock.monotonic();
    const since = this.#missing.get(known) ?? now;
    this.#missing.set(known, since);
    if (now - since > LONG_BREAK_MS) this.#listAnew({ isNewHistory: false });
  }

  async relist(
    signal: AbortSignal,
    { since = Infinity }: { readonly since?: number } = {},
  ): Promise<void> {
    if (this.#listedAt >= since) return;
    this.#listAnew({ isNewHistory: false });
    this.#hurries = true;
    this.#pausing?.abort(RELIST);
    await abortable(this.#listed.promise, signal);
  }

  whenSynced(signal: AbortSignal, options: { readonly orMissing?: boolean } = {}): Promise<void> {
    return this.#state.whenSynced(signal, options);
  }

  async run(signal: AbortSignal): Promise<void> {
    using _looking = standstillsOf(this.#clock).follow();
    const wait = backoff({ ...RETRY, random: this.#random });
    let failures = 0;
    while (!signal.aborted) {
      const startedAt = this.#clock.monotonic();
      this.#openedAt = undefined;
      try {
        if (this.#first === "check") await this.#check(signal);
        while (this.#first === "list") await this.#relist(signal);
        await this.#watchOnce(signal);
        failures = this.#wasUseful() ? 0 : failures + 1;
        if (failures > 0) await this.#pause(wait(failures), signal);
      } catch (error) {
        if (signal.aborted) return;
        failures = this.#wasUseful() ? 1 : failures + 1;
        const waitMs = this.#recover(error, { startedAt, waitMs: wait(failures) });
        await this.#pause(waitMs, signal);
      }
    }
  }

  /** Waits before the next try, unless or until a list is asked for: who asks has just heard of the server. */
  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#hurries) return;
    using pause = new LinkedAbort(signal);
    this.#pausing = pause;
    await this.#clock.sleep(ms, pause.signal).catch(() => undefined);
    this.#pausing = undefined;
  }

  get #stoodStill(): boolean {
    return standstillsOf(this.#clock).count > this.#standstills;
  }

  /** Whether the last watch lasted. */
  #wasUseful(): boolean {
    return this.#clock.monotonic() - (this.#openedAt ?? Infinity) >= SHORT_WATCH_MS;
  }

  /** Decides how to go on after a failure; returns how long to wait. */
  #recover(
    error: unknown,
    { startedAt, waitMs }: { readonly startedAt: number; readonly waitMs: number },
  ): number {
    if (isGone(error)) {
      this.#first = "list";
      return waitMs;
    }
    if (!isNotFound(error)) {
      if (this.#first === "nothing") this.#first = "check";
      const now = this.#clock.monotonic();
      const since = this.#failing?.since ??
        (this.#openedAt === undefined ? startedAt : now);
      this.#failing = { since, error };
      this.#log("warn", "Cannot follow a resource, trying again", error);
      return waitMs;
    }
    if (!this.#state.missing) this.#log("info", "Resource is not served, waiting for it", error);
    this.#first = "list";
    this.#failing = undefined;
    this.#heardAt = this.#clock.monotonic();
    this.#onListed();
    this.#state.note("missing");
    return MISSING_RETRY_MS * (0.75 + this.#random() / 2);
  }

  /**
   * Asks, by a list of one object, whether the server goes on from where it was. A watch that begins later than the server is
   * would wait in silence. Source: measured on kube-apiserver 1.36. One that was put back may have come past there since, which
   * the object may show.
   */
  async #check(signal: AbortSignal): Promise<void> {
    const brokenMs = this.trouble?.forMs ?? 0;
    const isToldNothing = this.#shortWatches >= SHORT_WATCHES;
    if (brokenMs <= LONG_BREAK_MS && !this.#stoodStill && !isToldNothing) {
      const asked = this.#store.newest;
      const first = await this.#options.client.list({ ...this.#selection(), most: 1, signal });
      this.#heardAt = this.#clock.monotonic();
      const goesOn = isNewer(asked, first.resourceVersion) !== true && this.#store.goesOn(first);
      if (this.#first === "check" && goesOn) {
        this.#first = "nothing";
        return;
      }
    }
    this.#first = "list";
  }

  async #relist(signal: AbortSignal): Promise<void> {
    this.#hurries = false;
    const known = this.#store.newest;
    const asked = this.#listsAsked;
    const askedAt = this.#clock.monotonic();
    this.#standstills = standstillsOf(this.#clock).count;
    const list = await this.#options.client.list({ ...this.#selection(), signal });
    this.#heardAt = this.#clock.monotonic();
    this.#shortWatches = 0;
    const replaced = this.#store.replace(list, {
      asked: known,
      isNewHistory: this.#isNewHistory,
    });
    // What was asked for meanwhile is done by the next one.
    const isLast = asked === this.#listsAsked;
    this.#first = isLast ? "nothing" : "list";
    this.#isNewHistory &&= !isLast;
    this.#listedAt = askedAt;
    this.#state.note("synced");
    if (replaced.isNewHistory) this.#noteNewHistory(known, list.resourceVersion);
    this.#handlers.tell(replaced.changes);
    if (isLast) this.#onListed();
  }

  /** Has everything listed as soon as may be: what is known of the server cannot be trusted. */
  #listAnew({ isNewHistory }: { readonly isNewHistory: boolean }): void {
    this.#isNewHistory ||= isNewHistory;
    this.#listsAsked++;
    this.#first = "list";
    this.#watch?.abort(RELIST);
  }

  #onListed(): void {
    this.#listed.resolve();
    this.#listed = Promise.withResolvers();
  }

  #noteNewHistory(known: string, listed: string): void {
    this.#newHistories++;
    this.#options.logger?.warn("The server was put back to an earlier state, everything is new", {
      resource: this.resource.plural,
      known,
      listed,
    });
    for (const handler of this.#historyHandlers) handler();
  }

  /** One watch until it ends. */
  async #watchOnce(signal: AbortSignal): Promise<void> {
    const spread = WATCH_SECONDS.max - WATCH_SECONDS.min;
    const timeoutSeconds = Math.round(WATCH_SECONDS.min + this.#random() * spread);
    using abort = new LinkedAbort(signal);
    using over = new LinkedAbort(abort.signal);
    this.#watch = abort;
    const startedAt = this.#clock.monotonic();
    const { version } = this.#store;
    void guardWatch(abort, { clock: this.#clock, heardAt: () => this.#heardAt }, over.signal);
    try {
      const events = this.#options.client.watch({
        ...this.#selection(),
        resourceVersion: version,
        timeoutSeconds,
        signal: abort.signal,
        onOpen: () => {
          this.#openedAt = this.#heardAt = this.#clock.monotonic();
          this.#failing = undefined;
        },
      });
      for await (const event of events) {
        if (abort.signal.aborted) break;
        this.#heardAt = this.#clock.monotonic();
        this.#handlers.tell(this.#store.take(event));
      }
    } catch (error) {
      if (signal.aborted || abort.signal.reason !== error) throw error;
      if (error === SILENT) this.#noteSilence();
    } finally {
      over.abort(undefined);
      const hasTold = this.#wasUseful() || this.#store.version !== version;
      if (this.#openedAt !== undefined) this.#shortWatches = hasTold ? 0 : this.#shortWatches + 1;
    }
    const lastedMs = this.#clock.monotonic() - startedAt;
    const inTime = !abort.signal.aborted && lastedMs >= timeoutSeconds * 1000 - EARLY_END_MS;
    if ((!inTime || this.#stoodStill) && this.#first === "nothing") this.#first = "check";
  }

  #noteSilence(): void {
    this.#silentWatches++;
    const level = this.#silentWatches === 1 ? "info" : "debug";
    this.#options.logger?.[level]("A watch brought nothing, not even a bookmark: opening it anew", {
      resource: this.resource.plural,
      silentMs: SILENCE_MS,
    });
  }

  /** An index function that finds what it cannot read by nothing: one such object must not keep all others from being followed. */
  #tolerant(index: string, valuesOf: IndexFunction<T>): IndexFunction<T> {
    return (object) => {
      try {
        return [...valuesOf(object)];
      } catch (error) {
        const about = { resource: this.resource.plural, key: keyOf(object), index, error };
        this.#options.logger?.error("Index function failed", about);
        return [];
      }
    };
  }

  #selection(): ListOptions<T> {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    return {
      transform: this.#transform,
      ...defined({ namespace, labelSelector, fieldSelector }),
    };
  }

  #log(level: "info" | "warn", message: string, error: unknown): void {
    this.#options.logger?.[level](message, { resource: this.resource.plural, error });
  }
}
