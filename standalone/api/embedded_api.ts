/**
 * A Kubernetes API in one process, over SQLite: what vm-dhcp runs on where there is no cluster, and in tests.
 *
 * @module
 */
import type { RestClient } from "../../kube/seam.ts";
import { type Clock, type Random, systemClock } from "../../runtime/clock.ts";
import type { Answer, ApiRequest } from "./answer.ts";
import type { ApiContext } from "./api_context.ts";
import { EmbeddedRest, type EmbeddedRestOptions } from "./embedded_rest.ts";
import { FOREIGN_CRDS } from "./foreign_crds.ts";
import { GarbageCollector } from "./garbage_collector.ts";
import { Handler } from "./handler.ts";
import { handleHttp } from "./http.ts";
import type { JsonObject } from "./json.ts";
import { OWN_CRDS } from "./own_crds.ts";
import { Registry } from "./registry.ts";
import { seed } from "./seed.ts";
import { internalError, serviceUnavailable, StatusError } from "./status_error.ts";
import { Store } from "./store.ts";
import { WatchHub } from "./watch_hub.ts";

/** How an {@linkcode EmbeddedApi} is made. */
export interface EmbeddedApiOptions {
  /** SQLite file that keeps the state; `":memory:"`, the default, keeps none. */
  readonly path?: string;
  /** Survive a power cut too, by one fsync per write. Without it the state survives the death of the process. */
  readonly durable?: boolean;
  /** Time of objects and watches; the machine's by default. */
  readonly clock?: Clock;
  /** Source of uids, generated names and watch timeouts; the machine's by default. */
  readonly random?: Random;
  /** CustomResourceDefinitions to serve; by default vm-dhcp's own, KubeVirt's and Multus'. */
  readonly crds?: readonly JsonObject[];
  /** How many events a watch's reader may lag behind before it is cut off. Default 20,000. */
  readonly mostUnread?: number;
  /** How many revisions a watch may lie back before it must list again (410). Default 10,000. */
  readonly history?: number;
}

const DEFAULT_HISTORY = 10_000;
const DEFAULT_MOST_UNREAD = 20_000;

/**
 * The embedded API. `rest()` is the seam that controllers and agents program against; `fetch` is the same API as HTTP,
 * for `Deno.serve` and `kubectl`. It stores objects and does what the garbage collector and the namespace controller do; it
 * runs nothing. Every write is synchronous and committed when its answer is there. Dispose it to close the file.
 *
 * What it answers is what a kube-apiserver 1.36 answers: `tests/contract` compares them.
 *
 * @example
 * ```ts
 * import { EmbeddedApi } from "./mod.ts";
 *
 * using api = new EmbeddedApi();
 * const pool = {
 *   apiVersion: "network.harvesterhci.io/v1alpha1",
 *   kind: "IPPool",
 *   metadata: { name: "net-48" },
 *   spec: { networkName: "default/net-48", ipv4Config: { cidr: "192.168.48.0/24" } },
 * };
 * const path = "/apis/network.harvesterhci.io/v1alpha1/namespaces/default/ippools";
 * await api.rest().performRequest({ method: "POST", path, bodyJson: pool });
 * const table = await api.fetch(
 *   new Request(`http://embedded${path}`, { headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" } }),
 * );
 * const { rows } = await table.json();
 * if (rows[0].cells[1] !== "default/net-48") throw new Error("Expected the pool's network");
 * ```
 */
export class EmbeddedApi {
  readonly #store: Store;
  readonly #hub = new WatchHub();
  readonly #handler: Handler;
  #closed = false;

  /** Opens, or makes, the state. Throws where the file cannot be opened or is of another format. */
  constructor(options: EmbeddedApiOptions = {}) {
    this.#store = new Store({
      path: options.path ?? ":memory:",
      ...(options.durable === undefined ? {} : { durable: options.durable }),
    });
    const crds = options.crds ?? [...OWN_CRDS, ...FOREIGN_CRDS];
    const context: ApiContext = {
      registry: new Registry(crds),
      store: this.#store,
      hub: this.#hub,
      clock: options.clock ?? systemClock,
      random: options.random ?? cryptoRandom,
      mostUnread: options.mostUnread ?? DEFAULT_MOST_UNREAD,
    };
    const collector = new GarbageCollector(context);
    const history = options.history ?? DEFAULT_HISTORY;
    this.#store.onCommit((changes) => {
      this.#hub.publish(changes);
      collector.note(changes);
      if (this.#store.revision - this.#store.compacted > 2 * history) {
        this.#store.compact(this.#store.revision - history);
      }
    });
    this.#handler = new Handler(context, collector);
    seed(context, crds);
    collector.run();
  }

  /** The API in process. */
  rest(options: EmbeddedRestOptions = {}): RestClient {
    return new EmbeddedRest((request) => this.#handle(request), options);
  }

  /** The API over HTTP. Never rejects: errors are answers. */
  fetch(request: Request): Promise<Response> {
    return handleHttp(request, (asked) => this.#handle(asked));
  }

  /** The newest resourceVersion. */
  get resourceVersion(): string {
    return String(this.#store.revision);
  }

  /** Ends every watch and closes the state. Later requests are answered with a 503. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#hub.close();
    this.#store.close();
  }

  /** {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  #handle(request: ApiRequest): Answer {
    if (this.#closed) throw serviceUnavailable("the embedded API is closed");
    try {
      return this.#handler.handle(request);
    } catch (error) {
      throw error instanceof StatusError ? error : internalError(error);
    }
  }
}

const randomPool = new Uint32Array(1024);
let randomUsed = randomPool.length;

/** Numbers of the machine's random generator, drawn many at once. */
function cryptoRandom(): number {
  if (randomUsed === randomPool.length) {
    crypto.getRandomValues(randomPool);
    randomUsed = 0;
  }
  return (randomPool[randomUsed++] ?? 0) / 2 ** 32;
}
