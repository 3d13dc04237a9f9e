/**
 * Answers one request: finds what its path names and does what its method says.
 *
 * @module
 */
import type { Answer, ApiRequest } from "./answer.ts";
import type { ApiContext } from "./api_context.ts";
import type { GarbageCollector } from "./garbage_collector.ts";
import { applyObject } from "./apply.ts";
import { isObject, type JsonObject } from "./json.ts";
import { patchChange, PatchType } from "./patch.ts";
import { asksForWatch, getObject, listObjects, selectorOf, watchObjects } from "./read.ts";
import { deleteObject, deleteOptions } from "./remove.ts";
import { apiVersionOf, resourceName } from "./resource_type.ts";
import { parseRoute, type Route } from "./route.ts";
import { formOf, represent } from "./representation.ts";
import { checkIdentity } from "./identity.ts";
import {
  badRequest,
  methodNotAllowed,
  pathNotFound,
  StatusError,
  subresourceNotFound,
} from "./status_error.ts";
import { answerWellKnown } from "./well_known.ts";
import { createObject, updateObject } from "./write.ts";
import { writeOptions } from "./write_options.ts";

/** Answers requests for objects. Throws `StatusError`. */
export class Handler {
  readonly #context: ApiContext;
  readonly #collector: GarbageCollector;

  constructor(context: ApiContext, collector: GarbageCollector) {
    this.#context = context;
    this.#collector = collector;
  }

  /** Answers, and does what follows from the change. */
  handle(request: ApiRequest): Answer {
    const wellKnown = answerWellKnown(request, this.#context.registry);
    if (wellKnown !== undefined) return wellKnown;
    const route = parseRoute(request.path, this.#context.registry);
    if (route === undefined) throw pathNotFound();
    const form = formOf(request.accept);
    const { clock } = this.#context;
    try {
      const answer = this.#dispatch(route, request);
      return represent(answer, { form, type: route.type, request, now: () => clock.now() });
    } finally {
      this.#collector.run();
    }
  }

  #dispatch(route: Route, request: ApiRequest): Answer {
    const { subresource, type } = route;
    if (subresource !== undefined && !(subresource === "status" && type.statusSubresource)) {
      throw subresourceNotFound();
    }
    const { method } = request;
    if (method === "GET") return this.#read(route, request);
    if (type.readOnly) throw methodNotAllowed();
    if (route.name === undefined) {
      if (method === "POST") return this.#create(route, request);
      if (method === "DELETE") return this.#deleteCollection(route, request);
      if (method === "PUT" || method === "PATCH") throw badRequest("name may not be empty");
    } else if (method === "PUT") return this.#replace(route, request);
    else if (method === "PATCH") return this.#patch(route, request);
    else if (method === "DELETE" && subresource === undefined) return this.#delete(route, request);
    throw methodNotAllowed();
  }

  #read(route: Route, request: ApiRequest): Answer {
    if (asksForWatch(request.query)) return watchObjects(this.#context, route, request);
    return route.name === undefined
      ? listObjects(this.#context, route, request)
      : getObject(this.#context, route);
  }

  #create(route: Route, request: ApiRequest): Answer {
    if (route.type.namespaced && route.namespace === undefined) throw methodNotAllowed();
    return createObject(this.#context, route, {
      body: objectBody(request),
      options: writeOptions(request),
    });
  }

  #replace(route: Route, request: ApiRequest): Answer {
    const body = objectBody(request);
    const options = writeOptions(request);
    checkIdentity(route, body);
    const { type, namespace = "", name = "" } = route;
    const id = { resource: resourceName(type), namespace, name };
    if (type.createOnUpdate && this.#context.store.get(id) === undefined) {
      return createObject(this.#context, route, { body, options });
    }
    return updateObject(this.#context, route, { change: () => body, options, replace: true });
  }

  #patch(route: Route, request: ApiRequest): Answer {
    if (request.contentType === PatchType.APPLY) return applyObject(this.#context, route, request);
    const options = writeOptions(request);
    const change = patchChange(route.type, request.contentType, request.body);
    return updateObject(this.#context, route, { change, options, patch: true });
  }

  #delete(route: Route, request: ApiRequest): Answer {
    const body = isObject(request.body) ? request.body : undefined;
    return deleteObject(this.#context, route, deleteOptions(body, request.query));
  }

  #deleteCollection(route: Route, request: ApiRequest): Answer {
    const { type, namespace } = route;
    if (type.namespaced && namespace === undefined) throw methodNotAllowed();
    const body = isObject(request.body) ? request.body : undefined;
    const options = deleteOptions(body, request.query);
    const selector = selectorOf(route, request.query);
    const { store } = this.#context;
    const range = {
      resource: resourceName(type),
      ...(namespace === undefined ? {} : { namespace }),
    };
    const revision = store.revision;
    const items: JsonObject[] = [];
    for (const stored of store.list(range)) {
      const object = JSON.parse(stored.body) as JsonObject;
      if (selector !== undefined && !selector(object)) continue;
      items.push(object);
      try {
        deleteObject(
          this.#context,
          { ...route, namespace: stored.namespace, name: stored.name },
          options,
        );
      } catch (error) {
        if (!(error instanceof StatusError) || error.httpCode !== 404) throw error;
      }
    }
    return {
      status: 200,
      body: {
        kind: `${type.kind}List`,
        apiVersion: apiVersionOf(type),
        metadata: { resourceVersion: String(revision), ...(type.custom ? { continue: "" } : {}) },
        items,
      },
    };
  }
}

function objectBody(request: ApiRequest): JsonObject {
  if (!isObject(request.body)) throw badRequest("the body of the request is not a JSON object");
  return request.body;
}
