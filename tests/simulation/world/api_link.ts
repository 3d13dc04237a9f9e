/**
 * The way of one process to the API server: it takes time, and is not always there.
 *
 * @module
 */
import {
  ApiError,
  type RequestOptions,
  type RestAnswer,
  type RestClient,
  toRestClient,
} from "../../../kube/mod.ts";
import type { JsonValue } from "../../../kube/rest_client.ts";
import type { Random } from "../../../runtime/clock.ts";
import type { SimProcess } from "../engine/process.ts";
import { between, oneOf } from "../engine/random.ts";
import type { Trace } from "../engine/trace.ts";
import type { SimCluster } from "./cluster.ts";

/** How the way is: as it should be; nothing passes and nobody says so; nobody is there. */
export type LinkMode = "well" | "silent" | "refused";

/** An answer is waited for this long, as `kube/http/fetch_transport.ts` does. */
const ANSWER_MS = 30_000;
/** After so long without any answer it opens new connections, and the watches on the old ones end. */
const UNANSWERED_MS = 5_000;
/** Longest way there or back, milliseconds, and of a slow one. */
const HOP_MS = { usual: 4, slow: 900 };
/** One in so many is slow. */
const SLOW = 0.02;

/** What happens to a request that is unlucky. */
const TROUBLES = [
  "500 before",
  "500 after",
  "429 before",
  "lost before",
  "lost after",
  "conflict after",
] as const;

interface OpenWatch {
  /** Its connection was given up on the other side: nothing comes by it any more, and nobody says so. */
  isDead: boolean;
  fail(error: unknown): void;
}

/** A {@linkcode RestClient} of one process. */
export class ApiLink {
  readonly rest: RestClient;
  /** Which part of the requests is unlucky. */
  trouble = 0;
  readonly #process: SimProcess;
  readonly #cluster: SimCluster;
  readonly #random: Random;
  readonly #trace: Trace;
  readonly #watches = new Set<OpenWatch>();
  /** Frames on their way while nothing passes. */
  #held: { readonly watch: OpenWatch; readonly arrive: () => void }[] = [];
  #mode: LinkMode = "well";
  #unansweredSince: number | undefined;
  /** When the server was last heard, by whatever. */
  heardAt = -Infinity;

  constructor(
    process: SimProcess,
    { cluster, random, trace, tamper }: {
      readonly cluster: SimCluster;
      readonly random: Random;
      readonly trace: Trace;
      readonly tamper: (rest: RestClient) => RestClient;
    },
  ) {
    this.#process = process;
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
      if (this.#mode === "silent") return;
      const luck = this.#random() < this.trouble ? oneOf(this.#random, TROUBLES) : "none";
      // What was sent arrives, also where its sender dies or gives up meanwhile.
      timeline.after(this.#hop(), () => {
        if (this.#mode !== "well") return;
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
      this.heardAt = this.#now;
      work();
    });
  }

  async #arrive(
    request: RequestOptions,
    luck: "none" | typeof TROUBLES[number],
  ): Promise<RestAnswer> {
    const { method, path } = request;
    const failed = (code: number, reason: string) =>
      new ApiError({ code, reason, message: "simulated" }, { method, path });
    const isWrite = method !== "GET";
    const say = (what: unknown) => {
      if (isWrite || luck !== "none") {
        this.#trace.note(
          `${this.#now.toFixed(1)} ${this.#process.name} ${method} ${path} ${what}${
            luck === "none" ? "" : ` (${luck})`
          }`,
        );
      }
    };
    const isGivenUp = request.abortSignal?.aborted === true || !this.#process.alive;
    if (request.expectStream === true && isGivenUp) throw LOST;
    if (luck === "lost before") {
      say("lost");
      throw LOST;
    }
    if (luck === "500 before" || luck === "429 before") {
      const code = luck === "500 before" ? 500 : 429;
      say(code);
      throw failed(code, code === 500 ? "InternalError" : "TooManyRequests");
    }
    if (request.expectStream === true) return await this.#watch(request);
    const { abortSignal: _, ...rest } = request;
    let answer: RestAnswer;
    try {
      answer = await this.#cluster.rest.performRequest(rest) as RestAnswer;
    } catch (error) {
      say((error as { readonly status?: number }).status ?? error);
      throw error;
    }
    say("done");
    if (isWrite && luck === "500 after") throw failed(500, "InternalError");
    if (luck === "lost after") throw LOST;
    // etcd did it, its answer was lost, and the API server's second attempt was refused.
    if (luck === "conflict after" && (method === "PUT" || method === "PATCH")) {
      throw failed(409, "Conflict");
    }
    return answer;
  }

  async #watch(request: RequestOptions): Promise<RestAnswer> {
    const { abortSignal: signal, path } = request;
    const { timeline } = this.#process;
    const ending = new AbortController();
    const source = await this.#cluster.rest.performRequest({
      ...request,
      abortSignal: ending.signal,
      expectStream: true,
      expectJson: true,
    });
    this.#trace.note(`${this.#now.toFixed(1)} ${this.#process.name} WATCH ${path}`);
    const { promise: isOpen, resolve: onOpen } = Promise.withResolvers<
      ReadableStreamDefaultController<JsonValue>
    >();
    let over = false;
    const stream = new ReadableStream<JsonValue>({
      start: onOpen,
      cancel: () => finish(() => undefined),
    });
    const controller = await isOpen;
    const finish = (work: () => void) => {
      if (over) return;
      over = true;
      this.#watches.delete(watch);
      signal?.removeEventListener("abort", onAbort);
      ending.abort();
      work();
    };
    const onAbort = () => finish(() => controller.error(signal?.reason));
    const watch: OpenWatch = {
      isDead: false,
      fail: (error) => this.#process.deliver(() => finish(() => controller.error(error))),
    };
    this.#watches.add(watch);
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#process.onDeath(() => finish(() => undefined));
    // Watches are out of step with each other, each is in order with itself.
    const lag = this.#random() < 0.1 ? between(this.#random, 50, 1_500) : 0;
    let lastAt = 0;
    const pass = (work: () => void) => {
      lastAt = Math.max(lastAt + 0.01, this.#now + lag + this.#hop());
      timeline.after(lastAt - this.#now, () => {
        const arrive = () =>
          this.#process.deliver(() => {
            if (over || watch.isDead) return;
            this.heardAt = this.#now;
            work();
          });
        if (this.#mode === "well") arrive();
        else this.#held.push({ watch, arrive });
      });
    };
    void (async () => {
      const reader = source.getReader();
      while (!over) {
        const { done, value } = await reader.read();
        if (done) break;
        pass(() => controller.enqueue(value));
      }
      pass(() => finish(() => controller.close()));
    })().catch((error) => pass(() => finish(() => controller.error(error))));
    return stream;
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
