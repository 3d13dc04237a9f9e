/**
 * An API server of one resource for tests: it does as it is told, also what a real one does only on bad days.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/types.ts";
import { ApiError, ConnectionError } from "../errors.ts";
import { keyOf } from "../resources.ts";
import {
  type JsonValue,
  type RequestOptions,
  type RestAnswer,
  type RestClient,
  toRestClient,
} from "../seam.ts";

/** One kept request. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: JsonValue | undefined;
  readonly contentType: string | undefined;
}

/** A scripted API server. */
export class ScriptedApi {
  readonly rest: RestClient = toRestClient((request) => this.#perform(request));
  readonly requests: SeenRequest[] = [];
  readonly #objects = new Map<string, KubeObject>();
  readonly #history: { readonly version: number; readonly line: JsonValue }[] = [];
  readonly #watches = new Set<ReadableStreamDefaultController<JsonValue>>();
  readonly #failures: unknown[] = [];
  #version = 100;
  #forgottenBefore = 0;
  /** Answers 404 to everything. */
  missing = false;
  /** Watches open but never hear anything. */
  silent = false;
  /** Called before each answer. */
  before: (request: RequestOptions) => void | Promise<void> = () => undefined;
  /** Called when an answer is made and before it arrives: what happens now, it does not tell. */
  after: (request: RequestOptions) => void | Promise<void> = () => undefined;

  /** Number of open watches. */
  get watches(): number {
    return this.#watches.size;
  }

  /** Lists seen so far. */
  get lists(): number {
    return this.requests.filter((request) => request.query.watch === undefined).length;
  }

  /** Creates or changes an object as somebody else, and tells the watches. */
  put(
    name: string,
    fields: Readonly<Record<string, JsonValue>> = {},
    uid = `uid-${name}`,
  ): KubeObject {
    const known = this.#objects.get(`default/${name}`);
    const object = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace: "default", name, uid, resourceVersion: String(++this.#version) },
      ...fields,
    };
    this.#objects.set(keyOf(object), object);
    this.#tell(known === undefined ? "ADDED" : "MODIFIED", object);
    return object;
  }

  /** Deletes an object as somebody else, and tells the watches. */
  remove(name: string): void {
    const object = this.#objects.get(`default/${name}`);
    if (object === undefined) throw new RangeError(`Cannot remove what is not there: ${name}`);
    this.#objects.delete(`default/${name}`);
    const resourceVersion = String(++this.#version);
    this.#tell("DELETED", { ...object, metadata: { ...object.metadata, resourceVersion } });
  }

  /** Tells the watches how far they are. */
  bookmark(): void {
    const object = {
      kind: "ConfigMap",
      apiVersion: "v1",
      metadata: { resourceVersion: String(this.#version) },
    };
    for (const watch of this.#watches) watch.enqueue({ type: "BOOKMARK", object });
  }

  /** Ends all watches as a server does at their time limit. */
  endWatches(): void {
    for (const watch of this.#watches) watch.close();
    this.#watches.clear();
  }

  /** Breaks all watches as a lost connection does. */
  breakWatches(): void {
    for (const watch of this.#watches) {
      watch.error(new ConnectionError({ method: "WATCH", path: "/" }, "reset"));
    }
    this.#watches.clear();
  }

  /** Forgets the history: a watch from before now gets 410. */
  compact(): void {
    this.#forgottenBefore = this.#version;
    this.#history.length = 0;
  }

  /** Answers the next request with this error. */
  failNext(error: unknown): void {
    this.#failures.push(error);
  }

  async #perform(request: RequestOptions): Promise<RestAnswer> {
    const query = Object.fromEntries(request.querystring ?? []);
    const { method, path, bodyJson: body, contentType } = request;
    this.requests.push({ method, path, query, body, contentType });
    await this.before(request);
    request.abortSignal?.throwIfAborted();
    if (this.#failures.length > 0) throw this.#failures.shift();
    if (this.missing) {
      throw new ApiError({ code: 404, reason: "NotFound", message: "page not found" }, request);
    }
    if (request.expectStream === true) {
      return this.#watch(Number(query.resourceVersion), request.abortSignal);
    }
    // As a real list: its items have neither kind nor apiVersion.
    const items = [...this.#objects.values()].map(({ kind: _, apiVersion: __, ...rest }) => rest);
    const list = { metadata: { resourceVersion: String(this.#version) }, items };
    await this.after(request);
    return list as unknown as JsonValue;
  }

  #watch(from: number, signal: AbortSignal | undefined): ReadableStream<JsonValue> {
    let own: ReadableStreamDefaultController<JsonValue> | undefined;
    return new ReadableStream<JsonValue>({
      start: (controller) => {
        own = controller;
        signal?.addEventListener(
          "abort",
          () => this.#watches.delete(controller) && controller.error(signal.reason),
        );
        if (this.silent) return;
        if (from < this.#forgottenBefore) {
          const object = {
            kind: "Status",
            code: 410,
            reason: "Expired",
            message: "too old resource version",
          };
          controller.enqueue({ type: "ERROR", object });
          return controller.close();
        }
        this.#watches.add(controller);
        for (const { version, line } of this.#history) if (version > from) controller.enqueue(line);
      },
      cancel: () => {
        if (own !== undefined) this.#watches.delete(own);
      },
    });
  }

  #tell(type: string, object: KubeObject): void {
    const line = { type, object } as unknown as JsonValue;
    this.#history.push({ version: this.#version, line });
    for (const watch of this.#watches) watch.enqueue(line);
  }
}
