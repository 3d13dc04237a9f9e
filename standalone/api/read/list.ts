/**
 * Get, list and watch.
 *
 * @module
 */
import { errorText } from "../../../core/error_text.ts";
import type { ApiContext } from "../context.ts";
import type { Answer, ApiRequest } from "../http/exchange.ts";
import { idOf, type Route } from "../http/route.ts";
import { badRequest, expired, notFound, StatusError } from "../http/status_error.ts";
import type { JsonObject } from "../json.ts";
import { apiVersionOf, resourceName } from "../kinds/kind.ts";
import type { Position, Range, StoredObject } from "../store/versions.ts";
import { type Selector, selectorOf } from "./selectors.ts";
import { openWatch } from "./watch.ts";

/** GET of one object. */
export function getObject({ store }: ApiContext, route: Route): Answer {
  const stored = store.get(idOf(route));
  if (stored === undefined) throw notFound(route.kind, route.name ?? "");
  return { status: 200, json: stored.body };
}

/** GET of a collection. */
export function listObjects({ store }: ApiContext, route: Route, { query }: ApiRequest): Answer {
  const { kind } = route;
  const selector = selectorOf(route, query);
  const limit = wholeNumber(query, "limit") ?? 0;
  const token = readToken(query.get("continue") ?? "");
  const at = token?.revision ?? wantedRevision(store.revision, query);
  if (at !== undefined && at < store.compacted) {
    throw expired(
      token === undefined
        ? "The resourceVersion for the provided list is too old."
        : "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.",
    );
  }
  const range = { ...rangeOf(route, query), ...(at === undefined ? {} : { at }) };
  const revision = at ?? store.revision;
  const page = takePage((part) => store.list(part), { range, limit, selector, after: token });
  const metadata: JsonObject = {
    resourceVersion: String(revision),
    ...(kind.custom ? { continue: "" } : {}),
  };
  const last = page.items.at(-1);
  if (page.more && last !== undefined) {
    metadata.continue = writeToken({ revision, namespace: last.namespace, name: last.name });
    if (selector === undefined) {
      metadata.remainingItemCount = store.count({ ...range, after: last });
    }
  }
  const head = { kind: `${kind.name}List`, apiVersion: apiVersionOf(kind), metadata };
  const items = page.items.map(({ body }) => kind.custom ? body : withoutKind(body));
  return {
    status: 200,
    json: `${JSON.stringify(head).slice(0, -1)},"items":[${items.join(",")}]}`,
  };
}

/** Where the objects of a collection are; those that cannot be selected need not be read. */
export function rangeOf({ kind, namespace, name }: Route, query: URLSearchParams): Range {
  const fields = query.get("fieldSelector") ?? "";
  const only = name ?? /(?:^|,)metadata\.name==?([-.a-z0-9]+)(?:,|$)/.exec(fields)?.[1];
  return {
    resource: resourceName(kind),
    ...(namespace === undefined ? {} : { namespace }),
    ...(only === undefined ? {} : { name: only }),
  };
}

/** Up to `limit` selected objects, and whether there are more. */
function takePage(
  list: (range: Range) => StoredObject[],
  { range, limit, selector, after }: {
    readonly range: Range;
    readonly limit: number;
    readonly selector: Selector | undefined;
    readonly after: Position | undefined;
  },
): { items: StoredObject[]; more: boolean } {
  const items: StoredObject[] = [];
  let position = after;
  while (true) {
    const rows = list({
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

/** Items of lists of Kubernetes' own kinds carry no kind of their own. */
function withoutKind(body: string): string {
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = JSON.parse(body) as JsonObject;
  return JSON.stringify(rest);
}

/** Watch of a collection, or, with a name, of one object. */
export function watchObjects(context: ApiContext, route: Route, request: ApiRequest): Answer {
  const { query, signal } = request;
  const initial = query.get("sendInitialEvents");
  if (initial !== null && query.get("resourceVersionMatch") !== "NotOlderThan") {
    throw new StatusError(
      422,
      "Invalid",
      `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan`,
    );
  }
  const asked = watchRevision(query.get("resourceVersion") ?? "");
  const since = initial === "false" && !asked ? context.store.revision : asked;
  const bookmarks = isTrue(query.get("allowWatchBookmarks"));
  const selector = selectorOf(route, query);
  const seconds = wholeNumber(query, "timeoutSeconds") ?? 0;
  const asking = {
    kind: route.kind,
    range: rangeOf(route, query),
    ...(selector === undefined ? {} : { selector }),
    ...(initial === "true" || !since ? {} : { since }),
    initialEventsEnd: initial === "true" && bookmarks,
    bookmarks,
    timeoutMs: seconds > 0 ? seconds * 1000 : 1_800_000 * (1 + context.random()),
    ...(signal === undefined ? {} : { signal }),
  };
  return { status: 200, events: (made) => openWatch(context, asking, made) };
}

/** Whether a boolean parameter is set: present, and not `0` or `false`. */
export function isTrue(text: string | null): boolean {
  return text !== null && text !== "0" && text.toLowerCase() !== "false";
}

function wantedRevision(newest: number, query: URLSearchParams): number | undefined {
  const wanted = revisionNumber(query.get("resourceVersion") ?? "");
  if (wanted === undefined || wanted === 0) return undefined;
  if (wanted > newest) {
    const message = `Too large resource version: ${wanted}, current: ${newest}`;
    throw new StatusError(504, "Timeout", message, {
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
      retryAfterSeconds: 1,
    });
  }
  return query.get("resourceVersionMatch") === "Exact" ? wanted : undefined;
}

function revisionNumber(text: string): number | undefined {
  if (text === "") return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const quoted = JSON.stringify(text);
  throw badRequest(
    `invalid resource version ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`,
  );
}

/** A bad resourceVersion of a watch is answered with a 500, of a list with a 400. */
function watchRevision(text: string): number | undefined {
  try {
    return revisionNumber(text);
  } catch (cause) {
    throw new StatusError(500, "", errorText(cause));
  }
}

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? "";
  if (text === "") return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}

/** Where a list goes on, and as of which revision. */
interface Token extends Position {
  readonly revision: number;
}

function writeToken(token: Token): string {
  const bytes = new TextEncoder().encode(JSON.stringify(token));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

function readToken(text: string): Token | undefined {
  if (text === "") return undefined;
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    const { revision, namespace, name } = JSON.parse(new TextDecoder().decode(bytes));
    if (Number.isInteger(revision) && typeof namespace === "string" && typeof name === "string") {
      return { revision, namespace, name };
    }
  } catch {
    // Refused below, like a token of another shape.
  }
  throw badRequest("continue key is not valid: encoded continue token cannot be read");
}
