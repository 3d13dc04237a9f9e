/**
 * Create and update: the one way by which an object gets a new version.
 *
 * @module
 */
import { dequal } from "dequal";
import type { JsonValue } from "../../../kube/rest_client.ts";
import { type Admission, conform, validate } from "../check/admission.ts";
import type { ApiContext } from "../context.ts";
import type { Answer } from "../http/exchange.ts";
import { invalidValue } from "../http/field_error.ts";
import { idOf, type Route } from "../http/route.ts";
import { alreadyExists, conflict, invalid, notFound, StatusError } from "../http/status_error.ts";
import { type JsonObject, metadataOf, sorted, textAt } from "../json.ts";
import { complete } from "../kinds/builtin_kinds.ts";
import { checkIdentity } from "./identity.ts";
import { generateName, isHeld, keepServerMetadata, newMetadata, specChanged } from "./metadata.ts";
import { requireNamespace } from "./namespaces.ts";
import type { WriteOptions } from "./options.ts";

const NAME_TRIES = 8;

/** POST: a new object. */
export function createObject(
  context: ApiContext,
  route: Route,
  { body, options }: { readonly body: JsonValue | undefined; readonly options: WriteOptions },
): Answer {
  const { kind, namespace = "" } = route;
  const { store, emptyIsLeftOut } = context;
  const object = checkIdentity(route, body);
  const admission: Admission = { kind, options, emptyIsLeftOut };
  const warnings = conform(object, admission);
  const metadata = metadataOf(object);
  const base = textAt(metadata, "generateName");
  if (textAt(metadata, "name") === "" && base !== "") {
    metadata.name = freeName(context, route, base);
  }
  const name = textAt(metadata, "name");
  requireNamespace(context, route, name);
  if (!["", "0"].includes(textAt(metadata, "resourceVersion"))) {
    throw new StatusError(500, "", "resourceVersion should not be set on objects to be created");
  }
  for (const key of ["deletionTimestamp", "deletionGracePeriodSeconds", "generation"]) {
    delete metadata[key];
  }
  delete metadata.resourceVersion;
  Object.assign(metadata, newMetadata(context));
  if (namespace !== "") metadata.namespace = namespace;
  if (kind.custom) metadata.generation = 1;
  if (kind.statusSubresource) delete object.status;
  complete(object, kind);
  warnings.push(...validate(object, admission));
  return store.transaction(() => {
    const id = idOf({ ...route, name });
    const present = store.get(id);
    if (present !== undefined) {
      const { deletionTimestamp } = metadataOf(JSON.parse(present.body));
      throw alreadyExists(kind, name, deletionTimestamp !== undefined);
    }
    const json = options.dryRun ? JSON.stringify(sorted(object)) : store.write(id, "ADDED", object);
    return { status: 201, json, warnings };
  });
}

function freeName({ store, random }: ApiContext, route: Route, base: string): string {
  for (let tries = 0; tries < NAME_TRIES; tries++) {
    const name = generateName(base, random);
    if (store.get(idOf({ ...route, name })) === undefined) return name;
  }
  throw alreadyExists(route.kind, base);
}

/** How an update makes the new object. */
interface Update {
  /** Gets the live object, which is not to be changed. */
  readonly change: (live: JsonObject) => JsonValue | undefined;
  readonly options: WriteOptions;
  /** A PATCH; else a PUT, which must carry the resourceVersion (unless the kind allows otherwise). */
  readonly patch?: boolean;
}

/** PUT and PATCH: a new version of an object. */
export function updateObject(context: ApiContext, route: Route, update: Update): Answer {
  const { store, emptyIsLeftOut } = context;
  return store.transaction(() => {
    const { kind, name = "", subresource } = route;
    const { change, options, patch = false } = update;
    const id = idOf(route);
    const stored = store.get(id);
    if (stored === undefined) throw notFound(kind, name);
    const live: JsonObject = store.parsed(stored);
    const admission: Admission = { kind, options, subresource, live, patch, emptyIsLeftOut };
    const proposed = checkIdentity(route, change(live));
    const warnings = conform(proposed, admission);
    complete(proposed, kind, live);
    checkVersion(route, { live, proposed, patch });
    const object = subresource === "status"
      ? withStatus({ ...live, metadata: { ...metadataOf(live) } }, proposed)
      : kind.statusSubresource
      ? withStatus(proposed, live)
      : proposed;
    keepServerMetadata(live, object);
    metadataOf(object).resourceVersion = metadataOf(live).resourceVersion ?? "";
    warnings.push(...validate(object, admission));
    if (specChanged(kind, live, object)) {
      metadataOf(object).generation = Number(metadataOf(live).generation ?? 0) + 1;
    }
    if (dequal(live, object)) return { status: 200, json: stored.body, warnings };
    if (options.dryRun) return { status: 200, body: sorted(object), warnings };
    const isDone = metadataOf(object).deletionTimestamp !== undefined && !isHeld(object);
    const json = store.write(id, isDone ? "DELETED" : "MODIFIED", object);
    return { status: 200, json, warnings };
  });
}

/** Gives `object` the status that `other` has. */
function withStatus(object: JsonObject, { status }: JsonObject): JsonObject {
  if (status === undefined) delete object.status;
  else object.status = status;
  return object;
}

function checkVersion(
  route: Route,
  { live, proposed, patch }: {
    readonly live: JsonObject;
    readonly proposed: JsonObject;
    readonly patch: boolean;
  },
): void {
  const { kind, name = "" } = route;
  const uid = textAt(metadataOf(proposed), "uid");
  const current = textAt(metadataOf(live), "uid");
  if (uid !== "" && uid !== current) {
    if (!patch) throw conflict(kind, name, storageError(route, { uid, current }));
    throw invalid(kind, name, [invalidValue("metadata.uid", uid, "field is immutable")]);
  }
  const version = textAt(metadataOf(proposed), "resourceVersion");
  if (!["", "0"].includes(version)) {
    if (version !== metadataOf(live).resourceVersion) throw conflict(kind, name);
  } else if (kind.guarded && !patch) {
    const why = invalidValue("metadata.resourceVersion", 0, "must be specified for an update");
    throw invalid({ ...kind, name: kind.plural }, name, [why]);
  }
}

/** What the API server's storage says about another uid. */
function storageError(
  { kind, namespace = "", name = "" }: Route,
  { uid, current }: { readonly uid: string; readonly current: string },
): string {
  const folder = kind.custom ? `${kind.group}/${kind.plural}` : kind.plural;
  const key = ["/registry", folder, namespace, name].filter((part) => part !== "").join("/");
  return `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current}`;
}
