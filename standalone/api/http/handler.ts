/**
 * Answers one request: finds what its path names and does what its method says.
 *
 * @module
 */
import type { ApiContext } from "../context.ts";
import { answerWellKnown } from "../discovery/well_known.ts";
import { type JsonObject, metadataOf } from "../json.ts";
import { apiVersionOf } from "../kinds/kind.ts";
import { patchChange } from "../patch/patch.ts";
import { getObject, isTrue, listObjects, rangeOf, watchObjects } from "../read/list.ts";
import { asTable, wantsTable } from "../read/representation.ts";
import { selectorOf } from "../read/selectors.ts";
import type { GarbageCollector } from "../write/garbage_collector.ts";
import { checkIdentity } from "../write/identity.ts";
import { deleteOptions, writeOptions } from "../write/options.ts";
import { deleteObject } from "../write/remove.ts";
import { createObject, updateObject } from "../write/write.ts";
import type { Answer, ApiRequest } from "./exchange.ts";
import { requireJson } from "./http.ts";
import { idOf, parseRoute, type Route } from "./route.ts";
import { badRequest, methodNotAllowed, notFound, pathNotFound } from "./status_error.ts";

/** Answers requests. Throws `StatusError`. */
export class Handler {
  readonly #context: ApiContext;
  readonly #collector: GarbageCollector;

  constructor(context: ApiContext, collector: GarbageCollector) {
    this.#context = context;
    this.#collector = collector;
  }

  /** Answers, and does what follows from the change. */
  handle(request: ApiRequest): Answer {
    const { kinds, clock } = this.#context;
    const wellKnown = answerWellKnown(request, kinds);
    if (wellKnown !== undefined) return wellKnown;
    const route = parseRoute(request.path, kinds);
    if (route === undefined) throw pathNotFound(request.path);
    const isTable = wantsTable(request.accept);
    try {
      const answer = this.#dispatch(route, request);
      if (!isTable) return answer;
      return asTable(answer, { ...route, query: request.query, now: () => clock.now() });
    } finally {
      this.#collector.run();
    }
  }

  #dispatch(route: Route, request: ApiRequest): Answer {
    const { subresource, kind, name, namespace } = route;
    if (subresource !== undefined && !(subresource === "status" && kind.statusSubresource)) {
      throw kind.custom ? notFound(kind, name ?? "") : pathNotFound(request.path);
    }
    const { method, query } = request;
    if (method === "GET") {
      if (isTrue(query.get("watch"))) return watchObjects(this.#context, route, request);
      return name === undefined
        ? listObjects(this.#context, route, request)
        : getObject(this.#context, route);
    }
    if (name === undefined) {
      if (method === "PUT" || method === "PATCH") throw badRequest("name may not be empty");
      if (namespace === undefined && kind.custom) throw pathNotFound(request.path);
      if (namespace === undefined) throw methodNotAllowed();
      if (method === "POST") return this.#create(route, request);
      if (method === "DELETE" && kind.namespaced) return this.#deleteCollection(route, request);
    } else if (method === "PUT") return this.#replace(route, request);
    else if (method === "PATCH") return this.#patch(route, request);
    else if (method === "DELETE" && subresource === undefined) {
      return deleteObject(this.#context, route, deleteOptions(request));
    }
    throw methodNotAllowed();
  }

  #create(route: Route, request: ApiRequest): Answer {
    requireJson(request);
    const { body } = request;
    return createObject(this.#context, route, { body, options: writeOptions(request) });
  }

  #replace(route: Route, request: ApiRequest): Answer {
    requireJson(request);
    const options = writeOptions(request);
    const body = checkIdentity(route, request.body);
    if (route.kind.upsert && this.#context.store.get(idOf(route)) === undefined) {
      return createObject(this.#context, route, { body, options });
    }
    return updateObject(this.#context, route, { change: () => body, options });
  }

  #patch(route: Route, request: ApiRequest): Answer {
    const change = patchChange(route.kind, request.contentType, request.body);
    const options = writeOptions(request);
    return updateObject(this.#context, route, { change, options, patch: true });
  }

  #deleteCollection(route: Route, request: ApiRequest): Answer {
    const { kind } = route;
    const { store } = this.#context;
    const options = deleteOptions(request);
    const selector = selectorOf(route, request.query) ?? (() => true);
    const { revision } = store;
    const items = store.list(rangeOf(route, request.query))
      .map(({ body }) => JSON.parse(body) as JsonObject).filter(selector);
    for (const item of items) {
      deleteObject(this.#context, { ...route, name: String(metadataOf(item).name) }, options);
    }
    const metadata = {
      resourceVersion: String(revision),
      ...(kind.custom ? { continue: "" } : {}),
    };
    return {
      status: 200,
      body: { kind: `${kind.name}List`, apiVersion: apiVersionOf(kind), metadata, items },
    };
  }
}
