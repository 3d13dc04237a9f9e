/**
 * The entries of `metadata.managedFields`.
 *
 * @module
 */
import { FieldSet } from "./field_set.ts";
import { isObject, type JsonObject, listAt, objectAt, textAt } from "./json.ts";
import { metadataOf } from "./metadata.ts";

/** One manager's fields. */
export interface Owner {
  readonly manager: string;
  readonly operation: string;
  readonly subresource: string;
  readonly apiVersion: string;
  time: string;
  fields: FieldSet;
}

const MOST_UPDATE_MANAGERS = 10;

/** Who an entry is about. */
export type Identity = Omit<Owner, "time" | "fields">;

/** Whether two entries are about the same manager. */
export function isSame(a: Identity, b: Identity): boolean {
  return a.manager === b.manager && a.operation === b.operation &&
    a.subresource === b.subresource && (a.operation === "Apply" || a.apiVersion === b.apiVersion);
}

/** Owners as the request has them, or, where it says nothing, as they were; none where it clears them. */
export function ownersBefore(
  live: JsonObject | undefined,
  object: JsonObject,
  subresource: boolean,
): Owner[] {
  const given = metadataOf(object).managedFields;
  const cleared = Array.isArray(given) &&
    (given.length === 0 ||
      (given.length === 1 && isObject(given[0]) && Object.keys(given[0]).length === 0));
  if (cleared && !subresource) return [];
  const owners = subresource ? [] : readOwners(object);
  return owners.length > 0 || live === undefined ? owners : readOwners(live);
}

/** The owners that an object names. */
export function readOwners(object: JsonObject): Owner[] {
  return listAt(metadataOf(object), "managedFields").filter(isObject).map((entry) => ({
    manager: textAt(entry, "manager"),
    operation: textAt(entry, "operation"),
    subresource: textAt(entry, "subresource"),
    apiVersion: textAt(entry, "apiVersion"),
    time: textAt(entry, "time"),
    fields: FieldSet.from(objectAt(entry, "fieldsV1")),
  }));
}

/** Writes the owners of an object; those without fields are left out. */
export function writeOwners(object: JsonObject, owners: readonly Owner[]): void {
  const kept = capUpdates(owners.filter((owner) => !owner.fields.isEmpty)).sort(byRank);
  const metadata = metadataOf(object);
  if (kept.length === 0) delete metadata.managedFields;
  else metadata.managedFields = kept.map(entryOf);
}

/** Merges the oldest updaters into one where there are too many. */
function capUpdates(owners: readonly Owner[]): Owner[] {
  const updates = owners.filter((owner) => owner.operation === "Update").sort(byRank);
  const surplus = updates.slice(0, Math.max(0, updates.length - MOST_UPDATE_MANAGERS + 1));
  if (surplus.length < 2) return [...owners];
  const fields = surplus.reduce((all, owner) => all.union(owner.fields), new FieldSet());
  const [first] = surplus;
  const rest = owners.filter((owner) => !surplus.includes(owner));
  return first === undefined
    ? rest
    : [...rest, { ...first, manager: "ancient-changes", subresource: "", fields }];
}

function byRank(a: Owner, b: Owner): number {
  const rank = (
    owner: Owner,
  ) => [owner.operation, owner.time, owner.manager, owner.apiVersion, owner.subresource];
  const [x, y] = [rank(a), rank(b)];
  for (const [index, text] of x.entries()) {
    const other = y[index] ?? "";
    if (text !== other) return text < other ? -1 : 1;
  }
  return 0;
}

function entryOf(owner: Owner): JsonObject {
  return {
    apiVersion: owner.apiVersion,
    fieldsType: "FieldsV1",
    fieldsV1: owner.fields.toFields(),
    manager: owner.manager,
    operation: owner.operation,
    ...(owner.subresource === "" ? {} : { subresource: owner.subresource }),
    ...(owner.time === "" ? {} : { time: owner.time }),
  };
}
