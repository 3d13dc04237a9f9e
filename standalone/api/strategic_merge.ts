/**
 * Strategic merge patch, for built-in kinds: lists with a merge key are merged item by item.
 *
 * @module
 */
import type { JsonValue } from "../../kube/seam.ts";
import { equal, isObject, type JsonObject, put } from "./json.ts";
import { memberSchema, type Schema } from "./schema.ts";

const DIRECTIVE = "$patch";
const DELETE_FROM = "$deleteFromPrimitiveList/";
const ORDER = "$setElementOrder/";
const RETAIN = "$retainKeys";

/** The target with the patch laid over it. `target` is changed. */
export function strategicMerge(
  target: JsonValue | undefined,
  patch: JsonValue,
  schema: Schema | undefined,
): JsonValue {
  if (!isObject(patch)) return patch;
  if (patch[DIRECTIVE] === "replace") return withoutDirectives(patch);
  if (patch[DIRECTIVE] === "delete") return {};
  const result: JsonObject = isObject(target) ? target : {};
  const retained = patch[RETAIN];
  if (Array.isArray(retained)) {
    for (const key of Object.keys(result)) if (!retained.includes(key)) delete result[key];
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key === DIRECTIVE || key === RETAIN || key.startsWith(ORDER)) continue;
    if (key.startsWith(DELETE_FROM)) removeFromList(result, key.slice(DELETE_FROM.length), value);
    else if (value === null) delete result[key];
    else {
      const before = Object.hasOwn(result, key) ? result[key] : undefined;
      put(result, key, mergeMember(before, value, memberSchema(schema, key)));
    }
  }
  for (const [key, order] of Object.entries(patch)) {
    if (key.startsWith(ORDER) && Array.isArray(order)) {
      const name = key.slice(ORDER.length);
      reorder(result, name, { order, schema: memberSchema(schema, name) });
    }
  }
  return result;
}

function mergeMember(
  before: JsonValue | undefined,
  value: JsonValue,
  schema: Schema | undefined,
): JsonValue {
  if (!Array.isArray(value)) return strategicMerge(before, value, schema);
  const merges = schema?.["x-kubernetes-patch-strategy"]?.includes("merge") === true;
  if (!merges) return value;
  const list = Array.isArray(before) ? before : [];
  const key = schema["x-kubernetes-patch-merge-key"];
  if (key === undefined) {
    const added = value.filter((one) => !list.some((old) => equal(old, one)));
    return inOrder([...list, ...added], { patch: value, server: list, identity: (one) => one });
  }
  return inOrder(mergeItems(list, value, { key, schema }), {
    patch: value,
    server: list,
    identity: (one) => isObject(one) ? one[key] ?? null : one,
  });
}

interface Order {
  readonly patch: readonly JsonValue[];
  readonly server: readonly JsonValue[];
  readonly identity: (item: JsonValue) => JsonValue;
}

/** Items of the patch in its order, the server's own in theirs; an item goes first that stood first on the server. */
function inOrder(items: readonly JsonValue[], { patch, server, identity }: Order): JsonValue[] {
  const rank = (list: readonly JsonValue[], item: JsonValue) =>
    list.findIndex((one) => equal(identity(one), identity(item)));
  const by = (list: readonly JsonValue[]) => (a: JsonValue, b: JsonValue) =>
    rank(list, a) - rank(list, b);
  const patched = items.filter((one) => rank(patch, one) >= 0).sort(by(patch));
  const kept = items.filter((one) => rank(patch, one) < 0).sort(by(server));
  const ordered: JsonValue[] = [];
  let [next, other] = [patched.shift(), kept.shift()];
  while (next !== undefined && other !== undefined) {
    const at = rank(server, next);
    if (at >= 0 && rank(server, other) >= 0 && at > rank(server, other)) {
      ordered.push(other);
      other = kept.shift();
    } else {
      ordered.push(next);
      next = patched.shift();
    }
  }
  const left = [next, other].filter((one) => one !== undefined);
  return [...ordered, ...left, ...patched, ...kept];
}

function mergeItems(
  list: readonly JsonValue[],
  patches: readonly JsonValue[],
  { key, schema }: { readonly key: string; readonly schema: Schema },
): JsonValue[] {
  let items = [...list];
  if (patches.some((one) => isObject(one) && one[DIRECTIVE] === "replace")) items = [];
  for (const patch of patches) {
    if (!isObject(patch) || patch[DIRECTIVE] === "replace") continue;
    const at = items.findIndex((one) => isObject(one) && equal(one[key], patch[key]));
    if (patch[DIRECTIVE] === "delete") {
      if (at >= 0) items.splice(at, 1);
    } else if (at >= 0) items[at] = strategicMerge(items[at], patch, schema.items);
    else items.push(strategicMerge(undefined, patch, schema.items));
  }
  return items;
}

function removeFromList(object: JsonObject, key: string, values: JsonValue): void {
  const list = object[key];
  if (!Array.isArray(list) || !Array.isArray(values)) return;
  object[key] = list.filter((one) => !values.some((value) => equal(value, one)));
}

/** Puts the named items into the wanted order; others stay behind those they stood behind. */
function reorder(
  object: JsonObject,
  name: string,
  { order, schema }: { readonly order: readonly JsonValue[]; readonly schema: Schema | undefined },
): void {
  const list = object[name];
  const key = schema?.["x-kubernetes-patch-merge-key"];
  if (!Array.isArray(list)) return;
  const identity = (one: JsonValue): JsonValue =>
    key !== undefined && isObject(one) ? one[key] ?? null : one;
  const rank = (one: JsonValue) =>
    order.findIndex((wanted) => equal(identity(wanted), identity(one)));
  const named = list.filter((one) => rank(one) >= 0).sort((a, b) => rank(a) - rank(b));
  object[name] = list.map((one) => rank(one) >= 0 ? named.shift() ?? one : one);
}

function withoutDirectives(patch: JsonObject): JsonObject {
  const { [DIRECTIVE]: _directive, ...rest } = patch;
  return rest;
}
