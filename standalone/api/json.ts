/**
 * JSON values: sorted copies, equality, access without casts.
 *
 * @module
 */
import type { JsonValue } from "../../kube/rest_client.ts";

/** A JSON object. */
export type JsonObject = { [key: string]: JsonValue };

/** Whether a value is a JSON object (not a list, not null). */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object under `key`, or an empty one that is not attached. */
export function objectAt(parent: JsonObject | undefined, key: string): JsonObject {
  const value = parent?.[key];
  return isObject(value) ? value : {};
}

/** The metadata of an object, or an empty one that is not attached. */
export function metadataOf(object: JsonObject | undefined): JsonObject {
  return objectAt(object, "metadata");
}

/** The list under `key`, or an empty one that is not attached. */
export function listAt(parent: JsonObject | undefined, key: string): JsonValue[] {
  const value = parent?.[key];
  return Array.isArray(value) ? value : [];
}

/** The text under `key`, or `""`. */
export function textAt(parent: JsonObject | undefined, key: string): string {
  const value = parent?.[key];
  return typeof value === "string" ? value : "";
}

/** The map of texts under `key`; other values are left out. */
export function textsAt(parent: JsonObject | undefined, key: string): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(objectAt(parent, key))) {
    if (typeof value === "string") put(texts, name, value);
  }
  return texts;
}

/** A deep copy with the keys of every object in order, as the API server writes them. `undefined` is left out. */
export function sorted<T extends JsonValue>(value: T): T;
export function sorted(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => sorted(item));
  const copy: JsonObject = {};
  for (const key of keysInOrder(value)) {
    const item: JsonValue | undefined = value[key];
    if (item !== undefined) put(copy, key, sorted(item));
  }
  return copy;
}

/** The same as {@linkcode sorted}, without a copy of what is in order already. */
export function inOrder<T extends JsonValue>(value: T): T;
export function inOrder(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    return value.every((item) => inOrder(item) === item) ? value : value.map((one) => inOrder(one));
  }
  let last = "";
  for (const key in value) {
    const item: JsonValue | undefined = value[key];
    if (key < last || item === undefined || inOrder(item) !== item) return shallowSorted(value);
    last = key;
  }
  return value;
}

function shallowSorted(value: JsonObject): JsonObject {
  const copy: JsonObject = {};
  for (const key of keysInOrder(value)) {
    const item: JsonValue | undefined = value[key];
    if (item !== undefined) put(copy, key, inOrder(item));
  }
  return copy;
}

/** Keys in order, which most are already: to see that is cheaper than to sort. */
function keysInOrder(value: JsonObject): string[] {
  const keys = Object.keys(value);
  const isInOrder = keys.every((key, index) => index === 0 || (keys[index - 1] as string) < key);
  return isInOrder ? keys : keys.sort();
}

/** Sets a key, also one (`__proto__`) that plain assignment would lose. */
export function put(target: JsonObject, key: string, value: JsonValue): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else target[key] = value;
}
