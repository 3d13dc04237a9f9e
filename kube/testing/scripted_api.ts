/**
 * An API server of one resource for tests: it does as it is told, also what a real one does only on bad days.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/types.ts";
import { ApiError, ConnectionError } from "../errors.ts";
import { keyOf } from "../objects/resources.ts";
import {
  type JsonValue,
  type RequestOptions,
  type RestAnswer,
  type RestClient,
  toRestClient,
} from "../rest_client.ts";
import type { Resource } from "../types.ts";

/** One kept request. */
interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: JsonValue | undefined;
  readonly contentType: string | undefined;
}

/** The state of a server at one time. */
interface Backup {
  readonly version: number;
  readonly objects: ReadonlyMap<string, KubeObject>;
}

/** A watch that is open. */
interface OpenWatch {
  readonly controller: ReadableStreamDefaultController<JsonValue>;
  /** It brings what is newer than this version, which may be still to come. */
  readonly from: number;
}

/** A scripted API server. It takes creates and guarded merge patches, too. */
export class ScriptedApi {
  readonly rest: RestClient = toRestClient((request) => this.#perform(request));
  readonly requests: SeenRequest[] = [];
  readonly #resource: Resource<KubeObject>;
  readonly #objects = new Map<string, KubeObject>();
  readonly #history: { readonly version: number; readonly line: JsonValue }[] = [];
  readonly #watches = new Set<OpenWatch>();
  readonly #failures: unknown[] = [];
  #version = 100;
  #forgottenBefore = 0;
  /** Whole lists answered so far, and lists of one object. */
  lists = 0;
  checks = 0;
  /** Answers 404 to everything. */
  missing = false;
  /** Watches open but never hear anything. */
  silent = false;
  /** Called before each answer. */
  before: (request: RequestOptions) => void | Promise<void> = () => undefined;
  /** Called when an answer is made and before it arrives: what happens now, it does not tell. */
  after: (request: RequestOptions) => void | Promise<void> = () => undefined;

  /** Serves this resource, in the namespace `default`. */
  constructor(resource: Resource<KubeObject>) {
    this.#resource = resource;
  }

  /** Number of open watches. */
  get watches(): number {
    return this.#watches.size;
  }

  /** Creates or changes an object as somebody else, and tells the watches. */
  put(
    name: string,
    fields: Readonly<Record<string, JsonValue>> = {},
    uid = `uid-${name}`,
  ): KubeObject {
    const known = this.#objects.get(`default/${name}`);
    const object = {
      ...this.#kind(),
      metadata: { namespace: "default", name, uid },
      ...fields,
    };
    return this.#keep(known === undefined ? "ADDED" : "MODIFIED", object);
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
    const object = { ...this.#kind(), metadata: { resourceVersion: String(this.#version) } };
    for (const { controller, from } of this.#watches) {
      if (this.#version >= from) controller.enqueue({ type: "BOOKMARK", object });
    }
  }

  /** The state now. */
  backup(): Backup {
    return { version: this.#version, objects: new Map(this.#objects) };
  }

  /** Goes back to an earlier state: versions go on from there, and a watch from a later one waits. Open watches stay. */
  restore({ version, objects }: Backup): void {
    this.#version = version;
    this.#objects.clear();
    for (const [key, object] of objects) this.#objects.set(key, object);
    this.#history.length = 0;
    this.#forgottenBefore = version;
  }

  /** Ends all watches as a server does at their time limit. */
  endWatches(): void {
    for (const { controller } of this.#watches) controller.close();
    this.#watches.clear();
  }

  /** Breaks all watches as a lost connection does. */
  breakWatches(): void {
    for (const { controller } of this.#watches) {
      controller.error(new ConnectionError({ method: "WATCH", path: "/" }, "reset"));
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
    if (method !== "GET") return this.#write(request) as unknown as JsonValue;
    if (!path.endsWith(`/${this.#resource.plural}`)) {
      return this.#known(request) as unknown as JsonValue;
    }
    // As a real list: its items have neither kind nor apiVersion.
    const items = [...this.#objects.values()].map(({ kind: _, apiVersion: __, ...rest }) => rest)
      .slice(0, query.limit === undefined ? undefined : Number(query.limit));
    const list = { metadata: { resourceVersion: String(this.#version) }, items };
    if (query.limit === "1") this.checks++;
    else this.lists++;
    await this.after(request);
    return list as unknown as JsonValue;
  }

  #write(request: RequestOptions): KubeObject {
    const body = request.bodyJson as unknown as KubeObject;
    if (request.method === "POST") {
      if (this.#objects.has(keyOf(body))) {
        throw new ApiError({ code: 409, reason: "AlreadyExists" }, request);
      }
      return this.#keep("ADDED", body);
    }
    const known = this.#known(request);
    const guard = body.metadata?.resourceVersion ?? known.metadata.resourceVersion;
    if (guard !== known.metadata.resourceVersion) {
      throw new ApiError({ code: 409, reason: "Conflict" }, request);
    }
    return this.#keep("MODIFIED", merged(known, body) as KubeObject);
  }

  /** The object that a path ends with. */
  #known(request: RequestOptions): KubeObject {
    const known = this.#objects.get(`default/${request.path.split("/").at(-1)}`);
    if (known === undefined) throw new ApiError({ code: 404, reason: "NotFound" }, request);
    return known;
  }

  #kind(): Pick<KubeObject, "apiVersion" | "kind"> {
    return { apiVersion: this.#resource.apiVersion, kind: this.#resource.kind };
  }

  #keep(type: "ADDED" | "MODIFIED", written: KubeObject): KubeObject {
    const metadata = { ...written.metadata, resourceVersion: String(++this.#version) };
    const object = { ...written, ...this.#kind(), metadata };
    this.#objects.set(keyOf(object), object);
    this.#tell(type, object);
    return object;
  }

  #watch(from: number, signal: AbortSignal | undefined): ReadableStream<JsonValue> {
    let own: OpenWatch | undefined;
    return new ReadableStream<JsonValue>({
      start: (controller) => {
        const watch = own = { controller, from };
        signal?.addEventListener(
          "abort",
          () => this.#watches.delete(watch) && controller.error(signal.reason),
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
        this.#watches.add(watch);
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
    for (const { controller, from } of this.#watches) {
      if (this.#version > from) controller.enqueue(line);
    }
  }
}

/** A merge patch without deletions. */
function merged(before: unknown, patch: unknown): unknown {
  if (patch === null || typeof patch !== "object" || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = { ...before as object };
  for (const [key, value] of Object.entries(patch)) result[key] = merged(result[key], value);
  return result;
}
