/**
 * Get, list and watch.
 *
 * @module
 */
import { decodeBase64Url, encodeBase64Url } from "./base64url.ts";
import type { Answer, ApiRequest } from "./answer.ts";
import type { ApiContext } from "./api_context.ts";
import type { JsonObject } from "./json.ts";
import { apiVersionOf, resourceName } from "./resource_type.ts";
import type { Route } from "./route.ts";
import { fieldSelector, labelSelector, type Selector } from "./selectors.ts";
import { badRequest, expired, notFound, StatusError } from "./status_error.ts";
import type { Range, StoredObject } from "./store.ts";
import { openWatch } from "./watch.ts";

/** GET of one object. */
export function getObject(context: ApiContext, route: Route): Answer {
  const { type, namespace = "", name = "" } = route;
  const stored = context.store.get({ resource: resourceName(type), namespace, name });
  if (stored === undefined) throw notFound(type, name);
  return { status: 200, json: stored.body };
}

/** GET of a collection. */
export function listObjects(context: ApiContext, route: Route, request: ApiRequest): Answer {
  const { type, namespace } = route;
  const { query } = request;
  const selector = selectorOf(route, query);
  const limit = wholeNumber(query, "limit") ?? 0;
  const token = readToken(query.get("continue") ?? "");
  const at = token?.revision ?? wantedRevision(context, query);
  if (at !== undefined && at < context.store.compacted && at < context.store.revision) {
    throw expired(
      token === undefined
        ? `The resourceVersion for the provided list is too old.`
        : "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.",
    );
  }
  const name = selectedName(route, query);
  const range = {
    resource: resourceName(type),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(at === undefined ? {} : { at }),
  };
  const revision = at ?? context.store.revision;
  const page = takePage(context, { range, limit, selector, after: token });
  const metadata: JsonObject = {
    resourceVersion: String(revision),
    ...(type.custom ? { continue: "" } : {}),
  };
  const last = page.items.at(-1);
  if (page.more && last !== undefined) {
    metadata.continue = writeToken({ revision, namespace: last.namespace, name: last.name });
    if (selector === undefined) {
      metadata.remainingItemCount = context.store.count({ ...range, after: last });
    }
  }
  const head = { kind: `${type.kind}List`, apiVersion: apiVersionOf(type), metadata };
  const items = page.items.map((item) => type.custom ? item.body : withoutKind(item.body));
  return {
    status: 200,
    json: `${JSON.stringify(head).slice(0, -1)},"items":[${items.join(",")}]}`,
  };
}

interface PageRequest {
  readonly range: Range;
  readonly limit: number;
  readonly selector: Selector | undefined;
  readonly after: { readonly namespace: string; readonly name: string } | undefined;
}

/** Up to `limit` selected objects, and whether there are more. */
function takePage(
  context: ApiContext,
  { range, limit, selector, after }: PageRequest,
): { items: StoredObject[]; more: boolean } {
  const items: StoredObject[] = [];
  let position = after;
  while (true) {
    const rows = context.store.list({
      ...range,
      ...(position === undefined ? {} : { after: position }),
      ...(limit > 0 ? { limit: limit + 1 } : {}),
    });
    for (const row of rows) {
      if (limit > 0 && items.length === limit) return { items, more: true };
      if (selector === undefined || selector(JSON.parse(row.body))) items.push(row);
    }
    if (limit === 0 || rows.length <= limit) return { items, more: false };
    position = rows.at(-1);
  }
}

/** Items of lists of built-in kinds carry no kind of their own. */
function withoutKind(body: string): string {
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = JSON.parse(body) as JsonObject;
  return JSON.stringify(rest);
}

/** Watch of a collection, or, with a name, of one object. */
export function watchObjects(context: ApiContext, route: Route, request: ApiRequest): Answer {
  const { type, namespace } = route;
  const { query, signal } = request;
  const text = query.get("resourceVersion") ?? "";
  const initial = query.get("sendInitialEvents");
  if (initial !== null && query.get("resourceVersionMatch") !== "NotOlderThan") {
    throw new StatusError(
      422,
      "Invalid",
      `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan`,
    );
  }
  const since = watchRevision(text);
  const selector = selectorOf(route, query);
  const name = selectedName(route, query);
  const seconds = wholeNumber(query, "timeoutSeconds") ?? 0;
  const events = openWatch(context, {
    type,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(selector === undefined ? {} : { selector }),
    ...(initial === "true" || since === undefined || since === 0
      ? initial === "false" ? { since: context.store.revision } : {}
      : { since }),
    initialEventsEnd: initial === "true" && isTrue(query.get("allowWatchBookmarks")),
    bookmarks: isTrue(query.get("allowWatchBookmarks")),
    timeoutMs: seconds > 0 ? seconds * 1000 : 1_800_000 * (1 + context.random()),
    ...(signal === undefined ? {} : { signal }),
  });
  return { status: 200, events };
}

/** Whether a query asks for a watch. */
export function asksForWatch(query: URLSearchParams): boolean {
  return isTrue(query.get("watch"));
}

/** Whether a boolean parameter is set: present, and not `0` or `false`. */
export function isTrue(text: string | null): boolean {
  return text !== null && text !== "0" && text.toLowerCase() !== "false";
}

/** The selectors of a query as one. A name in the route selects that object. */
export function selectorOf(route: Route, query: URLSearchParams): Selector | undefined {
  const selectors: Selector[] = [];
  const labels = query.get("labelSelector") ?? "";
  if (labels !== "") selectors.push(labelSelector(labels));
  const fields = query.get("fieldSelector") ?? "";
  if (fields !== "") selectors.push(fieldSelector(fields, route.type));
  if (route.name !== undefined) {
    const { name } = route;
    selectors.push((object) => (object.metadata as JsonObject).name === name);
  }
  if (selectors.length === 0) return undefined;
  return (object) => selectors.every((selects) => selects(object));
}

/** The only name that objects can have which the selectors select, where they say one: others need not be read. */
function selectedName(route: Route, query: URLSearchParams): string | undefined {
  const fields = query.get("fieldSelector") ?? "";
  return route.name ?? /(?:^|,)metadata\.name==?([-.a-z0-9]+)(?:,|$)/.exec(fields)?.[1];
}

function wantedRevision(context: ApiContext, query: URLSearchParams): number | undefined {
  const wanted = revisionNumber(query.get("resourceVersion") ?? "");
  if (wanted === undefined || wanted === 0) return undefined;
  if (wanted > context.store.revision) {
    throw new StatusError(
      504,
      "Timeout",
      `Too large resource version: ${wanted}, current: ${context.store.revision}`,
      {
        causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
        retryAfterSeconds: 1,
      },
    );
  }
  return query.get("resourceVersionMatch") === "Exact" ? wanted : undefined;
}

function revisionNumber(text: string): number | undefined {
  if (text === "") return undefined;
  if (!/^\d{1,15}$/.test(text)) {
    throw badRequest(
      `invalid resource version ${JSON.stringify(text)}: strconv.ParseUint: parsing ${
        JSON.stringify(text)
      }: invalid syntax`,
    );
  }
  return Number(text);
}

/** A bad resourceVersion of a watch is answered with a 500, of a list with a 400. */
function watchRevision(text: string): number | undefined {
  try {
    return revisionNumber(text);
  } catch (cause) {
    throw new StatusError(500, "", cause instanceof Error ? cause.message : String(cause));
  }
}

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (!/^\d{1,15}$/.test(text)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return Number(text);
}

interface Token {
  readonly revision: number;
  readonly namespace: string;
  readonly name: string;
}

function writeToken(token: Token): string {
  return encodeBase64Url(JSON.stringify(token));
}

function readToken(text: string): Token | undefined {
  if (text === "") return undefined;
  try {
    const { revision, namespace, name } = JSON.parse(decodeBase64Url(text));
    if (Number.isInteger(revision) && typeof namespace === "string" && typeof name === "string") {
      return { revision, namespace, name };
    }
  } catch {
    // Refused below, like a token of another shape.
  }
  throw badRequest("continue key is not valid: encoded continue token cannot be read");
}
