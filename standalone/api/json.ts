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
  for (const key of Object.keys(value).sort()) {
    const item: JsonValue | undefined = value[key];
    if (item !== undefined) put(copy, key, sorted(item));
  }
  return copy;
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
