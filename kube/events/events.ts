/**
 * Writes core/v1 Events.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/types.ts";
import { abortable } from "../../runtime/abort.ts";
import { type Clock, type Random, systemClock } from "../../runtime/clock.ts";
import { defined } from "../../runtime/defined.ts";
import type { Logger } from "../../runtime/log.ts";
import type { KubeEvent } from "../objects/builtin_types.ts";
import { isNotFound } from "../errors.ts";
import { EVENTS } from "../objects/resources.ts";
import { TokenBuckets } from "./token_buckets.ts";
import type { EventNote, EventRecorder, KubeClient, ResourceClient } from "../types.ts";

/** What an {@linkcode EventWriter} needs. */
export interface EventWriterOptions {
  /** Writes the Events. */
  readonly client: KubeClient;
  /** Who reports. Default `vm-dhcp-controller`. */
  readonly component?: string;
  /** Name of the reporting process, such as its pod's. */
  readonly instance?: string;
  /** Unset: nothing is logged. */
  readonly logger?: Logger;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: `Math.random`. */
  readonly random?: Random;
}

/** An {@linkcode EventRecorder} that writes in the background. */
export interface EventWriter extends EventRecorder {
  /** Writes until the signal aborts; what waits then is left. Resolves then; never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** Number of notes that were left out: too many of one object, or too many waiting. */
  readonly dropped: number;
}

/** Notes of one object, reason and message within this time are one Event with a count. */
const AGGREGATE_MS = 10 * 60_000;
/** Notes of one object at once, and how long until the next one more. */
const BURST = { size: 25, refillMs: 5 * 60_000 };
/** The API server takes no longer message, and thousands are known at a time. */
const MAX_MESSAGE = 1_024;
const MAX_WAITING = 1_000;
const MAX_KNOWN = 4_096;
/** How long a note waits for others of its kind, and for more important writes. */
const GATHER_MS = 1_000;
const RETRY_MS = 5_000;
const MAX_TRIES = 3;
const LOG_EVERY_MS = 60_000;
const WRITERS = 2;

/**
 * Writes Events of the component: the same note on the same object within ten minutes is counted on one Event, an object
 * has at most 25 at once and one more every five minutes, and at most 1,000 wait (the oldest are left out). Nothing it
 * meets is thrown; failures are logged once a minute.
 *
 * Call {@linkcode EventWriter.run} for writing in the background, or `flush` alone.
 *
 * Source: core/v1 Event; the aggregation is that of client-go's `tools/record`.
 *
 * @example
 * ```ts
 * import { createEventWriter, createKubeClient, toRestClient } from "@vm-dhcp/vm-dhcp/kube";
 *
 * const bodies: unknown[] = [];
 * const rest = toRestClient((request) => Promise.resolve((bodies.push(request.bodyJson), request.bodyJson ?? null)));
 * const events = createEventWriter({ client: createKubeClient(rest) });
 * const pool = { apiVersion: "v1", kind: "Pod", metadata: { namespace: "default", name: "vm-1", uid: "u" } };
 * events.record(pool, { type: "Warning", reason: "PoolExhausted", message: "No address is left in 172.19.64.128/29" });
 * await events.flush();
 * if (bodies.length !== 1) throw new Error("Expected one Event");
 * ```
 */
export function createEventWriter(options: EventWriterOptions): EventWriter {
  return new BackgroundEventWriter(options);
}

/** All notes that one Event stands for. */
interface Entry {
  readonly about: KubeObject;
  readonly note: EventNote;
  readonly firstAt: number;
  lastAt: number;
  count: number;
  /** Name of the written Event. */
  name: string | undefined;
  writtenCount: number;
  tries: number;
}

class BackgroundEventWriter implements EventWriter {
  readonly #options: EventWriterOptions;
  readonly #events: ResourceClient<KubeEvent>;
  readonly #clock: Clock;
  readonly #random: Random;
  /** Oldest first. */
  readonly #known = new Map<string, Entry>();
  /** Entries with something to write, oldest first. */
  readonly #waiting = new Set<Entry>();
  readonly #writing = new Set<Entry>();
  readonly #bursts: TokenBuckets;
  #dropped = 0;
  #loggedAt = -Infinity;
  #wake: (() => void) | undefined;

  constructor(options: EventWriterOptions) {
    this.#options = options;
    this.#events = options.client.of(EVENTS);
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#bursts = new TokenBuckets({ ...BURST, clock: this.#clock });
  }

  get dropped(): number {
    return this.#dropped;
  }

  record(about: KubeObject, note: EventNote): void {
    const message = note.message.slice(0, MAX_MESSAGE);
    const entry = this.#entryOf(about, { ...note, message });
    if (entry === undefined) {
      this.#dropped++;
      return;
    }
    entry.count++;
    entry.lastAt = this.#clock.now();
    this.#waiting.add(entry);
    const [oldest] = this.#waiting;
    if (this.#waiting.size > MAX_WAITING && oldest !== undefined) this.#drop(oldest);
    this.#wake?.();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#whenWaiting(signal);
        await this.#clock.sleep(GATHER_MS, signal);
        const failed = await this.#writeAll(signal);
        if (failed) await this.#clock.sleep(RETRY_MS, signal);
      } catch (error) {
        if (!signal.aborted) this.#log(error);
      }
    }
  }

  async flush(signal?: AbortSignal): Promise<void> {
    await this.#writeAll(signal);
  }

  #entryOf(about: KubeObject, note: EventNote): Entry | undefined {
    const { uid, namespace, name } = about.metadata;
    const object = uid ?? `${about.kind}/${namespace ?? ""}/${name ?? ""}`;
    const key = JSON.stringify([object, note.type, note.reason, note.message]);
    const known = this.#known.get(key);
    if (known !== undefined && this.#clock.now() - known.firstAt < AGGREGATE_MS) return known;
    if (!this.#bursts.take(object)) return undefined;
    const now = this.#clock.now();
    const entry: Entry = {
      about: identityOf(about),
      note,
      firstAt: now,
      lastAt: now,
      count: 0,
      name: undefined,
      writtenCount: 0,
      tries: 0,
    };
    this.#known.delete(key);
    this.#known.set(key, entry);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    return entry;
  }

  #drop(entry: Entry): void {
    this.#waiting.delete(entry);
    this.#dropped++;
  }

  async #whenWaiting(signal: AbortSignal): Promise<void> {
    if (this.#waiting.size > 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    try {
      await abortable(promise, signal);
    } finally {
      this.#wake = undefined;
    }
  }

  /** Writes what waits now, each once; whether any failed. */
  async #writeAll(signal: AbortSignal | undefined): Promise<boolean> {
    const batch = [...this.#waiting].values();
    let failed = false;
    const writer = async () => {
      for (const entry of batch) {
        signal?.throwIfAborted();
        if (!this.#waiting.has(entry) || this.#writing.has(entry)) continue;
        if (!await this.#tryWrite(entry, signal)) failed = true;
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, writer));
    return failed;
  }

  async #tryWrite(entry: Entry, signal: AbortSignal | undefined): Promise<boolean> {
    this.#waiting.delete(entry);
    this.#writing.add(entry);
    try {
      await this.#write(entry, signal);
      entry.tries = 0;
      return true;
    } catch (error) {
      if (signal?.aborted) {
        this.#waiting.add(entry);
        throw error;
      }
      this.#log(error);
      entry.tries++;
      if (entry.tries >= MAX_TRIES) this.#drop(entry);
      else this.#waiting.add(entry);
      return false;
    } finally {
      this.#writing.delete(entry);
    }
  }

  async #write(entry: Entry, signal: AbortSignal | undefined): Promise<void> {
    const { count } = entry;
    if (count === entry.writtenCount) return;
    const options = defined({ signal });
    if (entry.name !== undefined) {
      const body = { count, lastTimestamp: rfc3339(entry.lastAt) };
      const key = { namespace: namespaceOf(entry.about), name: entry.name };
      try {
        await this.#events.patch(key, { type: "merge", body }, options);
        entry.writtenCount = count;
        return;
      } catch (error) {
        // Events are kept for an hour; this one is gone already.
        if (!isNotFound(error)) throw error;
      }
    }
    const event = this.#eventOf(entry);
    entry.name = event.metadata.name; // Known before: where the answer gets lost, it may be there.
    await this.#events.create(event, options);
    entry.writtenCount = count;
  }

  #eventOf(entry: Entry): KubeEvent {
    const { about, note } = entry;
    const { component = "vm-dhcp-controller", instance } = this.#options;
    const { namespace, name, uid, resourceVersion } = about.metadata;
    const suffix = Math.floor(this.#random() * 2 ** 48).toString(16).padStart(12, "0");
    // No part of a name may end with a hyphen, or be empty.
    const beginning = (name ?? about.kind.toLowerCase()).slice(0, 240).replace(/[-.]+$/, "");
    return {
      apiVersion: EVENTS.apiVersion,
      kind: EVENTS.kind,
      metadata: {
        namespace: namespaceOf(about),
        name: `${beginning}.${suffix}`,
      },
      involvedObject: {
        apiVersion: about.apiVersion,
        kind: about.kind,
        ...defined({ namespace, name, uid, resourceVersion }),
      },
      type: note.type,
      reason: note.reason,
      message: note.message,
      source: { component },
      reportingComponent: component,
      reportingInstance: instance ?? component,
      firstTimestamp: rfc3339(entry.firstAt),
      lastTimestamp: rfc3339(entry.lastAt),
      count: entry.count,
    };
  }

  #log(error: unknown): void {
    const now = this.#clock.monotonic();
    if (now - this.#loggedAt < LOG_EVERY_MS) return;
    this.#loggedAt = now;
    this.#options.logger?.warn("Cannot write Events", {
      error,
      waiting: this.#waiting.size,
      dropped: this.#dropped,
    });
  }
}

/** What an Event says of an object: thousands of Events are known at a time, and are not to keep as many whole objects. */
function identityOf({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { namespace, name, uid, resourceVersion } = metadata;
  return { apiVersion, kind, metadata: defined({ namespace, name, uid, resourceVersion }) };
}

/** Events of cluster-scoped objects live in `default`. */
function namespaceOf(about: KubeObject): string {
  return about.metadata.namespace ?? "default";
}

/** `metav1.Time` has seconds. */
function rfc3339(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
