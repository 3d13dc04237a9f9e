/**
 * The way of one process to the API server: it takes time, and is not always there.
 *
 * @module
 */
import {
  type RequestOptions,
  type RestAnswer,
  type RestClient,
  toRestClient,
} from "../../../kube/mod.ts";
import { reasonOf } from "../../../kube/errors.ts";
import type { Random } from "../../../runtime/clock.ts";
import type { SimProcess } from "../engine/process.ts";
import type { Trace } from "../engine/trace.ts";
import { failureOf, latenessMs, type Luck, unlucky, watchLuck } from "./api_trouble.ts";
import { OpenWatch } from "./api_watch.ts";
import type { ApiServer } from "./cluster.ts";

/** How the way is: as it should be; nothing passes and nobody says so; nobody is there. */
export type LinkMode = "well" | "silent" | "refused";

/** An answer is waited for this long, as `kube/http/fetch_transport.ts` does. */
const ANSWER_MS = 30_000;
/** After so long without any answer it opens new connections, and the watches on the old ones end. */
const UNANSWERED_MS = 5_000;
/** So long nothing is heard only where nothing passes: a watch that brings nothing is opened anew by then. */
const SILENCE_MS = 75_000;
/** After that a list may still wait for its answer, and is asked for again a little later. */
const CATCH_UP_MS = ANSWER_MS + 5_000;
/** Longest way there or back, milliseconds, and of a slow one. */
const HOP_MS = { usual: 4, slow: 900 };
/** One in so many is slow. */
const SLOW = 0.02;

/** A {@linkcode RestClient} of one process. */
export class ApiLink {
  readonly rest: RestClient;
  /** Which part of the requests is unlucky. */
  trouble = 0;
  /** All faults have stopped: no watch that is opened from now on is far behind. */
  isCalm = false;
  readonly #process: SimProcess;
  readonly #cluster: ApiServer;
  readonly #random: Random;
  readonly #trace: Trace;
  readonly #watches = new Set<OpenWatch>();
  /** Frames on their way while nothing passes. */
  #held: { readonly watch: OpenWatch; readonly arrive: () => void }[] = [];
  #mode: LinkMode = "well";
  #unansweredSince: number | undefined;
  /** The process is the server itself: it always hears it. */
  isInside = false;
  #hearing = { last: -Infinity, before: -Infinity, since: -Infinity };
  readonly #startedAt: number;
  /** What was asked for first was lost, and is asked for again only when it is given up. */
  #isFirstLost = false;
  /** Called as the process sends a request. */
  onRequest: ((request: Pick<RequestOptions, "method" | "path">) => void) | undefined;

  constructor(
    process: SimProcess,
    { cluster, random, trace, tamper }: {
      readonly cluster: ApiServer;
      readonly random: Random;
      readonly trace: Trace;
      readonly tamper: (rest: RestClient) => RestClient;
    },
  ) {
    this.#process = process;
    this.#startedAt = process.timeline.now;
    this.#cluster = cluster;
    this.#random = random;
    this.#trace = trace;
    this.rest = tamper(
      toRestClient((request) => this.#perform(request), { defaultNamespace: "default" }),
    );
  }

  get mode(): LinkMode {
    return this.#mode;
  }

  /** Changes how the way is. */
  set mode(mode: LinkMode) {
    if (mode === this.#mode) return;
    this.#mode = mode;
    // Lists that were asked for again after a silence wait as long as before where the way is lost once more.
    if (this.#isCatchingUp) this.#hearing.since = mode === "well" ? this.#now : Infinity;
    const held = this.#held;
    this.#held = [];
    // What waited long enough is given up by TCP; else it comes late.
    const isHealed = mode === "well" && this.#random() < 0.5;
    for (const { watch, arrive } of held) {
      if (isHealed) arrive();
      else watch.isDead = true;
    }
    if (mode === "refused") this.#breakWatches(new TypeError("connection reset"));
  }

  /**
   * When the server was last heard, by whatever. After a long silence that is when it was heard before, until what was asked for
   * meanwhile is given up and asked for again.
   */
  get heardAt(): number {
    if (this.isInside) return Infinity;
    return this.#isCatchingUp ? this.#hearing.before : this.#hearing.last;
  }

  get #isCatchingUp(): boolean {
    return this.#now - this.#hearing.since < CATCH_UP_MS;
  }

  #hear(): void {
    const now = this.#now;
    const { last } = this.#hearing;
    // Who was started and whose first list is lost, or given up, knows what it kept, and no more.
    const isLong = last === -Infinity
      ? this.#isFirstLost || now - this.#startedAt > ANSWER_MS
      : now - last > SILENCE_MS;
    this.#hearing = isLong
      ? { last: now, before: this.heardAt, since: now }
      : { ...this.#hearing, last: now };
  }

  get #now(): number {
    return this.#process.timeline.now;
  }

  #hop(): number {
    const { usual, slow } = HOP_MS;
    return this.#random() < SLOW ? this.#random() * slow : 0.1 + this.#random() * usual;
  }

  #perform(request: RequestOptions): Promise<RestAnswer> {
    const { abortSignal: signal, method, path } = request;
    if (!this.#process.alive) return new Promise(() => undefined);
    return new Promise((resolve, reject) => {
      let open = true;
      const { timeline } = this.#process;
      this.onRequest?.(request);
      const end = (work: () => void) =>
        this.#process.deliver(() => {
          if (!open) return;
          open = false;
          signal?.removeEventListener("abort", onAbort);
          timeout.cancel();
          work();
        });
      const onAbort = () =>
        end(() => {
          this.#unanswered();
          reject(signal?.reason);
        });
      const timeout = timeline.after(ANSWER_MS, () =>
        end(() => {
          this.#unanswered();
          reject(new TypeError(`${method} ${path}: no answer`));
        }));
      if (signal?.aborted === true) return onAbort();
      signal?.addEventListener("abort", onAbort, { once: true });
      if (this.#mode === "refused") {
        timeline.after(1, () => end(() => reject(new TypeError("connection refused"))));
        return;
      }
      this.#unansweredSince ??= this.#now;
      if (this.#mode === "silent") {
        this.#isFirstLost ||= this.#hearing.last === -Infinity;
        return;
      }
      const isUnlucky = this.#random() < this.trouble;
      const luck = isUnlucky ? unlucky(this.#random, { isWrite: method !== "GET" }) : "none";
      const hopMs = luck === "done late" ? latenessMs(this.#random) : this.#hop();
      // What was sent arrives, also where its sender dies or gives up meanwhile.
      timeline.after(hopMs, () => {
        // What is late is on its server already.
        if (this.#mode !== "well" && luck !== "done late") return;
        void this.#arrive(request, luck).then(
          (answer) => this.#back(() => end(() => resolve(answer))),
          (error) => {
            if (error !== LOST) this.#back(() => end(() => reject(error)));
          },
        );
      });
    });
  }

  /** The answer comes back, if the way is still there. */
  #back(work: () => void): void {
    this.#process.timeline.after(this.#hop(), () => {
      if (this.#mode !== "well") return;
      this.#unansweredSince = undefined;
      this.#hear();
      work();
    });
  }

  async #arrive(request: RequestOptions, luck: Luck): Promise<RestAnswer> {
    const { method, path, abortSignal, ...rest } = request;
    const isWrite = method !== "GET";
    const say = (what: unknown) => {
      if (!isWrite && luck === "none") return;
      const how = luck === "none" ? "" : ` (${luck})`;
      this.#note(`${method} ${path} ${what}${how}`);
    };
    const isGivenUp = abortSignal?.aborted === true || !this.#process.alive;
    if (request.expectStream === true && isGivenUp) throw LOST;
    if (luck.endsWith(" before")) {
      say("not done");
      throw failureOf(luck, { method, path }) ?? LOST;
    }
    if (request.expectStream === true) return await this.#watch(request);
    const perform = async () => {
      try {
        const answer = await this.#cluster.rest.performRequest({ ...rest, method, path });
        say("done");
        return answer as RestAnswer;
      } catch (error) {
        say(reasonOf(error) || error);
        throw error;
      }
    };
    if (luck === "done twice") await perform().catch(() => undefined);
    const answer = await perform();
    if (luck === "connection dies after") {
      for (const watch of this.#watches) {
        watch.isDead = true;
      }
    }
    if (luck === "connection dies after" || luck === "lost after") throw LOST;
    const isGuarded = method === "PUT" || method === "PATCH";
    const failure = luck === "conflict after" && !isGuarded
      ? undefined
      : failureOf(luck, { method, path });
    if (failure !== undefined) throw failure;
    return answer;
  }

  async #watch(request: RequestOptions): Promise<RestAnswer> {
    const { abortSignal: signal, path } = request;
    const ending = new AbortController();
    const source = await this.#cluster.rest.performRequest({
      ...request,
      abortSignal: ending.signal,
      expectStream: true,
      expectJson: true,
    });
    this.#note(`WATCH ${path}`);
    const watch = new OpenWatch(source, {
      ending,
      signal,
      luck: watchLuck(this.#random, { trouble: this.trouble, isCalm: this.isCalm }),
      way: {
        process: this.#process,
        hopMs: () => this.#hop(),
        pass: (watch, arrive) => {
          if (this.#mode === "well") arrive();
          else this.#held.push({ watch, arrive });
        },
        heard: () => this.#hear(),
        over: (watch) => void this.#watches.delete(watch),
      },
    });
    this.#watches.add(watch);
    return watch.stream;
  }

  #note(what: string): void {
    this.#trace.note(`${this.#now.toFixed(1)} ${this.#process.name} ${what}`);
  }

  #unanswered(): void {
    const since = this.#unansweredSince ?? this.#now;
    if (this.#mode === "well" || this.#now - since < UNANSWERED_MS) return;
    this.#unansweredSince = undefined;
    this.#breakWatches(new TypeError("connection lost"));
  }

  #breakWatches(error: unknown): void {
    for (const watch of [...this.#watches]) watch.fail(error);
  }
}

/** Nobody is answered. */
const LOST = Symbol("lost");
