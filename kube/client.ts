/**
 * Typed reads and writes of Kubernetes objects over any {@linkcode RestClient}.
 *
 * @module
 */
import type { KubeObject } from "../core/api/types.ts";
import { ApiError, isGone, isNotFound, isStatusObject, toApiError } from "./errors.ts";
import { groupPath, pathOf } from "./resources.ts";
import type { HttpMethod, JsonValue, RequestOptions, RestClient } from "./seam.ts";
import type {
  DeleteOptions,
  KubeClient,
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
} from "./types.ts";

const PAGE_SIZE = 500;

const PATCH_CONTENT_TYPE: Readonly<Record<Patch["type"], string>> = {
  merge: "application/merge-patch+json",
  json: "application/json-patch+json",
  apply: "application/apply-patch+yaml",
};

/**
 * A client of one cluster over any {@linkcode RestClient}: the `fetch` transport, the embedded API, or one that the
 * user brings. It holds no state and needs no closing.
 *
 * Source: Kubernetes API concepts.
 *
 * @example A pool from a server made of one function
 * ```ts
 * import { createFetchClient, createKubeClient, IPPOOLS } from "@vm-dhcp/vm-dhcp/kube";
 *
 * const pool = { metadata: { namespace: "default", name: "net-48" }, spec: {} };
 * using rest = createFetchClient({
 *   server: "http://api.example",
 *   fetch: () => Promise.resolve(Response.json(pool)),
 * });
 * const found = await createKubeClient(rest).of(IPPOOLS).get({ namespace: "default", name: "net-48" });
 * if (found?.metadata.name !== "net-48" || found.kind !== "IPPool") throw new Error("Expected the pool");
 * ```
 */
export function createKubeClient(rest: RestClient): KubeClient {
  return {
    of: (resource) => new RestResourceClient(rest, resource),
    serves: (resource, signal) => serves(rest, { resource, signal }),
    version: (signal) => version(rest, signal),
  };
}

async function serves(
  rest: RestClient,
  of: { readonly resource: Resource<KubeObject>; readonly signal: AbortSignal | undefined },
): Promise<boolean> {
  try {
    const answer = await requestJson(rest, {
      method: "GET",
      path: groupPath(of.resource.apiVersion),
      signal: of.signal,
    });
    const { resources } = answer as unknown as { resources?: { name?: string }[] };
    return resources?.some((entry) => entry.name === of.resource.plural) ?? false;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

async function version(rest: RestClient, signal: AbortSignal | undefined): Promise<string> {
  const answer = await requestJson(rest, { method: "GET", path: "/version", signal });
  const { gitVersion } = answer as { gitVersion?: JsonValue };
  if (typeof gitVersion !== "string") {
    throw new TypeError(`Cannot read the server's version: ${JSON.stringify(answer)}`);
  }
  return gitVersion;
}

interface JsonRequest {
  readonly method: HttpMethod;
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly body?: JsonValue;
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
}

function optionsOf(request: JsonRequest): RequestOptions {
  return {
    method: request.method,
    path: request.path,
    ...(request.query !== undefined && request.query.size > 0
      ? { querystring: request.query }
      : {}),
    ...(request.body === undefined ? {} : { bodyJson: request.body }),
    ...(request.contentType === undefined ? {} : { contentType: request.contentType }),
    ...(request.signal === undefined ? {} : { abortSignal: request.signal }),
  };
}

async function requestJson(rest: RestClient, request: JsonRequest): Promise<JsonValue> {
  request.signal?.throwIfAborted();
  try {
    return await rest.performRequest({ ...optionsOf(request), expectJson: true });
  } catch (error) {
    throw toApiError(error, request);
  }
}

class RestResourceClient<T extends KubeObject> implements ResourceClient<T> {
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

  async list(options: ListOptions = {}): Promise<ObjectList<T>> {
    try {
      return await this.#listPages(options, PAGE_SIZE);
    } catch (error) {
      // The continue token outlived etcd's history: once more, in one piece.
      if (!isGone(error)) throw error;
      return await this.#listPages(options, undefined);
    }
  }

  async #listPages(options: ListOptions, limit: number | undefined): Promise<ObjectList<T>> {
    const items: T[] = [];
    let next: string | undefined;
    while (true) {
      const query = selectorsOf(options);
      if (limit !== undefined) query.set("limit", String(limit));
      if (next !== undefined) query.set("continue", next);
      const path = pathOf(this.resource, options);
      const answer = await requestJson(this.#rest, {
        method: "GET",
        path,
        query,
        signal: options.signal,
      });
      const page = answer as unknown as {
        metadata?: { resourceVersion?: string; continue?: string };
        items?: Partial<T>[] | null;
      };
      for (const item of page.items ?? []) items.push(this.#named(item));
      next = page.metadata?.continue;
      if (next === undefined || next === "") {
        return { resourceVersion: page.metadata?.resourceVersion ?? "", items };
      }
    }
  }

  async *watch(options: WatchOptions): AsyncGenerator<WatchEvent<T>, void, void> {
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
      for await (const line of untilAborted(stream, options.signal)) {
        yield this.#eventOf(line, request);
      }
    } catch (error) {
      throw toApiError(error, { method: "WATCH", path });
    }
  }

  #eventOf(line: JsonValue, request: { readonly path: string }): WatchEvent<T> {
    const { type, object } = line as { type?: string; object?: Partial<T> };
    switch (type) {
      case "ADDED":
      case "MODIFIED":
      case "DELETED":
        return { type, object: this.#named(object ?? {}) };
      case "BOOKMARK":
        return { type, resourceVersion: object?.metadata?.resourceVersion ?? "" };
      case "ERROR":
        throw new ApiError(isStatusObject(object) ? object : { message: JSON.stringify(object) }, {
          method: "WATCH",
          path: request.path,
        });
      default:
        throw new TypeError(`Cannot read a watch event: ${JSON.stringify(line).slice(0, 200)}`);
    }
  }

  create(object: T, options: WriteOptions = {}): Promise<T> {
    const { namespace } = object.metadata;
    const path = pathOf(this.resource, namespace === undefined ? {} : { namespace });
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
      body: patch.body,
      contentType: PATCH_CONTENT_TYPE[patch.type],
      signal: options.signal,
    });
  }

  async delete(key: ObjectKey, options: DeleteOptions = {}): Promise<boolean> {
    const { uid, resourceVersion, propagationPolicy, gracePeriodSeconds } = options;
    const preconditions = {
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
    const body = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
      ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
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
        `Cannot address a ${this.resource.kind} without a name: ${
          JSON.stringify({ namespace, name })
        }`,
      );
    }
    if (this.resource.namespaced && (namespace === undefined || namespace === "")) {
      throw new TypeError(`Cannot address a ${this.resource.kind} without a namespace: ${name}`);
    }
    return pathOf(this.resource, {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(subresource === undefined ? {} : { subresource }),
    });
  }

  #bodyOf(object: T): JsonValue {
    const { apiVersion, kind } = this.resource;
    return { ...object, apiVersion, kind } as unknown as JsonValue;
  }

  async #send(request: JsonRequest): Promise<T> {
    return this.#named(await requestJson(this.#rest, request) as unknown as Partial<T>);
  }

  /** The object with the `apiVersion` and `kind` that items of a list lack. */
  #named(object: Partial<T>): T {
    if (object.kind !== undefined && object.apiVersion !== undefined) return object as T;
    return { apiVersion: this.resource.apiVersion, kind: this.resource.kind, ...object } as T;
  }
}

/** The values of a stream; ends it when the signal aborts, also where the stream itself does not heed the signal. */
async function* untilAborted<V>(
  stream: ReadableStream<V>,
  signal: AbortSignal | undefined,
): AsyncGenerator<V, void, void> {
  const reader = stream.getReader();
  const cancel = () => void reader.cancel(signal?.reason).catch(() => undefined);
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    while (true) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) return;
      yield value;
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
    await reader.cancel().catch(() => undefined);
  }
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
