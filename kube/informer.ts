/**
 * Keeps a copy of a resource's objects in step with the server.
 *
 * @module
 */
import type { KubeObject } from "../core/api/types.ts";
import { LinkedAbort } from "../runtime/abort.ts";
import { backoff } from "../runtime/backoff.ts";
import { type Clock, type Random, systemClock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import { ConnectionError, isGone, isNotFound } from "./errors.ts";
import { type Change, IndexedStore, type IndexFunction } from "./indexed_store.ts";
import { keyOf } from "./resources.ts";
import { isNewer } from "./resource_version.ts";
import type {
  ChangeHandler,
  Informer,
  ObjectList,
  Resource,
  ResourceClient,
  WatchEvent,
} from "./types.ts";

/** What an {@linkcode Informer} keeps, and with what. */
export interface InformerOptions<T extends KubeObject> {
  readonly client: ResourceClient<T>;
  /** Unset: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Index name -> the values by which an object is to be found. The functions must be pure. */
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
  /** Drops what is not needed from an object before it is kept. Default: drops `metadata.managedFields`. */
  readonly transform?: (object: T) => T;
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Shortest and longest life of one watch. */
const WATCH_SECONDS = { min: 300, max: 600 };
/** How much longer than asked a watch may last before it counts as dead. */
const WATCH_GRACE_MS = 30_000;
/** A watch that ends sooner and brings nothing counts as a failure. */
const SHORT_WATCH_MS = 1_000;
/** How often a resource that is not served is asked for. */
const MISSING_RETRY_MS = 3_000;
const RETRY = { base: 200, max: 15_000 };

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
  readonly #store: IndexedStore<T>;
  readonly #handlers: ChangeHandler<T>[] = [];
  readonly #waiters = new Set<{ readonly orMissing: boolean; readonly resolve: () => void }>();
  #synced = false;
  #missing = false;
  #heardAt: number | undefined;
  /** Everything up to here is in the store; unset: list first. */
  #version: string | undefined;
  /** The last `#version`, kept over a re-list. */
  #lastVersion: string | undefined;

  constructor(options: InformerOptions<T>) {
    this.resource = options.client.resource;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#store = new IndexedStore(options.indexes ?? {});
  }

  get synced(): boolean {
    return this.#synced;
  }

  get size(): number {
    return this.#store.size;
  }

  get heardAgo(): number | undefined {
    return this.#heardAt === undefined ? undefined : this.#clock.monotonic() - this.#heardAt;
  }

  get(key: string): T | undefined {
    return this.#store.get(key);
  }

  list(): Iterable<T> {
    return this.#store.list();
  }

  byIndex(index: string, value: string): readonly T[] {
    return this.#store.byIndex(index, value);
  }

  onChange(handler: ChangeHandler<T>): void {
    this.#handlers.push(handler);
    for (const [key, object] of [...this.#store.entries()]) {
      this.#call(handler, { key, before: undefined, after: object });
    }
  }

  observe(object: T): void {
    const known = this.#store.get(keyOf(object));
    // Not newer than what the watch has brought, yet absent: it was deleted since, or is none of ours.
    const than = known?.metadata.resourceVersion ?? this.#lastVersion;
    if (isNewer(object.metadata.resourceVersion, than) !== true) return;
    this.#tell([this.#store.set(this.#lean(object))]);
  }

  async whenSynced(
    signal: AbortSignal,
    options: { readonly orMissing?: boolean } = {},
  ): Promise<void> {
    signal.throwIfAborted();
    const orMissing = options.orMissing === true;
    if (this.#synced || (orMissing && this.#missing)) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { orMissing, resolve };
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    this.#waiters.add(waiter);
    try {
      await promise;
    } finally {
      this.#waiters.delete(waiter);
      signal.removeEventListener("abort", onAbort);
    }
  }

  async run(signal: AbortSignal): Promise<void> {
    const wait = backoff({ ...RETRY, random: this.#random });
    let failures = 0;
    while (!signal.aborted) {
      try {
        if (this.#version === undefined) await this.#relist(signal);
        const useful = await this.#watchOnce(signal);
        failures = useful ? 0 : failures + 1;
        if (!useful) await this.#clock.sleep(wait(failures), signal);
      } catch (error) {
        if (signal.aborted) return;
        failures = await this.#recover(error, { failures, wait, signal });
      }
    }
  }

  /** Decides how to go on after a failure, waits, and returns the failures in a row. */
  async #recover(
    error: unknown,
    state: {
      readonly failures: number;
      readonly wait: (failures: number) => number;
      readonly signal: AbortSignal;
    },
  ): Promise<number> {
    if (isGone(error) || isNotFound(error)) this.#version = undefined;
    // A resourceVersion that is too old is no fault: list at once, unless it happens again right away.
    const failures = state.failures + 1;
    let ms = isGone(error) && failures === 1 ? 0 : state.wait(failures);
    if (isNotFound(error)) {
      if (!this.#missing) this.#log("info", "Resource is not served, waiting for it", error);
      this.#missing = true;
      this.#heardAt = this.#clock.monotonic();
      this.#wake();
      ms = MISSING_RETRY_MS * (0.75 + this.#random() / 2);
    } else if (!isGone(error)) {
      this.#log("warn", "Cannot follow a resource, trying again", error);
    }
    await this.#clock.sleep(ms, state.signal).catch(() => undefined);
    return failures;
  }

  async #relist(signal: AbortSignal): Promise<void> {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    const list = await this.#options.client.list({
      signal,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    });
    this.#heardAt = this.#clock.monotonic();
    const changes = this.#replace(list);
    this.#version = this.#lastVersion = list.resourceVersion;
    this.#synced = true;
    this.#missing = false;
    this.#tell(changes);
    this.#wake();
  }

  /** Makes the store equal to the list, except for what is known to be newer than it. */
  #replace(list: ObjectList<T>): Change<T>[] {
    const changes: Change<T>[] = [];
    const listed = new Set<string>();
    for (const object of list.items) {
      const key = keyOf(object);
      listed.add(key);
      const change = this.#put(object);
      if (change !== undefined) changes.push(change);
    }
    for (const [key, object] of [...this.#store.entries()]) {
      if (
        listed.has(key) || isNewer(object.metadata.resourceVersion, list.resourceVersion) === true
      ) continue;
      const change = this.#store.delete(key);
      if (change !== undefined) changes.push(change);
    }
    return changes;
  }

  #put(object: T): Change<T> | undefined {
    const known = this.#store.get(keyOf(object))?.metadata;
    const { uid, resourceVersion } = object.metadata;
    if (known !== undefined && known.uid === uid) {
      if (
        known.resourceVersion === resourceVersion ||
        isNewer(known.resourceVersion, resourceVersion) === true
      ) {
        return undefined;
      }
    }
    return this.#store.set(this.#lean(object));
  }

  /** One watch until it ends; whether it lasted or brought anything. */
  async #watchOnce(signal: AbortSignal): Promise<boolean> {
    const { namespace, labelSelector, fieldSelector, client } = this.#options;
    const spread = WATCH_SECONDS.max - WATCH_SECONDS.min;
    const timeoutSeconds = Math.round(WATCH_SECONDS.min + this.#random() * spread);
    const startedAt = this.#clock.monotonic();
    using abort = new LinkedAbort(signal);
    abort.abortAfter(timeoutSeconds * 1000 + WATCH_GRACE_MS, {
      clock: this.#clock,
      reason: () =>
        new ConnectionError(
          { method: "WATCH", path: this.resource.plural },
          "the watch did not end in time",
        ),
    });
    let useful = false;
    const events = client.watch({
      resourceVersion: this.#version ?? "",
      timeoutSeconds,
      signal: abort.signal,
      onOpen: () => this.#heardAt = this.#clock.monotonic(),
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    });
    for await (const event of events) {
      useful = true;
      this.#heardAt = this.#clock.monotonic();
      this.#take(event);
    }
    return useful || this.#clock.monotonic() - startedAt >= SHORT_WATCH_MS;
  }

  #take(event: WatchEvent<T>): void {
    const version = event.type === "BOOKMARK"
      ? event.resourceVersion
      : event.object.metadata.resourceVersion;
    if (version !== undefined && version !== "") this.#version = this.#lastVersion = version;
    if (event.type === "BOOKMARK") return;
    const change = event.type === "DELETED" ? this.#remove(event.object) : this.#put(event.object);
    if (change !== undefined) this.#tell([change]);
  }

  #remove(object: T): Change<T> | undefined {
    const key = keyOf(object);
    const known = this.#store.get(key)?.metadata;
    const recreated = known !== undefined && known.uid !== object.metadata.uid &&
      isNewer(known.resourceVersion, object.metadata.resourceVersion) === true;
    return recreated ? undefined : this.#store.delete(key);
  }

  #lean(object: T): T {
    const { transform } = this.#options;
    if (transform !== undefined) return transform(object);
    if (object.metadata.managedFields === undefined) return object;
    const { managedFields: _, ...metadata } = object.metadata;
    return { ...object, metadata };
  }

  #tell(changes: readonly Change<T>[]): void {
    for (const change of changes) {
      for (const handler of this.#handlers) this.#call(handler, change);
    }
  }

  #call(handler: ChangeHandler<T>, { key, before, after }: Change<T>): void {
    try {
      handler(key, before, after);
    } catch (error) {
      this.#options.logger?.error("Change handler failed", {
        resource: this.resource.plural,
        key,
        error,
      });
    }
  }

  #wake(): void {
    for (const waiter of this.#waiters) {
      if (this.#synced || waiter.orMissing) waiter.resolve();
    }
  }

  #log(level: "info" | "warn", message: string, error: unknown): void {
    this.#options.logger?.[level](message, { resource: this.resource.plural, error });
  }
}
