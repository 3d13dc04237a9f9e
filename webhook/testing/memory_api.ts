/**
 * An API server of a few objects in memory. It knows resource versions, selection by name, 404 and 409; its watches stay
 * silent, and it checks no object. What a real one says to the same requests, the tests on a real kube-apiserver show.
 *
 * @module
 */
import { applyPatch, type Operation } from "rfc6902";
import {
  ApiError,
  createKubeClient,
  type JsonValue,
  type KubeClient,
  type RequestOptions,
  type RestAnswer,
  type RestClient,
  toRestClient,
} from "../../kube/mod.ts";
import type { KubeObject } from "../../core/api/types.ts";

/** The server. */
export class MemoryApi {
  /** A client of it. */
  readonly rest: RestClient = toRestClient((request) => this.#answer(request));
  /** The same, typed. */
  readonly kube: KubeClient = createKubeClient(this.rest);
  /** Every write that was accepted, as `<method> <plural>`. */
  readonly writes: string[] = [];
  /** Called before each answer; what it throws is the answer. */
  before: (request: RequestOptions) => unknown = () => undefined;
  /** By plural and name: the tests have no two of a name. */
  readonly #objects = new Map<string, KubeObject>();
  #version = 0;

  async #answer(request: RequestOptions): Promise<RestAnswer> {
    await this.before(request);
    request.abortSignal?.throwIfAborted();
    if (request.expectStream === true) return new ReadableStream<JsonValue>();
    if (request.method === "GET") return this.#read(request);
    const answer = this.#write(request);
    this.writes.push(`${request.method} ${placeOf(request).plural}`);
    return answer;
  }

  #read(request: RequestOptions): JsonValue {
    const { plural, name } = placeOf(request);
    if (name !== undefined) return asJson(this.#existing(request));
    const only = request.querystring?.get("fieldSelector")?.replace("metadata.name=", "");
    const items = [...this.#objects].filter(([key]) =>
      only === undefined ? key.startsWith(`${plural}/`) : key === `${plural}/${only}`
    );
    return {
      metadata: { resourceVersion: `${this.#version}` },
      items: items.map(([, object]) => asJson(object)),
    };
  }

  #write(request: RequestOptions): JsonValue {
    const body = structuredClone(request.bodyJson) as unknown;
    if (request.method === "POST") {
      const object = body as KubeObject;
      const key = `${placeOf(request).plural}/${object.metadata.name}`;
      if (this.#objects.has(key)) throw refusal(request, 409, "AlreadyExists");
      return this.#keep(key, object);
    }
    const key = keyOf(request);
    // An apply, as far as there is nothing to merge with.
    if (request.contentType === "application/apply-patch+yaml" && !this.#objects.has(key)) {
      return this.#keep(key, body as KubeObject);
    }
    const found = this.#existing(request);
    switch (request.method) {
      case "PUT": {
        const object = body as KubeObject;
        const { resourceVersion } = object.metadata;
        if (resourceVersion !== found.metadata.resourceVersion) {
          throw refusal(request, 409, "Conflict");
        }
        return this.#keep(key, object);
      }
      case "PATCH": {
        const object = structuredClone(found);
        if (applyPatch(object, body as Operation[]).some((error) => error !== null)) {
          throw refusal(request, 422, "Invalid");
        }
        return this.#keep(key, object);
      }
      case "DELETE":
        this.#objects.delete(key);
        return {};
      default:
        throw refusal(request, 405, "MethodNotAllowed");
    }
  }

  #existing(request: RequestOptions): KubeObject {
    const found = this.#objects.get(keyOf(request));
    if (found === undefined) throw refusal(request, 404, "NotFound");
    return found;
  }

  #keep(key: string, object: KubeObject): JsonValue {
    const metadata = { ...object.metadata, resourceVersion: `${++this.#version}` };
    this.#objects.set(key, { ...object, metadata });
    return asJson({ ...object, metadata });
  }
}

/** An answer of `code`. */
export function refusal(request: RequestOptions, code: number, reason: string): ApiError {
  return new ApiError({ code, reason }, request);
}

function asJson(object: KubeObject): JsonValue {
  return structuredClone(object) as unknown as JsonValue;
}

function keyOf(request: RequestOptions): string {
  const { plural, name } = placeOf(request);
  return `${plural}/${name}`;
}

/** What a path names: `/api/v1/...` or `/apis/GROUP/VERSION/...`, then `[namespaces/NS/]PLURAL[/NAME]`. */
function placeOf({ path }: RequestOptions): {
  readonly plural: string;
  readonly name: string | undefined;
} {
  const parts = path.split("/").slice(path.startsWith("/apis/") ? 4 : 3);
  const [plural = "", name] = parts[0] === "namespaces" ? parts.slice(2) : parts;
  return { plural, name };
}
