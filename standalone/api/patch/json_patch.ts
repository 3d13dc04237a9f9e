/**
 * JSON patch (RFC 6902). Keys are keys, whatever they are called: `constructor`, `prototype` and `__proto__` may be labels,
 * and lead nowhere else.
 *
 * @module
 */
import { dequal } from "dequal";
import type { JsonValue } from "../../../kube/rest_client.ts";
import { isObject, type JsonObject, put } from "../json.ts";

/** Octets that all `copy` operations of a patch may make; the API server's limit, too. */
const MAX_COPIED = 3 * 1024 * 1024;

/** An operation that cannot be done. */
export class JsonPatchError extends Error {
  override readonly name = "JsonPatchError";
}

/** The target with the operations done on it; it is changed. As in the API server, `replace` of a missing member adds it. */
export function jsonPatched(target: JsonValue, operations: readonly JsonValue[]): JsonValue {
  let copied = 0;
  let result = target;
  for (const operation of operations) {
    if (!isObject(operation)) throw new JsonPatchError("Cannot do an operation that is no object");
    const path = pointer(operation.path);
    switch (operation.op) {
      case "add":
      case "replace": {
        const { value } = operation;
        if (value === undefined) throw new JsonPatchError("Cannot add without a value");
        result = written(result, { path, value, replace: operation.op === "replace" });
        break;
      }
      case "remove":
        result = removed(result, path);
        break;
      case "move": {
        const value = valueAt(result, pointer(operation.from));
        result = written(removed(result, pointer(operation.from)), { path, value });
        break;
      }
      case "copy": {
        const text = JSON.stringify(valueAt(result, pointer(operation.from)));
        copied += text.length;
        if (copied > MAX_COPIED) throw new JsonPatchError(`Cannot copy more than ${MAX_COPIED}`);
        result = written(result, { path, value: JSON.parse(text) });
        break;
      }
      case "test":
        if (!dequal(valueAt(result, path), operation.value)) {
          throw new JsonPatchError("The test found another value");
        }
        break;
      default:
        throw new JsonPatchError("Cannot do an unknown operation");
    }
  }
  return result;
}

/** The keys of a JSON pointer (RFC 6901). */
function pointer(text: JsonValue | undefined): readonly string[] {
  if (text === "") return [];
  if (typeof text !== "string" || !text.startsWith("/")) {
    throw new JsonPatchError("Cannot read a JSON pointer");
  }
  return text.slice(1).split("/").map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function valueAt(value: JsonValue, path: readonly string[]): JsonValue {
  return path.reduce(member, value);
}

function member(value: JsonValue, key: string): JsonValue {
  const found = Array.isArray(value)
    ? value[place(key, value.length - 1)]
    : isObject(value) && Object.hasOwn(value, key)
    ? value[key]
    : undefined;
  if (found === undefined) throw new JsonPatchError("Cannot find what a JSON pointer points to");
  return found;
}

/** The place in a list; at most `last`. */
function place(key: string, last: number): number {
  const index = Number(key);
  if (!/^(0|[1-9]\d*)$/.test(key) || index > last) {
    throw new JsonPatchError("Cannot find a place in a list");
  }
  return index;
}

/** Where a pointer ends: what holds the last member, and its key. */
function endOf(
  target: JsonValue,
  path: readonly string[],
): { readonly holder: JsonValue[] | JsonObject; readonly key: string } {
  const holder = valueAt(target, path.slice(0, -1));
  if (!Array.isArray(holder) && !isObject(holder)) {
    throw new JsonPatchError("Cannot change a member of what has none");
  }
  return { holder, key: path.at(-1) ?? "" };
}

function written(
  target: JsonValue,
  { path, value, replace = false }: {
    readonly path: readonly string[];
    readonly value: JsonValue;
    readonly replace?: boolean;
  },
): JsonValue {
  if (path.length === 0) return value;
  const { holder, key } = endOf(target, path);
  if (!Array.isArray(holder)) put(holder, key, value);
  else if (replace) holder[place(key, holder.length - 1)] = value;
  else holder.splice(key === "-" ? holder.length : place(key, holder.length), 0, value);
  return target;
}

function removed(target: JsonValue, path: readonly string[]): JsonValue {
  if (path.length === 0) throw new JsonPatchError("Cannot remove everything");
  const { holder, key } = endOf(target, path);
  member(holder, key);
  if (Array.isArray(holder)) holder.splice(place(key, holder.length - 1), 1);
  else delete holder[key];
  return target;
}
