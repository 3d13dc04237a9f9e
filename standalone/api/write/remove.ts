/**
 * Delete: at once, or when the last finalizer is gone.
 *
 * @module
 */
import type { ApiContext } from "../context.ts";
import type { Answer } from "../http/exchange.ts";
import { idOf, type Route } from "../http/route.ts";
import { forbidden, notFound, preconditionFailed } from "../http/status_error.ts";
import { isObject, type JsonObject, listAt, metadataOf, sorted } from "../json.ts";
import type { ObjectId } from "../store/versions.ts";
import { isHeld, timestamp } from "./metadata.ts";
import { SYSTEM_NAMESPACES } from "./namespaces.ts";
import type { DeleteOptions } from "./options.ts";

/** The finalizer of a deletion that waits for the dependents. */
export const FOREGROUND_FINALIZER = "foregroundDeletion";
/** The finalizer of a deletion that first lets go of the dependents. */
export const ORPHAN_FINALIZER = "orphan";

const POLICY_FINALIZERS: Readonly<Record<string, string>> = {
  Foreground: FOREGROUND_FINALIZER,
  Orphan: ORPHAN_FINALIZER,
};

/** DELETE of one object. */
export function deleteObject(context: ApiContext, route: Route, options: DeleteOptions): Answer {
  return context.store.transaction(() => {
    const { kind, name = "" } = route;
    const id = idOf(route);
    const stored = context.store.get(id);
    if (stored === undefined) throw notFound(kind, name);
    const object: JsonObject = JSON.parse(stored.body);
    const { uid = "" } = metadataOf(object);
    checkPreconditions(route, object, options);
    if (id.resource === "namespaces" && SYSTEM_NAMESPACES.includes(name)) {
      throw forbidden(kind, name, { why: "this namespace may not be deleted" });
    }
    const left = remove(context, id, { object, ...options });
    if (left !== undefined) return { status: 200, json: left };
    const group = kind.group === "" ? {} : { group: kind.group };
    return {
      status: 200,
      body: {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Success",
        details: { name, ...group, kind: kind.plural, uid },
      },
    };
  });
}

function checkPreconditions(
  { kind, name = "" }: Route,
  object: JsonObject,
  wanted: DeleteOptions,
): void {
  const metadata = metadataOf(object);
  const { uid = metadata.uid, resourceVersion = metadata.resourceVersion } = wanted;
  const check = (what: string, [asked, found]: readonly [unknown, unknown], why: string) => {
    if (asked === found) return;
    const text =
      `the ${what} in the precondition (${asked}) does not match the ${what} in record (${found}). The object might have been ${why}`;
    throw preconditionFailed(kind, name, text);
  };
  check("UID", [uid, metadata.uid], "deleted and then recreated");
  check("ResourceVersion", [resourceVersion, metadata.resourceVersion], "modified");
}

/** What is to be removed, and how. */
interface Removal {
  readonly object: JsonObject;
  /** Unset: as its finalizers say. */
  readonly propagationPolicy?: string;
  readonly dryRun?: boolean;
}

/**
 * Deletes one object, or marks it as being deleted while finalizers hold it: then it gives the text of what is left. Only inside a
 * transaction.
 */
export function remove(
  context: ApiContext,
  id: ObjectId,
  { object, propagationPolicy, dryRun = false }: Removal,
): string | undefined {
  const changed = sorted(object);
  const metadata = metadataOf(changed);
  const before = listAt(metadata, "finalizers");
  if (propagationPolicy !== undefined) {
    const own = POLICY_FINALIZERS[propagationPolicy];
    const others = before.filter((one) => !Object.values(POLICY_FINALIZERS).includes(String(one)));
    metadata.finalizers = [...others, ...(own === undefined ? [] : [own])];
  }
  if (!isHeld(changed)) {
    if (!dryRun) context.store.write(id, "DELETED", object);
    return undefined;
  }
  if (metadata.deletionTimestamp === undefined) {
    metadata.deletionTimestamp = timestamp(context);
    metadata.deletionGracePeriodSeconds = 0;
    if (typeof metadata.generation === "number") metadata.generation++;
    if (id.resource === "namespaces" && isObject(changed.status)) {
      changed.status.phase = "Terminating";
    }
  } else if (listAt(metadata, "finalizers").length === before.length) {
    return JSON.stringify(object);
  }
  if (listAt(metadata, "finalizers").length === 0) delete metadata.finalizers;
  return dryRun ? JSON.stringify(changed) : context.store.write(id, "MODIFIED", changed);
}
