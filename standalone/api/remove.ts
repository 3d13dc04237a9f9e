/**
 * Delete: at once, or when the last finalizer is gone.
 *
 * @module
 */
import type { Answer } from "./answer.ts";
import type { ApiContext } from "./api_context.ts";
import { isObject, type JsonObject, listAt, objectAt, sorted, textAt } from "./json.ts";
import { metadataOf, timestamp } from "./metadata.ts";
import { resourceName } from "./resource_type.ts";
import type { Route } from "./route.ts";
import { SYSTEM_NAMESPACES } from "./namespaces.ts";
import { forbidden, notFound, preconditionFailed } from "./status_error.ts";
import type { ObjectId } from "./store.ts";
import { removeNow } from "./write.ts";
import { checkOptions, refusedOption } from "./write_options.ts";

/** The finalizers by which the garbage collector takes part in a deletion. */
export const FOREGROUND_FINALIZER = "foregroundDeletion";
/** See {@linkcode FOREGROUND_FINALIZER}. */
export const ORPHAN_FINALIZER = "orphan";

/** `metav1.DeleteOptions`. */
export interface DeleteOptions {
  readonly propagationPolicy?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly dryRun?: boolean;
}

const POLICIES: readonly string[] = ["Foreground", "Background", "Orphan"];

/** Reads DeleteOptions from body and query; the body's count first. */
export function deleteOptions(body: JsonObject | undefined, query: URLSearchParams): DeleteOptions {
  const preconditions = objectAt(body, "preconditions");
  const policy = textAt(body, "propagationPolicy") || (query.get("propagationPolicy") ?? "");
  const orphan = body?.orphanDependents ?? query.get("orphanDependents");
  const wanted = policy !== "" ? policy : orphan === true || orphan === "true" ? "Orphan" : "";
  checkOptions("DeleteOptions", query);
  if (wanted !== "" && !POLICIES.includes(wanted)) {
    throw refusedOption("DeleteOptions", {
      field: "propagationPolicy",
      value: wanted,
      supported: [...POLICIES, "nil"],
    });
  }
  const uid = textAt(preconditions, "uid");
  const resourceVersion = textAt(preconditions, "resourceVersion");
  return {
    dryRun: query.getAll("dryRun").includes("All") || listAt(body, "dryRun").includes("All"),
    ...(wanted === "" ? {} : { propagationPolicy: wanted }),
    ...(uid === "" ? {} : { uid }),
    ...(resourceVersion === "" ? {} : { resourceVersion }),
  };
}

/** DELETE of one object. */
export function deleteObject(context: ApiContext, route: Route, options: DeleteOptions): Answer {
  return context.store.transaction(() => {
    const { type, namespace = "", name = "" } = route;
    const id: ObjectId = { resource: resourceName(type), namespace, name };
    const stored = context.store.get(id);
    if (stored === undefined) throw notFound(type, name);
    const object = JSON.parse(stored.body) as JsonObject;
    checkPreconditions(route, { metadata: metadataOf(object), options });
    if (id.resource === "namespaces" && SYSTEM_NAMESPACES.includes(name)) {
      throw forbidden(type, name, { why: "this namespace may not be deleted" });
    }
    const { removed, object: after } = remove(context, id, { object, options });
    if (!removed) return { status: 200, body: after };
    return {
      status: 200,
      body: {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Success",
        details: {
          name,
          ...(type.group === "" ? {} : { group: type.group }),
          kind: type.plural,
          uid: metadataOf(object).uid ?? "",
        },
      },
    };
  });
}

function checkPreconditions(
  { type, name = "" }: Route,
  { metadata, options }: { readonly metadata: JsonObject; readonly options: DeleteOptions },
): void {
  const { uid, resourceVersion } = options;
  if (uid !== undefined && uid !== metadata.uid) {
    throw preconditionFailed(
      type,
      name,
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw preconditionFailed(
      type,
      name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
  }
}

/** Deletes one object, or marks it as being deleted while finalizers hold it. Only inside a transaction. */
export function remove(
  context: ApiContext,
  id: ObjectId,
  { object, options }: { readonly object: JsonObject; readonly options: DeleteOptions },
): { readonly removed: boolean; readonly object: JsonObject } {
  const metadata = metadataOf(object);
  const before = listAt(metadata, "finalizers");
  const finalizers = before.filter((one) =>
    one !== FOREGROUND_FINALIZER && one !== ORPHAN_FINALIZER
  );
  const policy = options.propagationPolicy;
  if (policy === "Foreground") finalizers.push(FOREGROUND_FINALIZER);
  else if (policy === "Orphan") finalizers.push(ORPHAN_FINALIZER);
  else if (policy === undefined) {
    finalizers.push(...before.filter((one) => !finalizers.includes(one)));
  }
  const holds = finalizers.length > 0 || listAt(objectAt(object, "spec"), "finalizers").length > 0;
  if (!holds) {
    if (options.dryRun === true) return { removed: true, object };
    return { removed: true, object: removeNow(context, id, object) };
  }
  const changed = sorted(object);
  const next = metadataOf(changed);
  if (finalizers.length > 0) next.finalizers = finalizers;
  if (next.deletionTimestamp === undefined) {
    next.deletionTimestamp = timestamp(context);
    next.deletionGracePeriodSeconds = 0;
    if (typeof next.generation === "number") next.generation++;
    if (id.resource === "namespaces" && isObject(changed.status)) {
      changed.status.phase = "Terminating";
    }
  } else if (before.length === finalizers.length) return { removed: false, object };
  if (options.dryRun === true) return { removed: false, object: changed };
  const written = context.store.write(id, "MODIFIED", (revision) => {
    next.resourceVersion = String(revision);
    return sorted(changed);
  });
  return { removed: false, object: written };
}
