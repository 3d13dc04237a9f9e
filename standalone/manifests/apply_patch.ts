/**
 * How an object that is there becomes what its file says now.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/types.ts";
import type { JsonValue } from "../../kube/rest_client.ts";
import { LAST_APPLIED_ANNOTATION } from "./marks.ts";

/**
 * The merge patch (RFC 7386) that gives an object everything that `wanted` says, and takes from it what only was applied
 * last. What others said stays, as after `kubectl apply`.
 */
export function applyPatch(present: KubeObject, wanted: KubeObject): JsonValue {
  const last = lastApplied(present);
  return patchOf(last, {
    ...wanted,
    metadata: { ...wanted.metadata, ...finalizersOf(present, { last, wanted }) },
  });
}

function lastApplied({ metadata }: KubeObject): Partial<KubeObject> {
  try {
    const last = JSON.parse(metadata.annotations?.[LAST_APPLIED_ANNOTATION] ?? "");
    return isRecord(last) ? last : {};
  } catch {
    // Nobody applied it, or somebody changed the annotation by hand: then nothing is taken away.
    return {};
  }
}

/** Finalizers belong to several: those of others stay, if they are still those that were seen. */
function finalizersOf(
  { metadata: { finalizers = [], resourceVersion = "" } }: KubeObject,
  { last, wanted }: { readonly last: Partial<KubeObject>; readonly wanted: KubeObject },
): Partial<KubeObject["metadata"]> {
  const before = last.metadata?.finalizers ?? [];
  const now = wanted.metadata.finalizers ?? [];
  if (before.length === 0 && now.length === 0) return {};
  const others = finalizers.filter((one) => !before.includes(one) && !now.includes(one));
  return { finalizers: [...others, ...now], resourceVersion };
}

function patchOf(before: unknown, wanted: unknown): JsonValue {
  if (!isRecord(wanted)) return wanted as JsonValue;
  const gone = Object.keys(isRecord(before) ? before : {}).filter((key) =>
    !Object.hasOwn(wanted, key)
  );
  return Object.fromEntries([
    ...Object.entries(wanted).map(([key, value]) => [
      key,
      patchOf(isRecord(before) && Object.hasOwn(before, key) ? before[key] : undefined, value),
    ]),
    ...gone.map((key) => [key, null]),
  ]);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
