/**
 * A Kubernetes API in one process, over SQLite: what vm-dhcp runs on where there is no cluster, and in tests.
 *
 * @module
 */
import type { RestClient } from "../../kube/rest_client.ts";
import { type Clock, type Random, systemClock } from "../../runtime/clock.ts";
import { Bodies } from "../../runtime/http/bodies.ts";
import type { Answer, ApiRequest } from "./http/exchange.ts";
import type { ApiContext } from "./context.ts";
import { EmbeddedRest } from "./http/embedded_rest.ts";
import { GarbageCollector, type Later } from "./write/garbage_collector.ts";
import { Handler } from "./http/handler.ts";
import { handleHttp } from "./http/http.ts";
import { BUILTIN_KINDS } from "./kinds/builtin_kinds.ts";
import { FOREIGN_KINDS, OWN_KINDS } from "./kinds/custom_kinds.ts";
import type { Kind } from "./kinds/kind.ts";
import { seedNamespaces } from "./write/namespaces.ts";
import { internalError, serviceUnavailable, StatusError } from "./http/status_error.ts";
import { Store } from "./store/store.ts";
import type { Versions } from "./store/versions.ts";

/** How an {@linkcode EmbeddedApi} is made. */
export interface EmbeddedApiOptions {
  /** SQLite file that keeps the state; `":memory:"`, the default, keeps none. */
  readonly path?: string;
  /** The state that it goes on with, in place of a file. */
  readonly versions?: Versions;
  /** Survive a power cut too, by one fsync per write. Without it the state survives the death of the process. */
  readonly durable?: boolean;
  /** Time of objects and watches; the machine's by default. */
  readonly clock?: Clock;
  /** Source of uids, generated names and watch timeouts; the machine's by default. */
  readonly random?: Random;
  /** Kinds to serve beside vm-dhcp's own, KubeVirt's, Multus' and some of Kubernetes'. */
  readonly kinds?: readonly Kind[];
  /**
   * Take fields of vm-dhcp's kinds that are null or empty for left out, as a cluster with the webhook does. Without it they
   * are what they are to a kube-apiserver alone.
   */
  readonly emptyIsLeftOut?: boolean;
  /** How many events a watch's reader may lag behind before it is cut off. Default 20,000. */
  readonly mostUnread?: number;
  /** How many revisions a watch may lie back before it must list again (410). Default 10,000. */
  readonly history?: number;
  /** When dependents of what is gone follow, and the contents of a namespace. Unset: before the answer to a deletion. */
  readonly collectLater?: Later;
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
  readonly #bodies = new Bodies();
  readonly #closing = new AbortController();
  readonly #handler: Handler;

  /** Opens, or makes, the state. Throws where the file cannot be opened or is of another format. */
  constructor(options: EmbeddedApiOptions = {}) {
    this.#store = new Store({
      path: options.path ?? ":memory:",
      versions: options.versions,
      ...(options.durable === undefined ? {} : { durable: options.durable }),
    });
    const context: ApiContext = {
      kinds: [...BUILTIN_KINDS, ...OWN_KINDS, ...FOREIGN_KINDS, ...options.kinds ?? []],
      store: this.#store,
      clock: options.clock ?? systemClock,
      random: options.random ?? Math.random,
      closing: this.#closing.signal,
      mostUnread: options.mostUnread ?? DEFAULT_MOST_UNREAD,
      emptyIsLeftOut: options.emptyIsLeftOut ?? false,
    };
    const collector = new GarbageCollector(context, options.collectLater);
    const history = options.history ?? DEFAULT_HISTORY;
    this.#store.onCommit((changes) => {
      collector.note(changes);
      if (this.#store.revision - this.#store.compacted <= 2 * history) return;
      try {
        this.#store.compact(this.#store.revision - history);
      } catch {
        // The disk is full: the next write tries again. Who watches is told of this one in any case.
      }
    });
    this.#handler = new Handler(context, collector);
    seedNamespaces(context);
    collector.noteAll();
    collector.run();
  }

  /** The API in process. */
  rest(): RestClient {
    return new EmbeddedRest((request) => this.#handle(request));
  }

  /** The API over HTTP. Never rejects: errors are answers. */
  fetch(request: Request): Promise<Response> {
    const handle = (asked: ApiRequest) => this.#handle(asked);
    return handleHttp(request, { handle, bodies: this.#bodies });
  }

  /** The newest resourceVersion. */
  get resourceVersion(): string {
    return String(this.#store.revision);
  }

  /** Ends every watch and closes the state. Later requests are answered with a 503. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#store.close();
  }

  /** {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  #handle(request: ApiRequest): Answer {
    if (this.#closing.signal.aborted) throw serviceUnavailable("the embedded API is closed");
    try {
      return this.#handler.handle(request);
    } catch (error) {
      throw error instanceof StatusError ? error : internalError(error);
    }
  }
}
