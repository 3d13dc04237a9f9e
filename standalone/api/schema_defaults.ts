/**
 * Fills in the defaults of a schema.
 *
 * @module
 */
import type { JsonValue } from "../../kube/seam.ts";
import { isObject, put, sorted } from "./json.ts";
import { memberSchema, type Schema } from "./schema.ts";

/** Fills in defaults in place, also for `null` where the schema allows none; drops other such `null`s. */
export function applyDefaults(value: JsonValue | undefined, schema: Schema | undefined): void {
  if (schema === undefined) return;
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      if (item === null && schema.items?.default !== undefined && schema.items.nullable !== true) {
        value[index] = sorted(schema.items.default);
      }
      applyDefaults(value[index], schema.items);
    });
    return;
  }
  if (!isObject(value)) return;
  for (const [key, member] of Object.entries(schema.properties ?? {})) {
    const absent = !Object.hasOwn(value, key) || (value[key] === null && member.nullable !== true);
    if (absent && member.default !== undefined) put(value, key, sorted(member.default));
  }
  for (const [key, member] of Object.entries(value)) {
    const next = memberSchema(schema, key);
    if (member === null && next !== undefined && next.nullable !== true) delete value[key];
    else applyDefaults(member, next);
  }
}
