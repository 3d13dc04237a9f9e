/**
 * Reads the text of manifest files: YAML of several documents, or JSON.
 *
 * @module
 */
import { Composer, LineCounter, Parser } from "yaml";
import {
  type FieldError,
  type FieldPath,
  fieldPath,
  shortJson,
} from "../../core/api/fields/field_error.ts";
import { withoutEmpty, withoutNulls } from "../../core/api/fields/left_out.ts";
import { API_VERSION } from "../../core/api/names.ts";
import type { KubeObject, ObjectMeta } from "../../core/api/types.ts";
import type { Resource } from "../../kube/types.ts";
import { aliasFault, yamlFault } from "../../runtime/yaml_fault.ts";
import { checkManifest } from "./check_manifest.ts";
import { MANIFEST_KINDS, resourceOfKind } from "./kinds.ts";
import { contentHash, LAST_APPLIED_ANNOTATION } from "./marks.ts";
import type { ManifestFile, ManifestProblem, Manifests } from "./types.ts";
import { kubectlTags } from "./yaml_scalars.ts";
import { type LocatedDocument, pathKeys, placeAt, placeOf } from "./yaml_places.ts";

/** Kubernetes' limit of aliases, so that a small file cannot become a huge object. */
const MAX_ALIASES = 100;

/**
 * Reads one file. Whatever is wrong with one document or one object becomes a problem with its line, and the rest
 * is read. Never throws.
 */
export function parseManifestFile(file: ManifestFile): Manifests {
  return joined([...manifestParts(file)]);
}

/** The same object by object, so that something else can be done between two. */
export function* manifestParts(file: ManifestFile): Generator<Manifests> {
  const lines = new LineCounter();
  // A tab indents nothing in YAML but may stand anywhere in JSON; as a space it keeps every offset.
  const text = file.path.endsWith(".json") ? file.text.replaceAll("\t", " ") : file.text;
  const tokens = new Parser(lines.addNewLine).parse(text);
  const composer = new Composer({ merge: true, customTags: kubectlTags });
  for (const document of composer.compose(tokens)) {
    yield* readDocument({ file: file.path, document, lines });
  }
}

/** All parts as one. */
export function joined(parts: readonly Manifests[]): Manifests {
  return {
    manifests: parts.flatMap(({ manifests }) => manifests),
    problems: parts.flatMap(({ problems }) => problems),
  };
}

function* readDocument(at: LocatedDocument): Generator<Manifests> {
  // What follows the first fault is most often its consequence.
  const fault = at.document.errors[0] ?? at.document.warnings[0];
  if (fault !== undefined) {
    const message = `Cannot read YAML: ${yamlFault(fault)}`;
    yield { manifests: [], problems: [{ ...placeAt(at, fault.pos[0]), message }] };
    return;
  }
  if (at.document.contents === null) return;
  let value: unknown;
  try {
    value = at.document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    const message = `Cannot read YAML: ${aliasFault(error)}`;
    yield { manifests: [], problems: [{ ...placeOf(at, []), message }] };
    return;
  }
  yield* readValue(at, { value, keys: [] });
}

/** A value of a document, and the keys that lead to it. */
interface Located {
  readonly value: unknown;
  readonly keys: FieldPath;
}

/** An object, or a list of them. */
function* readValue(at: LocatedDocument, { value, keys }: Located): Generator<Manifests> {
  if (value === null || value === undefined) return;
  if (!isRecord(value) || value.kind !== "List" || value.apiVersion !== "v1") {
    yield readObject(at, { value, keys });
  } else if (Array.isArray(value.items)) {
    for (const [index, item] of value.items.entries()) {
      yield* readValue(at, { value: item, keys: [...keys, "items", index] });
    }
  } else {
    const message = "must be a list of objects";
    yield refuse(at, keys, { path: ["items"], value: value.items, message });
  }
}

function readObject(at: LocatedDocument, { value, keys }: Located): Manifests {
  if (!isRecord(value)) {
    return refuse(at, keys, {
      path: [],
      value,
      message: "must be an object with apiVersion and kind",
    });
  }
  const resource = resourceOfKind(value.kind);
  if (resource === undefined) {
    return refuse(at, keys, {
      path: ["kind"],
      value: value.kind,
      message: `must be one of ${MANIFEST_KINDS}`,
    });
  }
  if (value.apiVersion !== resource.apiVersion) {
    const message = `must be ${resource.apiVersion} for a ${resource.kind}`;
    return refuse(at, keys, { path: ["apiVersion"], value: value.apiVersion, message });
  }
  const object = applicable(withoutNulls(value) as typeof value, resource);
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

function refuse(
  at: LocatedDocument,
  keys: FieldPath,
  ...errors: readonly FieldError[]
): Manifests {
  return { manifests: [], problems: errors.map((error) => problemOf(at, { keys, error })) };
}

function problemOf(
  at: LocatedDocument,
  { keys, error }: { readonly keys: FieldPath; readonly error: FieldError },
): ManifestProblem {
  const place = placeOf(at, [...keys, ...error.path]);
  const shown = error.value === undefined ? "" : `: ${shortJson(error.value)}`;
  return {
    ...place,
    ...(error.path.length === 0 ? {} : { field: fieldPath(error.path) }),
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

/** The object as it is to be applied: a dump of `kubectl get -o yaml` may be used as it is. */
function applicable(value: Record<string, unknown>, resource: Resource<KubeObject>): KubeObject {
  const { status: _status, ...rest } = resource.apiVersion === API_VERSION
    ? { ...value, spec: withoutEmpty(value.spec) }
    : value;
  if (!isRecord(value.metadata)) return rest as unknown as KubeObject;
  const metadata = Object.fromEntries(
    Object.entries(value.metadata).filter(([key]) => !SERVER_METADATA.has(key)),
  );
  if (resource.namespaced) metadata.namespace ??= "default";
  if (isRecord(metadata.annotations)) {
    const { [LAST_APPLIED_ANNOTATION]: _last, ...annotations } = metadata.annotations;
    metadata.annotations = annotations;
  }
  return { ...rest, metadata } as unknown as KubeObject;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
