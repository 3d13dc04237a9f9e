/**
 * The schemas of Kubernetes' own kinds, taken from a real kube-apiserver (`builtin_schema.json` is generated).
 *
 * @module
 */
import definitions from "./builtin_schema.json" with { type: "json" };
import type { Schema } from "./schema.ts";

type Reference = Schema & { readonly $ref?: string };

const DEFINITIONS: ReadonlyMap<string, Reference> = new Map(
  Object.entries(definitions as unknown as Record<string, Reference>),
);
const resolved = new Map<string, Schema>();

/** The schema of a kind, or nothing where it is not known. */
export function builtinSchema(apiVersion: string, kind: string): Schema | undefined {
  const name = `${apiVersion} ${kind}`;
  return DEFINITIONS.has(name) ? definition(name) : undefined;
}

/** The schema of `metadata`, the same for every kind. */
export function metadataSchema(): Schema {
  return definition("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
}

function definition(name: string): Schema {
  let schema = resolved.get(name);
  if (schema === undefined) {
    schema = resolve(DEFINITIONS.get(name) ?? {});
    resolved.set(name, schema);
  }
  return schema;
}

/** A schema without references. Definitions that contain themselves do not occur. */
function resolve(schema: Reference): Schema {
  const { $ref, properties, additionalProperties, items, ...rest } = schema;
  const members = properties === undefined ? undefined : Object.fromEntries(
    Object.entries(properties).map(([key, member]) => [key, resolve(member)]),
  );
  return {
    ...($ref === undefined ? {} : definition($ref)),
    ...rest,
    ...(members === undefined ? {} : { properties: members }),
    ...(typeof additionalProperties === "object"
      ? { additionalProperties: resolve(additionalProperties) }
      : {}),
    ...(items === undefined ? {} : { items: resolve(items) }),
  };
}
