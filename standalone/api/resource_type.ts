/**
 * What the API knows of one resource: its names, its scope, its schema, its columns.
 *
 * @module
 */
import type { JsonObject } from "./json.ts";
import type { Schema } from "./schema.ts";

/** A column of `kubectl get`. */
export interface Column {
  readonly name: string;
  /** `string`, `integer`, `number`, `boolean` or `date`. */
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  /** 0 is always shown, more only with `-o wide`. */
  readonly priority?: number;
  /** JSON path of the value (custom resources) ... */
  readonly jsonPath?: string;
  /** ... or a function of the object (built-in kinds). */
  readonly cell?: (object: JsonObject, now: number) => string | number | boolean | null;
}

/** One resource. */
export interface ResourceType {
  /** `""` for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Has `/status`: spec and status are written apart. */
  readonly statusSubresource: boolean;
  /** A custom resource: schema rules, no strategic merge patch, generation always counted. */
  readonly custom: boolean;
  /** Whether `generation` is kept (custom resources and Deployments and the like). */
  readonly generation: boolean;
  /** A PUT may leave out resourceVersion. */
  readonly unconditionalUpdate: boolean;
  /** A PUT of a name that does not exist creates it. */
  readonly createOnUpdate: boolean;
  /** Cannot be written by clients. */
  readonly readOnly: boolean;
  /** Fields beside metadata.name and metadata.namespace that a field selector may name. */
  readonly selectableFields: readonly string[];
  readonly columns: readonly Column[];
  /** Schema of the whole object; none: anything goes. */
  readonly schema?: Schema;
}

/** `apiVersion` of the resource's objects. */
export function apiVersionOf(type: ResourceType): string {
  return type.group === "" ? type.version : `${type.group}/${type.version}`;
}

/** Key of a resource in the store: `plural` or `plural.group`. Versions share it. */
export function resourceName(type: ResourceType): string {
  return type.group === "" ? type.plural : `${type.plural}.${type.group}`;
}
