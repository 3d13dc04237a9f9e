/**
 * What the API knows of one kind: its names, its scope, its schema, its columns.
 *
 * @module
 */
import type { z } from "zod";
import type { JsonObject } from "../json.ts";
import { METADATA_SCHEMA } from "./metadata_schema.ts";
import { ANYTHING, type Schema } from "./schema.ts";

/** A column of `kubectl get`. */
export interface Column {
  readonly name: string;
  /** `string`, `integer` or `date`. */
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  /** 0 is always shown, 1 only with `-o wide`. */
  readonly priority?: number;
  /** Where the value stands ... */
  readonly jsonPath?: string;
  /** ... or what makes it of the object. */
  readonly cell?: (object: JsonObject, now: number) => string | number;
}

/** One kind that is served. */
export interface Kind {
  /** `""` for the core group. */
  readonly group: string;
  readonly version: string;
  /** `kind` of its objects, such as `IPPool`. */
  readonly name: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  /** Names under which `kubectl get` shows objects of several kinds. */
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Has `/status`: spec and status are written apart. */
  readonly statusSubresource: boolean;
  /** One that a CustomResourceDefinition would define; else one of Kubernetes' own. They differ in many small things. */
  readonly custom: boolean;
  /** A PUT must carry the resourceVersion. */
  readonly guarded: boolean;
  /** A PUT of a name that does not exist makes the object. */
  readonly upsert: boolean;
  /** Fields beside metadata.name and metadata.namespace that a field selector may name. */
  readonly selectableFields: readonly string[];
  readonly columns: readonly Column[];
  /** The whole object: which fields there are, and what `kubectl explain` says of them. */
  readonly schema: Schema;
  /** Judges the whole object. Unset: any is taken. */
  readonly check?: z.ZodType;
}

/** `apiVersion` of the kind's objects. */
export function apiVersionOf({ group, version }: Kind): string {
  return group === "" ? version : `${group}/${version}`;
}

/** Name of the kind in paths, refusals and the store: `plural` or `plural.group`. */
export function resourceName({ group, plural }: Kind): string {
  return group === "" ? plural : `${plural}.${group}`;
}

/** What has to be said of a kind; the rest follows from it. */
export type KindOptions =
  & { readonly apiVersion: string; readonly kind: string; readonly clusterScoped?: boolean }
  & Partial<Omit<Kind, "group" | "version" | "name" | "namespaced">>;

/** A kind; where nothing else is said, a custom one whose objects may have any field. */
export function kindOf(
  { apiVersion, kind: name, clusterScoped = false, ...options }: KindOptions,
): Kind {
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  const singular = name.toLowerCase();
  return {
    group,
    version,
    name,
    namespaced: !clusterScoped,
    plural: `${singular}s`,
    singular,
    shortNames: [],
    categories: [],
    statusSubresource: false,
    custom: true,
    guarded: options.custom ?? true,
    upsert: false,
    selectableFields: [],
    columns: [AGE],
    ...options,
    schema: wholeSchema(options.schema ?? ANY_OBJECT),
  };
}

function wholeSchema(schema: Schema): Schema {
  const { properties } = schema;
  return { ...schema, properties: { ...HEAD, ...properties, metadata: METADATA_SCHEMA } };
}

const HEAD: Readonly<Record<string, Schema>> = {
  apiVersion: { type: "string", description: "API group and version of the object." },
  kind: { type: "string", description: "Kind of the object, in CamelCase." },
};

const ANY_OBJECT: Schema = { ...ANYTHING, properties: { spec: ANYTHING, status: ANYTHING } };

/** The last column of nearly every kind. */
export const AGE: Column = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };
