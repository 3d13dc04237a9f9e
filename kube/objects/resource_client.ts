/**
 * Typed reads and writes of the objects of one resource.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/types.ts";
import { defined } from "../../runtime/defined.ts";
import { ApiError, isNotFound, isStatusObject, toApiError } from "../errors.ts";
import { type JsonRequest, optionsOf, requestJson } from "./request_json.ts";
import { pathOf } from "./resources.ts";
import type { JsonValue, RestClient } from "../rest_client.ts";
import type {
  DeleteOptions,
  ListOptions,
  ObjectKey,
  ObjectList,
  Patch,
  PatchOptions,
  Resource,
  ResourceClient,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from "../types.ts";

const PATCH_CONTENT_TYPE: Readonly<Record<Patch["type"], string>> = {
  merge: "application/merge-patch+json",
  json: "application/json-patch+json",
  apply: "application/apply-patch+yaml",
};

/** A {@linkcode ResourceClient} over any {@linkcode RestClient}. */
export class RestResourceClient<T extends KubeObject> implements ResourceClient<T> {
  readonly #rest: RestClient;
  readonly resource: Resource<T>;

  constructor(rest: RestClient, resource: Resource<T>) {
    this.#rest = rest;
    this.resource = resource;
  }

  async get(
    key: ObjectKey,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<T | undefined> {
    try {
      return await this.#send({ method: "GET", path: this.#pathOf(key), signal: options.signal });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async list(options: ListOptions<T> = {}): Promise<ObjectList<T>> {
    const { most, signal } = options;
    const path = pathOf(this.resource, options);
    const query = selectorsOf(options);
    if (most !== undefined) query.set("limit", String(most));
    const items: T[] = [];
    const takeItem = (item: unknown) => void items.push(this.#taken(item as Partial<T>, options));
    while (true) {
      const answer = await requestJson(this.#rest, {
        method: "GET",
        path,
        query,
        signal,
        ...(most === undefined ? { takeItem } : {}),
      });
      const page = answer as unknown as {
        metadata?: { resourceVersion?: string; continue?: string };
        items?: Partial<T>[] | null;
      };
      for (const item of page.items ?? []) takeItem(item);
      const { resourceVersion, continue: next = "" } = page.metadata ?? {};
      // What is taken for an empty list would have everything forgotten.
      if (resourceVersion === undefined) {
        throw new TypeError(`Cannot read the list of ${path}: it has no resourceVersion`);
      }
      if (next === "" || most !== undefined) return { resourceVersion, items };
      query.set("continue", next);
    }
  }

  async *watch(options: WatchOptions<T>): AsyncGenerator<WatchEvent<T>, void, void> {
    const path = pathOf(this.resource, options);
    const query = selectorsOf(options);
    query.set("watch", "1");
    query.set("allowWatchBookmarks", "true");
    query.set("resourceVersion", options.resourceVersion);
    if (options.timeoutSeconds !== undefined) {
      query.set("timeoutSeconds", String(options.timeoutSeconds));
    }
    const request = { method: "GET", path, query, signal: options.signal } as const;
    options.signal?.throwIfAborted();
    try {
      const stream = await this.#rest.performRequest({
        ...optionsOf(request),
        expectStream: true,
        expectJson: true,
      });
      options.onOpen?.();
      using lines = new Lines(stream, options.signal);
      for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
        yield this.#eventOf(line, { path, options });
      }
    } catch (error) {
      throw toApiError(error, { method: "WATCH", path });
    }
  }

  #eventOf(
    line: JsonValue,
    { path, options }: { readonly path: string; readonly options: WatchOptions<T> },
  ): WatchEvent<T> {
    const { type, object } = line as { type?: string; object?: Partial<T> };
    switch (type) {
      case "ADDED":
      case "MODIFIED":
      case "DELETED":
        return { type, object: this.#taken(object ?? {}, options) };
      case "BOOKMARK":
        return { type, resourceVersion: object?.metadata?.resourceVersion ?? "" };
      case "ERROR":
        throw new ApiError(isStatusObject(object) ? object : { message: JSON.stringify(object) }, {
          method: "WATCH",
          path,
        });
      default:
        throw new TypeError(`Cannot read a watch event: ${JSON.stringify(line).slice(0, 200)}`);
    }
  }

  create(object: T, options: WriteOptions = {}): Promise<T> {
    const { namespace } = object.metadata;
    const path = pathOf(this.resource, defined({ namespace }));
    const body = this.#bodyOf(object);
    return this.#send({
      method: "POST",
      path,
      query: writeQuery(options),
      body,
      signal: options.signal,
    });
  }

  update(object: T, options: WriteOptions = {}): Promise<T> {
    return this.#put(object, { ...options });
  }

  updateStatus(object: T, options: WriteOptions = {}): Promise<T> {
    return this.#put(object, { ...options, subresource: "status" });
  }

  #put(object: T, options: PatchOptions): Promise<T> {
    return this.#send({
      method: "PUT",
      path: this.#pathOf(object.metadata, options.subresource),
      query: writeQuery(options),
      body: this.#bodyOf(object),
      signal: options.signal,
    });
  }

  patch(key: ObjectKey, patch: Patch, options: PatchOptions = {}): Promise<T> {
    const query = writeQuery(options);
    if (patch.type === "apply") {
      query.set("fieldManager", patch.fieldManager);
      if (patch.force === true) query.set("force", "true");
    }
    return this.#send({
      method: "PATCH",
      path: this.#pathOf(key, options.subresource),
      query,
      body: patch.body as JsonValue,
      contentType: PATCH_CONTENT_TYPE[patch.type],
      signal: options.signal,
    });
  }

  async delete(key: ObjectKey, options: DeleteOptions = {}): Promise<boolean> {
    const { uid, resourceVersion, propagationPolicy } = options;
    const preconditions = defined({ uid, resourceVersion });
    const body = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
      ...defined({ propagationPolicy }),
    };
    try {
      await requestJson(this.#rest, {
        method: "DELETE",
        path: this.#pathOf(key),
        body,
        signal: options.signal,
      });
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  #pathOf(
    key: { readonly namespace?: string; readonly name?: string },
    subresource?: "status",
  ): string {
    const { namespace, name } = key;
    if (name === undefined || name === "") {
      throw new TypeError(
        `Cannot address ${this.resource.kind} without a name: ${
          JSON.stringify({ namespace, name })
        }`,
      );
    }
    if (this.resource.namespaced && (namespace === undefined || namespace === "")) {
      throw new TypeError(`Cannot address ${this.resource.kind} without a namespace: ${name}`);
    }
    return pathOf(this.resource, { name, ...defined({ namespace, subresource }) });
  }

  #bodyOf(object: T): JsonValue {
    const { apiVersion, kind } = this.resource;
    return { ...object, apiVersion, kind } as unknown as JsonValue;
  }

  async #send(request: JsonRequest): Promise<T> {
    return this.#named(await requestJson(this.#rest, request) as unknown as Partial<T>);
  }

  /** An object of a list or an event, as its reader wants it. */
  #taken(object: Partial<T>, options: ListOptions<T>): T {
    const named = this.#named(object);
    return options.transform === undefined ? named : options.transform(named);
  }

  /** The object with the `apiVersion` and `kind` that items of a list lack. */
  #named(object: Partial<T>): T {
    return { apiVersion: this.resource.apiVersion, kind: this.resource.kind, ...object } as T;
  }
}

/** What a stream brings, until the signal aborts: that is thrown, also where the stream itself does not heed it. */
class Lines implements Disposable {
  readonly #reader: ReadableStreamDefaultReader<JsonValue>;
  readonly #signal: AbortSignal | undefined;

  constructor(stream: ReadableStream<JsonValue>, signal: AbortSignal | undefined) {
    this.#reader = stream.getReader();
    this.#signal = signal;
    if (signal?.aborted === true) this.#cancel();
    signal?.addEventListener("abort", this.#cancel, { once: true });
  }

  /** The next one; `undefined` at the end. */
  async next(): Promise<JsonValue | undefined> {
    const { value } = await this.#reader.read();
    this.#signal?.throwIfAborted();
    return value;
  }

  /** Reads no more. */
  [Symbol.dispose](): void {
    this.#signal?.removeEventListener("abort", this.#cancel);
    this.#cancel();
  }

  readonly #cancel = () => void this.#reader.cancel(this.#signal?.reason).catch(() => undefined);
}

function selectorsOf(options: ListOptions): URLSearchParams {
  const query = new URLSearchParams();
  if (options.labelSelector !== undefined) query.set("labelSelector", options.labelSelector);
  if (options.fieldSelector !== undefined) query.set("fieldSelector", options.fieldSelector);
  return query;
}

function writeQuery(options: WriteOptions): URLSearchParams {
  const query = new URLSearchParams();
  if (options.fieldManager !== undefined) query.set("fieldManager", options.fieldManager);
  if (options.dryRun === true) query.set("dryRun", "All");
  return query;
}
