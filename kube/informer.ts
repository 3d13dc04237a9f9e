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
import type { Change, IndexFunction } from "./indexed_store.ts";
import type { ChangeHandler, Informer, ListOptions, Resource, ResourceClient } from "./types.ts";
import { WatchedStore } from "./watched_store.ts";

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
  /** Index name -> the values by which an object is to be found. The functions must be pure. */
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
  readonly #transform: (object: T) => T;
  readonly #store: WatchedStore<T>;
  readonly #handlers: ChangeHandler<T>[] = [];
  readonly #waiters = new Set<{ readonly orMissing: boolean; readonly resolve: () => void }>();
  #synced = false;
  #missing = false;
  #mustList = true;
  #watched: { openedAt: number | undefined; brought: boolean } = {
    openedAt: undefined,
    brought: false,
  };
  #heardAt: number | undefined;

  constructor(options: InformerOptions<T>) {
    this.resource = options.client.resource;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#transform = options.transform ?? withoutManagedFields;
    this.#store = new WatchedStore(options.indexes ?? {});
  }

  get synced(): boolean {
    return this.#synced;
  }

  get size(): number {
    return this.#store.objects.size;
  }

  get heardAgo(): number | undefined {
    return this.#heardAt === undefined ? undefined : this.#clock.monotonic() - this.#heardAt;
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
    this.#handlers.push(handler);
    for (const [key, after] of [...this.#store.objects.entries()]) {
      this.#call(handler, { key, before: undefined, after });
    }
  }

  observe(object: T): void {
    this.#tell(this.#store.observe(this.#transform(object)));
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
      this.#watched = { openedAt: undefined, brought: false };
      try {
        if (this.#mustList) await this.#relist(signal);
        await this.#watchOnce(signal);
        failures = this.#wasUseful() ? 0 : failures + 1;
        if (failures > 0) await this.#clock.sleep(wait(failures), signal);
      } catch (error) {
        if (signal.aborted) return;
        failures = this.#wasUseful() ? 1 : failures + 1;
        await this.#clock.sleep(this.#recover(error, wait(failures)), signal).catch(() =>
          undefined
        );
      }
    }
  }

  /** Whether the last watch lasted or brought anything. */
  #wasUseful(): boolean {
    const { openedAt, brought } = this.#watched;
    return brought ||
      (openedAt !== undefined && this.#clock.monotonic() - openedAt >= SHORT_WATCH_MS);
  }

  /** Decides how to go on after a failure; returns how long to wait. */
  #recover(error: unknown, waitMs: number): number {
    if (isGone(error)) {
      this.#mustList = true;
      return waitMs;
    }
    if (!isNotFound(error)) {
      this.#log("warn", "Cannot follow a resource, trying again", error);
      return waitMs;
    }
    if (!this.#missing) this.#log("info", "Resource is not served, waiting for it", error);
    this.#mustList = true;
    this.#missing = true;
    this.#heardAt = this.#clock.monotonic();
    this.#wake();
    return MISSING_RETRY_MS * (0.75 + this.#random() / 2);
  }

  async #relist(signal: AbortSignal): Promise<void> {
    const list = await this.#options.client.list({ ...this.#selection(), signal });
    this.#heardAt = this.#clock.monotonic();
    const changes = this.#store.replace(list);
    this.#mustList = false;
    this.#synced = true;
    this.#missing = false;
    this.#tell(changes);
    this.#wake();
  }

  /** One watch until it ends. */
  async #watchOnce(signal: AbortSignal): Promise<void> {
    const spread = WATCH_SECONDS.max - WATCH_SECONDS.min;
    const timeoutSeconds = Math.round(WATCH_SECONDS.min + this.#random() * spread);
    using abort = new LinkedAbort(signal);
    abort.abortAfter(timeoutSeconds * 1000 + WATCH_GRACE_MS, {
      clock: this.#clock,
      reason: () =>
        new ConnectionError(
          { method: "WATCH", path: this.resource.plural },
          "the watch did not end in time",
        ),
    });
    const events = this.#options.client.watch({
      ...this.#selection(),
      resourceVersion: this.#store.version,
      timeoutSeconds,
      signal: abort.signal,
      onOpen: () => this.#watched.openedAt = this.#heardAt = this.#clock.monotonic(),
    });
    for await (const event of events) {
      this.#watched.brought = true;
      this.#heardAt = this.#clock.monotonic();
      this.#tell(this.#store.take(event));
    }
  }

  #selection(): ListOptions<T> {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    return {
      transform: this.#transform,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    };
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

/** The object without `metadata.managedFields`, which nobody here needs and which is often larger than the rest. */
function withoutManagedFields<T extends KubeObject>(object: T): T {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
