/**
 * Create and update: the one way by which an object gets a new version.
 *
 * @module
 */
import type { Answer } from "./answer.ts";
import type { ApiContext } from "./api_context.ts";
import { type Admission, conform, validate } from "./admission.ts";
import { equal, isObject, type JsonObject, listAt, sorted } from "./json.ts";
import { trackUpdate } from "./managed_fields.ts";
import {
  generateName,
  keepServerMetadata,
  metadataOf,
  randomUid,
  specChanged,
  timestamp,
} from "./metadata.ts";
import { completeNew, completeStored } from "./new_objects.ts";
import { refuseInTerminatingNamespace } from "./namespaces.ts";
import { checkIdentity } from "./identity.ts";
import { resourceName } from "./resource_type.ts";
import type { Route } from "./route.ts";
import { alreadyExists, conflict, invalid, notFound, STALE, StatusError } from "./status_error.ts";
import { invalidValue } from "./field_error.ts";
import type { ObjectId, StoredObject } from "./store.ts";
import type { WriteOptions } from "./write_options.ts";

const NAME_TRIES = 8;

/** POST: a new object. */
export function createObject(
  context: ApiContext,
  route: Route,
  write: { readonly body: JsonObject; readonly options: WriteOptions; readonly tracked?: boolean },
): Answer {
  const { type, namespace = "" } = route;
  const { options } = write;
  const admission: Admission = { type, options, now: timestamp(context) };
  const object = checkIdentity(route, write.body);
  const warnings = conform(object, admission);
  const metadata = metadataOf(object);
  const generated = String(metadata.name ?? "") === "" &&
    String(metadata.generateName ?? "") !== "";
  if (generated) {
    metadata.name = freeName(context, route, String(metadata.generateName));
  }
  const name = String(metadata.name ?? "");
  refuseInTerminatingNamespace(context, route, name);
  const given = String(metadata.resourceVersion ?? "");
  if (given !== "" && given !== "0") {
    throw new StatusError(
      500,
      "",
      "resourceVersion should not be set on objects to be created",
    );
  }
  if (namespace !== "") metadata.namespace = namespace;
  for (const key of ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation"]) {
    delete metadata[key];
  }
  delete metadata.resourceVersion;
  metadata.uid = randomUid(context.random);
  metadata.creationTimestamp = timestamp(context);
  if (type.statusSubresource) delete object.status;
  if (type.generation) metadata.generation = 1;
  completeNew(object, type);
  completeStored(object, type);
  warnings.push(...validate(object, undefined, admission));
  if (write.tracked !== true) trackUpdate(undefined, object, admission);
  const id: ObjectId = { resource: resourceName(type), namespace, name };
  return context.store.transaction(() => {
    const present = context.store.get(id);
    if (present !== undefined) throw alreadyExists(type, name, isBeingDeleted(present));
    if (options.dryRun) return { status: 201, body: sorted(object), warnings };
    return { status: 201, body: put(context, id, { object, change: "ADDED" }), warnings };
  });
}

function freeName(context: ApiContext, { type, namespace = "" }: Route, base: string): string {
  for (let tries = 0; tries < NAME_TRIES; tries++) {
    const name = generateName(base, context.random);
    const id = { resource: resourceName(type), namespace, name };
    if (context.store.get(id) === undefined) return name;
  }
  throw alreadyExists(type, base);
}

function put(
  context: ApiContext,
  id: ObjectId,
  { object, change }: { readonly object: JsonObject; readonly change: "ADDED" | "MODIFIED" },
): JsonObject {
  const ordered = sorted(object);
  return context.store.write(id, change, (revision) => {
    metadataOf(ordered).resourceVersion = String(revision);
    ordered.metadata = sorted(metadataOf(ordered));
    return ordered;
  });
}

/** How an update makes the new object. */
export interface Update {
  /** Gets a copy of the live object. */
  readonly change: (live: JsonObject) => JsonObject;
  readonly options: WriteOptions;
  /** A PUT: it must carry the resourceVersion (unless the resource allows otherwise). */
  readonly replace?: boolean;
  /** Managed fields are already those of the new object (an apply patch). */
  readonly tracked?: boolean;
  /** A patch that is not an apply patch. */
  readonly patch?: boolean;
}

/** PUT and PATCH: a new version of an object. */
export function updateObject(context: ApiContext, route: Route, update: Update): Answer {
  return context.store.transaction(() => updateInTransaction(context, route, update));
}

function updateInTransaction(context: ApiContext, route: Route, update: Update): Answer {
  const { type, namespace = "", name = "", subresource } = route;
  const { options } = update;
  const id: ObjectId = { resource: resourceName(type), namespace, name };
  const stored = context.store.get(id);
  if (stored === undefined) throw notFound(type, name);
  const live = JSON.parse(stored.body) as JsonObject;
  const admission: Admission = {
    type,
    options,
    now: timestamp(context),
    ...(subresource === undefined ? {} : { subresource }),
    ...(update.patch === undefined ? {} : { patch: update.patch }),
  };
  const proposed = checkIdentity(route, update.change(JSON.parse(stored.body)));
  const warnings = conform(proposed, admission);
  completeStored(proposed, type);
  checkVersion(route, { live, proposed, replace: update.replace === true });
  const object = subresource === "status" ? withStatusOf(live, proposed) : proposed;
  if (subresource !== "status" && type.statusSubresource) keepStatus(live, object);
  keepServerMetadata(live, object);
  metadataOf(object).resourceVersion = metadataOf(live).resourceVersion ?? "";
  warnings.push(...validate(object, live, admission));
  if (specChanged(type, live, object)) {
    metadataOf(object).generation = Number(metadataOf(live).generation ?? 0) + 1;
  }
  if (update.tracked !== true) trackUpdate(live, object, admission);
  if (isUnchanged(live, object)) return { status: 200, body: live, warnings };
  if (options.dryRun) return { status: 200, body: sorted(object), warnings };
  if (isDone(object)) return { status: 200, body: removeNow(context, id, object), warnings };
  return { status: 200, body: put(context, id, { object, change: "MODIFIED" }), warnings };
}

/** Whether two versions differ in nothing but the times of their managed fields. */
function isUnchanged(live: JsonObject, object: JsonObject): boolean {
  return equal(withoutTimes(live), withoutTimes(object));
}

function withoutTimes(object: JsonObject): JsonObject {
  const metadata = metadataOf(object);
  const managedFields = listAt(metadata, "managedFields").map((entry) => {
    const { time: _time, ...rest } = isObject(entry) ? entry : {};
    return rest;
  });
  return { ...object, metadata: { ...metadata, managedFields } };
}

/** Whether an object waits for nothing more than its removal. */
function isDone(object: JsonObject): boolean {
  const { deletionTimestamp, finalizers } = metadataOf(object);
  return deletionTimestamp !== undefined && (!Array.isArray(finalizers) || finalizers.length === 0);
}

/** Removes an object for good. Only inside a transaction. */
export function removeNow(context: ApiContext, id: ObjectId, object: JsonObject): JsonObject {
  const ordered = sorted(object);
  return context.store.write(id, "DELETED", (revision) => {
    metadataOf(ordered).resourceVersion = String(revision);
    return ordered;
  });
}

/** What the API server's storage says about another uid. */
function storageError(
  { type, namespace = "", name = "" }: Route,
  { uid, current }: { readonly uid: string; readonly current: string },
): string {
  const folder = type.custom ? `${type.group}/${type.plural}` : type.plural;
  const key = ["/registry", folder, namespace, name].filter((part) => part !== "").join("/");
  return `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current}`;
}

function isBeingDeleted({ body }: StoredObject): boolean {
  return metadataOf(JSON.parse(body)).deletionTimestamp !== undefined;
}

function checkVersion(
  route: Route,
  { live, proposed, replace }: {
    readonly live: JsonObject;
    readonly proposed: JsonObject;
    readonly replace: boolean;
  },
): void {
  const { type, name = "" } = route;
  const uid = String(metadataOf(proposed).uid ?? "");
  const current = String(metadataOf(live).uid);
  if (uid !== "" && uid !== current) {
    if (!replace) {
      const error = invalidValue("metadata.uid", uid, "field is immutable");
      throw invalid(type, name, [error, error]);
    }
    throw conflict(type, name, storageError(route, { uid, current }));
  }
  const version = String(metadataOf(proposed).resourceVersion ?? "");
  if (version === "" || version === "0") {
    if (replace && !type.unconditionalUpdate) {
      throw invalid({ ...type, kind: type.plural }, name, [
        invalidValue("metadata.resourceVersion", 0, "must be specified for an update"),
      ]);
    }
  } else if (version !== metadataOf(live).resourceVersion) throw conflict(type, name, STALE);
}

/** The live object with the proposed status. */
function withStatusOf(live: JsonObject, proposed: JsonObject): JsonObject {
  const object: JsonObject = { ...live, metadata: { ...metadataOf(live) } };
  if (proposed.status === undefined) delete object.status;
  else object.status = proposed.status;
  const managed = metadataOf(proposed).managedFields;
  if (managed !== undefined) metadataOf(object).managedFields = managed;
  return object;
}

function keepStatus(live: JsonObject, object: JsonObject): void {
  if (live.status === undefined) delete object.status;
  else object.status = live.status;
}
