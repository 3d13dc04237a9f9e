/**
 * One of several processes leads: whoever holds a Lease.
 *
 * @module
 */
import { after, LinkedAbort } from "../../runtime/abort.ts";
import { type Clock, type Random, systemClock } from "../../runtime/clock.ts";
import { defined } from "../../runtime/defined.ts";
import type { Logger } from "../../runtime/log.ts";
import type { Lease } from "../objects/builtin_types.ts";
import { errorText } from "../../core/error_text.ts";
import { isAlreadyExists, isConflict, isNotFound } from "../errors.ts";
import { createInformer } from "../watch/informer.ts";
import { isNewer } from "../watch/watched_store.ts";
import { LEASES } from "../objects/resources.ts";
import type { Leadership } from "./leadership.ts";
import { acquisition, renewal } from "./lease_spec.ts";
import type { Informer, KubeClient, ResourceClient } from "../types.ts";

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
   * What a holder does while it cannot renew. `stop`: it stops before another one may begin, at two thirds of the duration, for
   * work that two must never do at once. `go-on`: it leads until it sees another holder, for work that is better done twice than
   * not at all.
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

/** A write may take this part of the duration: a holder must notice in time that it cannot renew. */
const WRITE_PART = 1 / 4;
/** A holder that must stop does so when this part of the duration is over. */
const STOP_PART = 2 / 3;
/** How often a Lease that others write, too, is tried to be freed. */
const RELEASE_TRIES = 4;

/** A Lease that nobody wrote for so many durations is none that anybody holds. */
const DURATIONS_TO_TROUBLE = 3;
/**
 * A Lease that went back (etcd restored from a backup) and was renewed longer ago than this, by the clocks of two machines, is held
 * by nobody: the one it names has lost it in the history that is gone. Clocks of one cluster do not differ by so much.
 */
const PAST_MS = 600_000;

/** When the Lease was last seen to change. */
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
export class LeaderElection implements Leadership {
  readonly #options: LeaderElectionOptions & { readonly clock: Clock; readonly random: Random };
  readonly #leases: ResourceClient<Lease>;
  readonly #informer: Informer<Lease>;
  readonly #handlers: (() => void)[] = [];
  #isFitter: (held: Lease) => boolean = () => false;
  #leading = false;
  /** The newest state of the Lease that is known. */
  #lease: Lease | undefined;
  #seen: Seen | undefined;
  #renewedAt = -Infinity;
  /** The same, on the wall clock. */
  #renewedAtWall = -Infinity;
  /** When the Lease was last seen written, by whomever; before that, since when it is looked for. */
  #writtenAt: number;
  /** How often the Lease changed hands as it said last, and without the times when that went back. */
  #hands: { readonly said: number; readonly counted: number } | undefined;
  /** For how long the Lease was not written when this process last took it from another one. */
  #takeoverGapMs: number | undefined;
  #leadsSince: number | undefined;
  /** What keeps the Lease from being written or read. */
  #failure: unknown;
  #poke = Promise.withResolvers<void>();

  /** Takes no part yet: see {@linkcode run}. */
  constructor(options: LeaderElectionOptions) {
    const { client, lease, clock = systemClock, random = Math.random, logger } = options;
    this.#options = { ...options, clock, random };
    this.#writtenAt = clock.monotonic();
    this.#leases = client.of(LEASES);
    this.#informer = createInformer({
      client: this.#leases,
      namespace: lease.namespace,
      fieldSelector: `metadata.name=${lease.name}`,
      clock,
      random,
      ...defined({ logger }),
    });
    this.#informer.onChange((_, __, after) => this.#observe(after));
  }

  /** Whether this process leads. */
  get leading(): boolean {
    return this.#leading;
  }

  /**
   * Whether this process leads, and nobody else can by now: with `stop`, its last renewal is not too long ago. Who stood still for
   * longer than that goes on for a moment before it finds out, and must not write in it. A machine that was suspended knows it from its
   * wall clock alone; one that is only set forward makes it unsure until the next renewal.
   */
  get confirmed(): boolean {
    const { clock, durationMs, onSilence } = this.#options;
    const wasSuspended = onSilence === "stop" &&
      clock.now() - this.#renewedAtWall >= durationMs * STOP_PART;
    return this.#leading && !this.#isOverdue && !wasSuspended;
  }

  /**
   * Whether another process may have followed this one, which could not write the Lease for as long as it is valid, or has not seen it
   * since it began.
   */
  get doubtful(): boolean {
    const isSeen = this.#seen !== undefined;
    return this.#leading && (!isSeen || this.writtenAgoMs >= this.#options.durationMs);
  }

  /** Who leads, as far as is known; empty where nobody does. */
  get holder(): string {
    return this.#leading ? this.#options.identity : this.#seen?.holder ?? "";
  }

  /** Milliseconds since the Lease was last seen written, by this process or another one. */
  get writtenAgoMs(): number {
    return this.#options.clock.monotonic() - this.#writtenAt;
  }

  /** Which Lease it is: its name. */
  get name(): string {
    return this.#options.lease.name;
  }

  /**
   * How often the Lease changed hands since it was made, as it says itself; never less than before, whatever becomes of the Lease.
   * `undefined` until it is known.
   */
  get transitions(): number | undefined {
    return this.#hands?.counted;
  }

  /**
   * Milliseconds for which nobody had written the Lease when this process last took it from another one: for so long nobody may have
   * led. `undefined` where it never did.
   */
  get takeoverGapMs(): number | undefined {
    return this.#takeoverGapMs;
  }

  /**
   * Since when (monotonic clock, milliseconds) nobody else can have led, where this process leads: since it saw a Lease that was given
   * up and took it just as it was, or else since it took it.
   */
  get leadsSince(): number | undefined {
    return this.#leadsSince;
  }

  /** That nobody has written the Lease for three durations, and why this process does not; `undefined` while it is written. */
  get trouble(): string | undefined {
    const { durationMs } = this.#options;
    const silentMs = this.writtenAgoMs;
    if (silentMs < durationMs * DURATIONS_TO_TROUBLE) return undefined;
    const why = this.#failure ?? this.#informer.trouble?.error;
    const because = why === undefined ? "" : `: ${errorText(why)}`;
    return `Lease ${this.#key} was not written for ${Math.floor(silentMs / 1000)} s${because}`;
  }

  /** Whether the Lease was not renewed for so long that this process has to stop. */
  get #isOverdue(): boolean {
    const { clock, durationMs, onSilence } = this.#options;
    return onSilence === "stop" && clock.monotonic() - this.#renewedAt >= durationMs * STOP_PART;
  }

  get #key(): string {
    const { namespace, name } = this.#options.lease;
    return `${namespace}/${name}`;
  }

  /** Resolves when the Lease was first read, or is known to be missing; rejects with the signal's reason. */
  whenSeen(signal: AbortSignal): Promise<void> {
    return this.#informer.whenSynced(signal);
  }

  /** Adds a handler that is called after {@linkcode leading} changed. */
  onChange(handler: () => void): void {
    this.#handlers.push(handler);
  }

  /**
   * Has this process take the Lease from another one that holds it and is less fit, with `go-on` only: for a moment both lead.
   * `isFitter` is asked when the Lease changes. No two processes may each be fitter than the other.
   */
  challenge(isFitter: (held: Lease) => boolean): void {
    this.#isFitter = isFitter;
  }

  /** Adds a handler that is called when the Lease shows that the API server was put back to an earlier state. */
  onNewHistory(handler: () => void): void {
    this.#informer.onNewHistory(handler);
  }

  /** Takes part until the signal aborts, then gives the Lease up. Resolves then; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    using watching = new LinkedAbort();
    const informing = this.#informer.run(watching.signal);
    const began = this.#options.clock.monotonic();
    signal.addEventListener("abort", () => this.#poke.resolve(), { once: true });
    while (!signal.aborted) await this.#pause(await this.#step(began, signal));
    if (this.#leading) await this.#handOver();
    watching.abort(undefined);
    await informing;
  }

  /** Waits; not for so long where this is to end, or somebody else changes the Lease, or did since the last pause. */
  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = this.#poke;
    const cancel = after(this.#options.clock, ms, resolve);
    await promise;
    cancel();
    this.#poke = Promise.withResolvers();
  }

  /** Does what is to be done now, and says when to look again. */
  async #step(began: number, signal: AbortSignal): Promise<number> {
    const { clock, durationMs, renewMs, identity, onSilence, ledBefore = false } = this.#options;
    if (this.#leading) return await this.#renew(signal);
    // What the server answered to a write is known before everything is listed.
    if (!this.#informer.synced && this.#lease === undefined) {
      const silentMs = clock.monotonic() - began;
      if (onSilence === "go-on" && ledBefore && silentMs >= durationMs * WRITE_PART) {
        this.#set(true, "The API server is silent, and this process led when it last ran");
      }
      return renewMs / 2;
    }
    const seen = this.#seen;
    const isFree = seen === undefined || seen.holder === "" || seen.holder === identity;
    const isTaken = onSilence === "go-on" && this.#lease !== undefined &&
      this.#isFitter(this.#lease);
    const leftMs = isFree || isTaken ? 0 : seen.at + seen.durationMs - clock.monotonic();
    return leftMs > 0 ? leftMs : await this.#acquire(signal);
  }

  async #acquire(signal: AbortSignal): Promise<number> {
    const { renewMs, random, onSilence, identity } = this.#options;
    const isOthers = this.#seen !== undefined && this.#seen.holder !== identity;
    const gapMs = this.writtenAgoMs;
    const isGivenUp = onSilence === "stop" && this.#seen?.holder === "";
    const since = isGivenUp ? this.#seen?.at ?? -Infinity : -Infinity;
    const before = this.#lease;
    // Who gave the Lease up ends when it sees its successor: so that nobody is missed, begin before that.
    if (onSilence === "go-on" && this.#seen?.holder === "") this.#set(true, "The Lease is free");
    try {
      await this.#write(this.#acquisition(), signal);
      if (isOthers) this.#takeoverGapMs = gapMs;
      // One that went back to an earlier state says nothing of who led since.
      this.#leadsSince = since === -Infinity ? this.#options.clock.monotonic() : since;
      this.#set(true, "This process took the Lease");
      return renewMs;
    } catch (error) {
      if (isOutrun(error, before)) await this.#look(signal);
      else this.#note(error);
      return renewMs / 2 + random() * renewMs / 2;
    }
  }

  async #renew(signal: AbortSignal): Promise<number> {
    const { renewMs, identity } = this.#options;
    if (this.#isOverdue) {
      this.#set(false, "The Lease was not renewed in time");
      return 0;
    }
    const before = this.#lease;
    try {
      const isOurs = before?.spec?.holderIdentity === identity;
      await this.#write(isOurs ? this.#renewal() : this.#acquisition(), signal);
      return renewMs;
    } catch (error) {
      if (signal.aborted) return 0;
      if (!isOutrun(error, before)) this.#note(error);
      else if (!this.#isOverdue) await this.#look(signal);
    }
    if (this.#isOverdue) this.#set(false, "The Lease could not be renewed in time");
    return renewMs / 4;
  }

  /** Gives the Lease up, and goes on until a successor is seen or the time is over. */
  async #handOver(): Promise<void> {
    const { clock, handOverMs = 0 } = this.#options;
    await this.#release();
    const end = clock.monotonic() + handOverMs;
    while (this.#leading && clock.monotonic() < end) await this.#pause(end - clock.monotonic());
    this.#set(false, "This process ends, and gave the Lease up");
  }

  /** Frees the Lease: also when a renewal that was under way, or somebody else's patch, has changed it meanwhile. */
  async #release(): Promise<void> {
    for (let tries = 0; tries < RELEASE_TRIES; tries++) {
      const before = this.#lease;
      if (before?.spec?.holderIdentity !== this.#options.identity) return;
      try {
        return await this.#write({
          ...this.#renewal(),
          holderIdentity: "",
          leaseDurationSeconds: 1,
        });
      } catch (error) {
        if (!isOutrun(error, before)) return this.#note(error);
        await this.#look();
      }
    }
  }

  #renewal(): ReturnType<typeof renewal> {
    const { identity, durationMs, clock } = this.#options;
    return renewal({ identity, durationMs, now: clock.now() });
  }

  #acquisition(): NonNullable<Lease["spec"]> {
    return acquisition(this.#renewal(), this.#lease?.spec);
  }

  /** Makes the Lease, or changes it; fails with a conflict where it is not as it was seen. */
  async #write(spec: NonNullable<Lease["spec"]>, signal?: AbortSignal): Promise<void> {
    const { lease: key, labels, clock, logger } = this.#options;
    const { apiVersion, kind } = LEASES;
    const before = this.#lease;
    const [begun, begunWall] = [clock.monotonic(), clock.now()];
    using limit = this.#limit(signal);
    const metadata = defined({ labels });
    await this.#informer.ask(this.#key, () =>
      before === undefined
        ? this.#leases.create({
          apiVersion,
          kind,
          metadata: { ...key, ...metadata },
          spec,
        }, { signal: limit.signal })
        : this.#leases.patch(key, {
          type: "merge",
          body: {
            metadata: { resourceVersion: before.metadata.resourceVersion, ...metadata },
            spec,
          },
        }, { signal: limit.signal }));
    this.#renewedAt = this.#writtenAt = begun;
    this.#renewedAtWall = begunWall;
    if (this.#failure !== undefined) logger?.info("The Lease is written again");
    this.#failure = undefined;
  }

  /** Reads the Lease: somebody else wrote it, or the server was put back to an earlier state. */
  async #look(signal?: AbortSignal): Promise<void> {
    const { lease: key } = this.#options;
    using limit = this.#limit(signal);
    try {
      const lease = await this.#informer.ask(
        this.#key,
        () => this.#leases.get(key, { signal: limit.signal }),
      );
      if (lease === undefined) this.#observe(undefined);
    } catch (error) {
      this.#note(error);
    }
  }

  #limit(signal: AbortSignal | undefined): LinkedAbort {
    const { clock, durationMs } = this.#options;
    const limit = new LinkedAbort(signal);
    limit.abortAfter(durationMs * WRITE_PART, {
      clock,
      reason: () => new DOMException("The API server does not answer in time", "TimeoutError"),
    });
    return limit;
  }

  #observe(lease: Lease | undefined): void {
    const { holderIdentity: holder = "", renewTime = "", leaseDurationSeconds } = lease?.spec ?? {};
    const { identity, durationMs, clock } = this.#options;
    const isOfThePast = lease !== undefined && this.#isOfThePast(lease);
    this.#lease = lease;
    if (lease !== undefined) this.#count(lease.spec?.leaseTransitions ?? 0);
    // One that was deleted is its holder's for as long as it may count on it.
    const isWritten = holder !== this.#seen?.holder || renewTime !== this.#seen.renewTime;
    if (lease !== undefined && isWritten) {
      this.#writtenAt = clock.monotonic();
      this.#seen = {
        holder,
        renewTime,
        durationMs: leaseDurationSeconds === undefined ? durationMs : leaseDurationSeconds * 1000,
        at: isOfThePast ? -Infinity : clock.monotonic(),
      };
    }
    const isHeld = this.#seen !== undefined && this.#seen.at !== -Infinity && holder !== "";
    if (isHeld && holder !== identity) this.#set(false, "Another process holds the Lease");
    if (!this.#leading) this.#poke.resolve();
  }

  #count(said: number): void {
    const { said: before, counted } = this.#hands ?? { said, counted: said };
    this.#hands = { said, counted: counted + Math.max(0, said - before) };
  }

  /** Whether a Lease is an earlier state of what was known, and nobody's who still counts on it. */
  #isOfThePast({ metadata, spec }: Lease): boolean {
    const wentBack = isNewer(this.#lease?.metadata.resourceVersion, metadata.resourceVersion);
    const renewed = Date.parse(spec?.renewTime ?? "");
    return wentBack === true && this.#options.clock.now() - renewed > PAST_MS;
  }

  #set(leading: boolean, why: string): void {
    if (this.#leading === leading) return;
    this.#leading = leading;
    this.#options.logger?.info(leading ? "Leading" : "No longer leading", {
      why,
      lease: this.#key,
      holder: this.holder,
    });
    for (const handler of this.#handlers) handler();
  }

  /** Says once that the Lease cannot be reached. */
  #note(error: unknown): void {
    if (this.#failure === undefined) {
      this.#options.logger?.warn("Cannot reach the Lease, trying again", { error });
    }
    this.#failure = error;
  }
}

/** Whether a write came too late: somebody else changed the Lease meanwhile, made or deleted it. One that is made lacks its namespace. */
function isOutrun(error: unknown, before: Lease | undefined): boolean {
  return isConflict(error) || isAlreadyExists(error) || before !== undefined && isNotFound(error);
}
