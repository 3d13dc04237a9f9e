/**
 * Reads the text of manifest files: YAML of several documents, or JSON.
 *
 * @module
 */
import { LineCounter, parseAllDocuments } from "yaml";
import type { FieldError } from "../../core/api/field_error.ts";
import type { KubeObject, ObjectMeta } from "../../core/api/types.ts";
import type { Resource } from "../../kube/types.ts";
import { checkManifest } from "./check_manifest.ts";
import { MANIFEST_KINDS, resourceOfKind } from "./kinds.ts";
import { contentHash } from "./marks.ts";
import type { Manifest, ManifestFile, ManifestProblem, Manifests } from "./types.ts";
import { type LocatedDocument, pathKeys, placeAt, placeOf } from "./yaml_places.ts";

/** Kubernetes' limit of aliases, so that a small file cannot become a huge object. */
const MAX_ALIASES = 100;

/**
 * Reads one file. Whatever is wrong with one document or one object becomes a problem with its line, and the rest
 * is read. Never throws.
 */
export function parseManifestFile(file: ManifestFile): Manifests {
  const lines = new LineCounter();
  // A tab indents nothing in YAML but may stand anywhere in JSON; as a space it keeps every offset.
  const text = file.path.endsWith(".json") ? file.text.replaceAll("\t", " ") : file.text;
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const manifests: Manifest[] = [];
  const problems: ManifestProblem[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const at = { file: file.path, document, lines };
    const result = readDocument(at);
    manifests.push(...result.manifests);
    problems.push(...result.problems);
  }
  return { manifests, problems };
}

function readDocument(at: LocatedDocument): Manifests {
  // What follows the first fault is most often its consequence.
  const fault = at.document.errors[0] ?? at.document.warnings[0];
  if (fault !== undefined) {
    const problem = { ...placeAt(at, fault.pos[0]), message: `Cannot read YAML: ${fault.message}` };
    return { manifests: [], problems: [problem] };
  }
  if (at.document.contents === null) return { manifests: [], problems: [] };
  try {
    return readObject(at, { value: at.document.toJS({ maxAliasCount: MAX_ALIASES }), keys: [] });
  } catch (error) {
    const message = `Cannot read YAML: ${error instanceof Error ? error.message : error}`;
    return { manifests: [], problems: [{ ...placeOf(at, []), message }] };
  }
}

/** A value of a document, and the keys that lead to it. */
interface Located {
  readonly value: unknown;
  readonly keys: readonly string[];
}

function readObject(at: LocatedDocument, { value, keys }: Located): Manifests {
  if (value === null || value === undefined) return { manifests: [], problems: [] };
  if (!isRecord(value)) {
    return refuse(at, keys, {
      path: "",
      value,
      message: "must be an object with apiVersion and kind",
    });
  }
  if (value.kind === "List" && value.apiVersion === "v1") {
    return readList(at, { value: value.items, keys });
  }
  const resource = resourceOfKind(value.kind);
  if (resource === undefined) {
    return refuse(at, keys, {
      path: "kind",
      value: value.kind,
      message: `must be one of ${MANIFEST_KINDS}`,
    });
  }
  if (value.apiVersion !== resource.apiVersion) {
    const message = `must be ${resource.apiVersion} for a ${resource.kind}`;
    return refuse(at, keys, { path: "apiVersion", value: value.apiVersion, message });
  }
  const object = applicable(value, resource);
  const errors = checkManifest(resource, object);
  if (errors.length > 0) return refuse(at, keys, ...errors);
  const locate = (field: string) => placeOf(at, [...keys, ...pathKeys(field)]);
  const { namespace, name } = object.metadata;
  const id = `${resource.kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
  return {
    manifests: [{
      id,
      resource,
      object,
      hash: contentHash(object),
      place: placeOf(at, keys),
      locate,
    }],
    problems: [],
  };
}

function readList(at: LocatedDocument, { value, keys }: Located): Manifests {
  if (!Array.isArray(value)) {
    return refuse(at, keys, { path: "items", value, message: "must be a list of objects" });
  }
  const parts = value.map((item, index) =>
    readObject(at, { value: item, keys: [...keys, "items", String(index)] })
  );
  return {
    manifests: parts.flatMap((part) => part.manifests),
    problems: parts.flatMap((part) => part.problems),
  };
}

function refuse(
  at: LocatedDocument,
  keys: readonly string[],
  ...errors: readonly FieldError[]
): Manifests {
  return { manifests: [], problems: errors.map((error) => problemOf(at, { keys, error })) };
}

function problemOf(
  at: LocatedDocument,
  { keys, error }: { readonly keys: readonly string[]; readonly error: FieldError },
): ManifestProblem {
  const place = placeOf(at, [...keys, ...pathKeys(error.path)]);
  const shown = error.value === undefined ? "" : `: ${shortJson(error.value)}`;
  return {
    ...place,
    ...(error.path === "" ? {} : { field: error.path }),
    message: `${error.message}${shown}`,
  };
}

/** What only a server sets, or what has a meaning on one server only. */
const SERVER_METADATA: ReadonlySet<string> = new Set<keyof ObjectMeta | "selfLink">([
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "managedFields",
  "ownerReferences",
  "selfLink",
]);
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** The object as it is to be applied: a dump of `kubectl get -o yaml` may be used as it is. */
function applicable(value: Record<string, unknown>, resource: Resource<KubeObject>): KubeObject {
  const { status: _status, ...rest } = value;
  if (!isRecord(value.metadata)) return rest as unknown as KubeObject;
  const metadata = Object.fromEntries(
    Object.entries(value.metadata).filter(([key]) => !SERVER_METADATA.has(key)),
  );
  if (resource.namespaced) metadata.namespace ??= "default";
  if (isRecord(metadata.annotations)) {
    const { [LAST_APPLIED]: _last, ...annotations } = metadata.annotations;
    metadata.annotations = annotations;
  }
  return { ...rest, metadata } as unknown as KubeObject;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shortJson(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 120 ? `${text.slice(0, 120)}...` : text;
}
