/**
 * Who wrote which field: `metadata.managedFields`, and server-side apply.
 *
 * @module
 */
import type { JsonValue } from "../../kube/seam.ts";
import type { Admission } from "./admission.ts";
import { mergeApplied, removeFields } from "./apply_merge.ts";
import { metadataSchema } from "./builtin_schema.ts";
import { isSame, type Owner, ownersBefore, readOwners, writeOwners } from "./field_owners.ts";
import { FieldSet, pathText } from "./field_set.ts";
import { compareFields, fieldsOf } from "./field_walk.ts";
import { equal, isObject, type JsonObject, sorted } from "./json.ts";
import { metadataOf } from "./metadata.ts";
import { apiVersionOf, type ResourceType } from "./resource_type.ts";
import type { Schema } from "./schema.ts";
import { StatusError } from "./status_error.ts";

/** Fields that nobody owns. */
const UNOWNED: readonly (readonly string[])[] = [
  ["f:apiVersion"],
  ["f:kind"],
  ["f:metadata"],
  ...[
    "name",
    "namespace",
    "creationTimestamp",
    "selfLink",
    "uid",
    "clusterName",
    "generation",
    "managedFields",
    "resourceVersion",
  ].map((key) => ["f:metadata", `f:${key}`]),
];

const schemas = new WeakMap<ResourceType, Schema>();

/** The schema of the whole object, `metadata` included. */
export function wholeSchema(type: ResourceType): Schema {
  let schema = schemas.get(type);
  if (schema === undefined) {
    const text = { type: "string" };
    schema = {
      ...type.schema,
      properties: {
        ...type.schema?.properties,
        metadata: metadataSchema(),
        apiVersion: text,
        kind: text,
      },
    };
    schemas.set(type, schema);
  }
  return schema;
}

/** Records in `object` what its writer changed since `live`. */
export function trackUpdate(
  live: JsonObject | undefined,
  object: JsonObject,
  admission: Admission,
): void {
  const { type, options, subresource = "" } = admission;
  const owners = ownersBefore(live, object, subresource !== "");
  delete metadataOf(object).managedFields;
  if (live !== undefined && owners.length === 0) return;
  const before = live === undefined ? skeletonOf(object, type) : withoutOwners(live);
  const { added, modified, removed } = compareFields(before, object, wholeSchema(type));
  const changed = added.union(modified);
  for (const owner of owners) owner.fields = owner.fields.difference(changed).difference(removed);
  const mine = ownable(changed, admission);
  if (!mine.isEmpty) {
    const self = {
      manager: options.fieldManager,
      operation: "Update",
      subresource,
      apiVersion: apiVersionOf(type),
    };
    const before = owners.find((owner) => isSame(owner, self));
    if (before === undefined) owners.push({ ...self, time: admission.now, fields: mine });
    else {
      before.fields = before.fields.union(mine);
      before.time = admission.now;
    }
  }
  writeOwners(object, owners);
}

/** The object that results from applying a configuration. Throws a 409 that names the conflicting managers. */
export function applyConfiguration(
  live: JsonObject,
  configuration: JsonObject,
  admission: Admission,
): JsonObject {
  const { type, options, subresource = "" } = admission;
  const schema = wholeSchema(type);
  const owners = readOwners(live);
  const before = withoutOwners(live);
  if (owners.length === 0) owners.push(...firstOwner(before, admission));
  const self = {
    manager: options.fieldManager,
    operation: "Apply",
    subresource,
    apiVersion: apiVersionOf(type),
  };
  const mine = owners.find((owner) => isSame(owner, self));
  const others = owners.filter((owner) => owner !== mine);
  const said = fieldsOf(configuration, schema);
  const applied = ownable(said, admission);
  const merged = mergeApplied(before, configuration, schema) ?? {};
  const claims = others.reduce((all, owner) => all.union(owner.fields), said);
  const result = drop(merged, { last: mine?.fields ?? new FieldSet(), claims, schema });
  const { added, modified, removed } = compareFields(before, result, schema);
  const changed = added.union(modified);
  const conflicts = others.flatMap((owner) =>
    [...owner.fields.intersection(changed).paths()].map((path) => ({ owner, path }))
  );
  if (conflicts.length > 0 && !options.force) throw applyConflict(conflicts);
  for (const owner of others) owner.fields = owner.fields.difference(changed).difference(removed);
  const object = sorted(result) as JsonObject;
  const time = equal(before, object) ? mine?.time ?? "" : admission.now;
  writeOwners(object, [...others, { ...self, time, fields: applied }]);
  return object;
}

/** Everything that is there before the first apply, and is not tracked yet, belongs to one updater. */
function firstOwner(before: JsonObject, { type, now }: Admission): Owner[] {
  if (metadataOf(before).uid === undefined) return [];
  const { added } = compareFields({}, before, wholeSchema(type));
  const fields = ownable(added, { type });
  return [{
    manager: "before-first-apply",
    operation: "Update",
    subresource: "",
    apiVersion: apiVersionOf(type),
    time: now,
    fields,
  }];
}

const PLAIN_STRUCTS: ReadonlySet<string> = new Set([
  "involvedObject",
  "metadata",
  "source",
  "spec",
  "status",
  "strategy",
  "template",
]);

/** The structs that every object of a built-in kind has, empty: nobody owns them for having made the object. */
function skeletonOf(object: JsonObject, type: ResourceType): JsonObject {
  if (type.custom) return {};
  const skeleton: JsonObject = {};
  for (const [key, value] of Object.entries(object)) {
    if (PLAIN_STRUCTS.has(key) && isObject(value)) skeleton[key] = skeletonOf(value, type);
    else if (value === null || value === "") skeleton[key] = value;
  }
  return skeleton;
}

/** Drops what the manager applied last time, does not now, and nobody else claims. */
function drop(
  merged: JsonValue,
  { last, claims, schema }: {
    readonly last: FieldSet;
    readonly claims: FieldSet;
    readonly schema: Schema;
  },
): JsonValue {
  if (last.isEmpty) return merged;
  const named = (value: JsonValue) => fieldsOf(value, schema).withNamedFields(schema);
  const mine = last.withNamedFields(schema);
  const all = named(merged);
  const withoutMine = removeFields(merged, mine, schema);
  const unclaimed = all.difference(named(withoutMine).union(claims.withNamedFields(schema)));
  const withClaims = removeFields(merged, unclaimed, schema);
  return removeFields(merged, all.difference(named(withClaims)).intersection(mine), schema);
}

/** What a writer of this request may own. */
function ownable(
  fields: FieldSet,
  { type, subresource }: { readonly type: ResourceType; readonly subresource?: string },
): FieldSet {
  const unowned = new FieldSet();
  for (const path of UNOWNED) unowned.insert(path);
  const kept = fields.difference(unowned);
  if (subresource === "status") return kept.filter(["f:status"], { only: true });
  return type.statusSubresource ? kept.filter(["f:status"], { only: false }) : kept;
}

function applyConflict(
  conflicts: readonly { readonly owner: Owner; readonly path: readonly string[] }[],
): StatusError {
  const causes = conflicts.map(({ owner, path }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${describe(owner)}`,
    field: pathText(path),
  }));
  const [first] = causes;
  const message = causes.length === 1
    ? `Apply failed with 1 conflict: ${first?.message}: ${first?.field}`
    : `Apply failed with ${causes.length} conflicts: ${
      [...Map.groupBy(causes, (cause) => cause.message)].sort(([a], [b]) => a < b ? -1 : 1)
        .map(([text, list]) =>
          [`${text.replace("conflict", "conflicts")}:`, ...list.map((one) => `- ${one.field}`)]
            .join("\n")
        ).join("\n")
    }`;
  return new StatusError(409, "Conflict", message, { causes });
}

function describe({ manager, operation, subresource, apiVersion }: Owner): string {
  const name = JSON.stringify(manager) +
    (subresource === "" ? "" : ` with subresource ${JSON.stringify(subresource)}`);
  if (operation !== "Update") return name;
  return `${name} using ${apiVersion}`;
}

function withoutOwners(object: JsonObject): JsonObject {
  const { managedFields: _managedFields, ...metadata } = metadataOf(object);
  return { ...object, metadata };
}
