/**
 * One of several processes leads: whoever holds a Lease.
 *
 * @module
 */
import { LinkedAbort } from "../runtime/abort.ts";
import { type Clock, type Random, systemClock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import type { Lease } from "./builtin_types.ts";
import { isConflict, isNotFound } from "./errors.ts";
import { createInformer } from "./informer.ts";
import { LEASES } from "./resources.ts";
import type { Informer, KubeClient, ResourceClient } from "./types.ts";

/** How an election is held. Times are milliseconds. */
export interface LeaderElectionOptions {
  /** Reads and writes the Lease: needs get, list, watch, create and patch on it. */
  readonly client: KubeClient;
  /** Which Lease; it is made where it is missing. */
  readonly lease: { readonly namespace: string; readonly name: string };
  /** Who this process is, unlike all others: a pod's name. Whoever has the name takes a Lease of that name up again at once. */
  readonly identity: string;
  /** A holder that does not renew for this long has lost. */
  readonly durationMs: number;
  /** How often the holder renews. */
  readonly renewMs: number;
  /**
   * What a holder does that cannot renew. `stop`: it ends before another one may begin, at two thirds of the duration, for work
   * that two must never do at once. `go-on`: it leads until it sees another holder, for work that is better done twice than not.
   */
  readonly onSilence: "stop" | "go-on";
  /**
   * Whether this process led when it last ran. With `go-on` it then leads also when the API server stays silent at the start, for
   * as long as a write may take: a quarter of the duration.
   */
  readonly ledBefore?: boolean;
  /** How long an ending leader goes on until a successor is seen. Default 0. */
  readonly handOverMs?: number;
  /** Labels of the Lease where this process makes it. */
  readonly labels?: Readonly<Record<string, string>>;
  /** By which durations are measured; its wall clock only stands in the Lease, for people. Default: the machine's. */
  readonly clock?: Clock;
  /** Spreads the attempts of those who would lead. Default: `Math.random`. */
  readonly random?: Random;
  /** Is told who leads, and once when the Lease cannot be reached. Unset: nothing is logged. */
  readonly logger?: Logger;
}

/** So many attempts at a write fit into the duration; and so often a Lease is tried to be freed. */
const ATTEMPTS = 4;

/** The Lease as it was last seen to change. */
interface Seen {
  readonly holder: string;
  readonly renewTime: string;
  readonly durationMs: number;
  /** On the own monotonic clock: clocks of other machines are not to be trusted. */
  readonly at: number;
}

/**
 * Takes part in an election. What it holds is a `coordination.k8s.io/v1` Lease, as client-go's leader election does, so that both
 * respect each other.
 *
 * Source: Kubernetes API reference, Lease; client-go `tools/leaderelection`.
 *
 * @example
 * ```ts
 * import { createKubeClient, type Lease, LeaderElection, toRestClient } from "@vm-dhcp/vm-dhcp/kube";
 *
 * // Stands for a server that has no Lease yet, and keeps what is written.
 * let kept: Partial<Lease> = {};
 * const rest = toRestClient((request) => {
 *   if (request.expectStream) return Promise.resolve(new ReadableStream<never>());
 *   if (request.method === "GET") {
 *     return Promise.resolve({ metadata: { resourceVersion: "1" }, items: [] });
 *   }
 *   kept = request.bodyJson as Partial<Lease>;
 *   return Promise.resolve({ ...kept, metadata: { name: "lock", resourceVersion: "2" } } as never);
 * });
 * const election = new LeaderElection({
 *   client: createKubeClient(rest),
 *   lease: { namespace: "default", name: "lock" },
 *   identity: "pod-1",
 *   durationMs: 1_000,
 *   renewMs: 100,
 *   onSilence: "stop",
 * });
 * const stop = new AbortController();
 * const leading = new Promise<void>((resolve) => election.onChange(resolve));
 * const running = election.run(stop.signal);
 * await leading;
 * if (kept.spec?.holderIdentity !== "pod-1") throw new Error("Expected the Lease to be held");
 * stop.abort();
 * await running;
 * if (election.leading) throw new Error("Expected the Lease to be given up");
 * ```
 */
export class LeaderElection {
  readonly #options: LeaderElectionOptions & { readonly clock: Clock; readonly random: Random };
  readonly #leases: ResourceClient<Lease>;
  readonly #informer: Informer<Lease>;
  readonly #handlers: (() => void)[] = [];
  #leading = false;
  #seen: Seen | undefined;
  #renewedAt = -Infinity;
  #failing = false;
  #poke = Promise.withResolvers<void>();

  /** Takes no part yet: see {@linkcode run}. */
  constructor(options: LeaderElectionOptions) {
    const { client, lease, clock = systemClock, random = Math.random, logger } = options;
    this.#options = { ...options, clock, random };
    this.#leases = client.of(LEASES);
    this.#informer = createInformer({
      client: this.#leases,
      namespace: lease.namespace,
      fieldSelector: `metadata.name=${lease.name}`,
      clock,
      random,
      ...(logger && { logger }),
    });
    this.#informer.onChange((_, __, after) => this.#observe(after));
  }

  /** Whether this process leads. */
  get leading(): boolean {
    return this.#leading;
  }

  /** Who leads, as far as is known; empty where nobody does. */
  get holder(): string {
    return this.#leading ? this.#options.identity : this.#seen?.holder ?? "";
  }

  /** Adds a handler that is called after {@linkcode leading} changed. */
  onChange(handler: () => void): void {
    this.#handlers.push(handler);
  }

  /** Takes part until the signal aborts, then gives the Lease up. Resolves then; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    using watching = new LinkedAbort();
    const informing = this.#informer.run(watching.signal);
    const began = clock.monotonic();
    while (!signal.aborted) {
      this.#poke = Promise.withResolvers();
      const waitMs = await this.#step(began, signal);
      using wait = new LinkedAbort(signal);
      await Promise.race([clock.sleep(waitMs, wait.signal), this.#poke.promise]).catch(() => {});
      wait.abort(undefined);
    }
    if (this.#leading) await this.#handOver();
    watching.abort(undefined);
    await informing;
  }

  /** Does what is to be done now, and says when to look again. */
  async #step(began: number, signal: AbortSignal): Promise<number> {
    const { clock, durationMs, renewMs, onSilence, ledBefore = false } = this.#options;
    if (this.#leading) return await this.#renew(signal);
    if (!this.#informer.synced) {
      const silentMs = clock.monotonic() - began;
      if (onSilence === "go-on" && ledBefore && silentMs >= durationMs / ATTEMPTS) {
        this.#set(true, "The API server is silent, and this process led when it last ran");
      }
      return renewMs / 2;
    }
    const seen = this.#seen;
    if (seen === undefined || seen.holder === "" || seen.holder === this.#options.identity) {
      return await this.#acquire(signal);
    }
    const leftMs = seen.at + seen.durationMs - clock.monotonic();
    return leftMs > 0 ? leftMs : await this.#acquire(signal);
  }

  async #acquire(signal: AbortSignal): Promise<number> {
    const { renewMs, identity, random, onSilence } = this.#options;
    const before = this.#present();
    const transition = this.#seen?.holder !== identity;
    // Who gave the Lease up ends when it sees its successor: so that nobody is missed, begin before that.
    if (onSilence === "go-on" && this.#seen?.holder === "") this.#set(true, "The Lease is free");
    try {
      await this.#timed(
        signal,
        (signal) =>
          before === undefined
            ? this.#create(signal)
            : this.#write(before, { acquires: true, transition }, signal),
      );
      this.#set(true, "The Lease is acquired");
      return renewMs;
    } catch (error) {
      if (isConflict(error)) await this.#look(signal);
      else this.#note(error);
      return renewMs / 2 + random() * renewMs / 2;
    }
  }

  async #renew(signal: AbortSignal): Promise<number> {
    const { clock, renewMs, durationMs, onSilence, identity } = this.#options;
    try {
      const before = this.#present();
      await this.#timed(
        signal,
        (signal) => before === undefined ? this.#create(signal) : this.#write(before, {}, signal),
      );
      return renewMs;
    } catch (error) {
      if (signal.aborted) return 0;
      if (isConflict(error) || isNotFound(error)) await this.#look(signal);
      else this.#note(error);
    }
    const { holder = "" } = this.#seen ?? {};
    if (holder !== "" && holder !== identity) {
      this.#set(false, "Another process holds the Lease");
    } else if (onSilence === "stop") {
      const silentMs = clock.monotonic() - this.#renewedAt;
      if (silentMs >= durationMs * 2 / 3) this.#set(false, "The Lease cannot be renewed");
    }
    return renewMs / 4;
  }

  /** Gives the Lease up, and goes on until a successor is seen or the time is over. */
  async #handOver(): Promise<void> {
    const { clock, handOverMs = 0 } = this.#options;
    await this.#release();
    using wait = new LinkedAbort();
    const enough = clock.sleep(handOverMs, wait.signal).then(() => true, () => true);
    let isOver = handOverMs === 0;
    while (this.#leading && !isOver) {
      this.#poke = Promise.withResolvers();
      isOver = await Promise.race([enough, this.#poke.promise.then(() => false)]);
    }
    wait.abort(undefined);
    this.#set(false, "The Lease is given up");
  }

  /** Frees the Lease: also when a renewal that was under way, or somebody else's patch, has changed it meanwhile. */
  async #release(): Promise<void> {
    const { signal } = new AbortController();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = this.#present();
      if (before?.spec?.holderIdentity !== this.#options.identity) return;
      try {
        return await this.#timed(
          signal,
          (signal) => this.#write(before, { release: true }, signal),
        );
      } catch (error) {
        if (!isConflict(error)) return this.#note(error);
        await this.#look(signal);
      }
    }
  }

  #create(signal: AbortSignal): Promise<Lease> {
    const { lease, labels } = this.#options;
    return this.#leases.create({
      apiVersion: LEASES.apiVersion,
      kind: LEASES.kind,
      metadata: { ...lease, ...(labels === undefined ? {} : { labels }) },
      spec: { ...this.#content(), leaseTransitions: 0 },
    }, { signal });
  }

  /** A guarded write: it fails with a conflict where the Lease is not as it was seen. */
  #write(
    before: Lease,
    options: {
      readonly release?: boolean;
      readonly acquires?: boolean;
      readonly transition?: boolean;
    },
    signal: AbortSignal,
  ): Promise<Lease> {
    const { release = false, acquires = false, transition = false } = options;
    const { lease, labels } = this.#options;
    const { resourceVersion = "" } = before.metadata;
    const { acquireTime, ...renewal } = this.#content();
    const { leaseTransitions = 0 } = before.spec ?? {};
    const spec = {
      ...renewal,
      ...(acquires ? { acquireTime } : {}),
      ...(transition ? { leaseTransitions: leaseTransitions + 1 } : {}),
      ...(release ? { holderIdentity: "", leaseDurationSeconds: 1 } : {}),
    };
    const metadata = {
      resourceVersion,
      ...(labels === undefined ? {} : { labels: { ...labels } }),
    };
    return this.#leases.patch(lease, { type: "merge", body: { metadata, spec } }, { signal });
  }

  #content(): {
    holderIdentity: string;
    leaseDurationSeconds: number;
    acquireTime: string;
    renewTime: string;
  } {
    const { identity, durationMs, clock } = this.#options;
    // metav1.MicroTime
    const now = new Date(clock.now()).toISOString().replace("Z", "000Z");
    return {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(durationMs / 1000),
      acquireTime: now,
      renewTime: now,
    };
  }

  /** The newest state of the Lease that is known. */
  #present(): Lease | undefined {
    const { namespace, name } = this.#options.lease;
    return this.#informer.get(`${namespace}/${name}`);
  }

  /** Writes with a time limit: a holder must notice in time that it cannot renew. */
  async #timed(signal: AbortSignal, write: (signal: AbortSignal) => Promise<Lease>): Promise<void> {
    const { clock, durationMs, logger } = this.#options;
    using limit = new LinkedAbort(signal);
    limit.abortAfter(durationMs / ATTEMPTS, { clock, reason: silence });
    const begun = clock.monotonic();
    const lease = await write(limit.signal);
    this.#renewedAt = begun;
    if (this.#failing) logger?.info("The Lease is written again");
    this.#failing = false;
    this.#informer.observe(lease);
  }

  /** Reads the Lease: somebody else wrote it. */
  async #look(signal: AbortSignal): Promise<void> {
    try {
      const lease = await this.#leases.get(this.#options.lease, { signal });
      if (lease !== undefined) this.#informer.observe(lease);
      else this.#observe(undefined);
    } catch (error) {
      this.#note(error);
    }
  }

  #observe(lease: Lease | undefined): void {
    const { holderIdentity: holder = "", renewTime = "", leaseDurationSeconds } = lease?.spec ?? {};
    if (lease === undefined) this.#seen = undefined;
    else if (holder !== this.#seen?.holder || renewTime !== this.#seen.renewTime) {
      const durationMs = leaseDurationSeconds === undefined
        ? this.#options.durationMs
        : leaseDurationSeconds * 1000;
      this.#seen = { holder, renewTime, durationMs, at: this.#options.clock.monotonic() };
    }
    if (this.#leading && holder !== "" && holder !== this.#options.identity) {
      this.#set(false, "Another process holds the Lease");
    }
    if (!this.#leading) this.#poke.resolve();
  }

  #set(leading: boolean, why: string): void {
    if (this.#leading === leading) return;
    this.#leading = leading;
    this.#options.logger?.info(leading ? "Leading" : "No longer leading", {
      why,
      lease: `${this.#options.lease.namespace}/${this.#options.lease.name}`,
      holder: this.holder,
    });
    this.#poke.resolve();
    for (const handler of this.#handlers) handler();
  }

  /** Says once that the Lease cannot be reached. */
  #note(error: unknown): void {
    if (!this.#failing) {
      this.#options.logger?.warn("Cannot reach the Lease, trying again", { error });
    }
    this.#failing = true;
  }
}

function silence(): DOMException {
  return new DOMException("The API server does not answer in time", "TimeoutError");
}
