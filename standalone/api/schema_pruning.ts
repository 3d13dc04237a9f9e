/**
 * Drops the fields that a schema does not know, as the API server does.
 *
 * @module
 */
import type { JsonValue } from "../../kube/seam.ts";
import { isObject } from "./json.ts";
import type { Schema } from "./schema.ts";

const ROOT_FIELDS: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

/** Drops unknown fields in place; gives their paths, in order. */
export function pruneObject(object: JsonValue, schema: Schema): string[] {
  const unknown: string[] = [];
  pruneMembers(object, { ...schema, "x-kubernetes-embedded-resource": true }, {
    path: "",
    unknown,
  });
  return unknown.sort();
}

/** Drops unknown fields in place below `path`; gives their paths, in order. */
export function pruneValue(value: JsonValue, schema: Schema, path: string): string[] {
  const unknown: string[] = [];
  pruneMembers(value, schema, { path, unknown });
  return unknown.sort();
}

interface Place {
  readonly path: string;
  readonly unknown: string[];
}

function pruneMembers(value: JsonValue | undefined, schema: Schema | undefined, at: Place): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) =>
      pruneMembers(item, schema?.items, { ...at, path: `${at.path}[${index}]` })
    );
    return;
  }
  if (!isObject(value)) return;
  const keep = schema?.["x-kubernetes-preserve-unknown-fields"] === true;
  for (const [key, member] of Object.entries(value)) {
    if (schema?.["x-kubernetes-embedded-resource"] === true && ROOT_FIELDS.has(key)) continue;
    const path = at.path === "" ? key : `${at.path}.${key}`;
    const rest = schema?.additionalProperties;
    if (schema?.properties !== undefined && Object.hasOwn(schema.properties, key)) {
      pruneMembers(member, schema.properties[key], { ...at, path });
    } else if (typeof rest === "object") pruneMembers(member, rest, { ...at, path });
    else if (rest !== true && !keep) {
      at.unknown.push(path);
      delete value[key];
    }
  }
}
