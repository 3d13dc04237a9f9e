/**
 * How an object that came from a manifest file is told from all others, over restarts too.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { GROUP } from "../../core/api/names.ts";
import type { KubeObject } from "../../core/api/types.ts";

/** Label (value `"true"`) of every object that came from a file. */
export const MANIFEST_LABEL = `${GROUP}/manifest`;
/** Annotation: the file, relative to the directory. */
const MANIFEST_FILE_ANNOTATION = `${GROUP}/manifest-file`;
/** Annotation: hash of what the file said when it was applied last. */
const MANIFEST_HASH_ANNOTATION = `${GROUP}/manifest-hash`;
/** Annotation: what was applied last. It is kubectl's, so that `kubectl apply` and `kubectl diff` know it too. */
export const LAST_APPLIED_ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";

/** What is known of an object that came from a file. */
export interface Origin {
  readonly file: string;
  readonly hash: string;
}

/** The object with its marks. */
export function withOrigin(object: KubeObject, { file, hash }: Origin): KubeObject {
  const { labels, annotations } = object.metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...labels, [MANIFEST_LABEL]: "true" },
      annotations: {
        ...annotations,
        [MANIFEST_FILE_ANNOTATION]: file,
        [MANIFEST_HASH_ANNOTATION]: hash,
        [LAST_APPLIED_ANNOTATION]: `${JSON.stringify(object)}\n`,
      },
    },
  };
}

/** Where an object came from; empty texts where the marks were removed. */
export function originOf(object: KubeObject): Origin {
  const annotations = object.metadata.annotations ?? {};
  return {
    file: annotations[MANIFEST_FILE_ANNOTATION] ?? "",
    hash: annotations[MANIFEST_HASH_ANNOTATION] ?? "",
  };
}

/** Hash of an object: equal for equal content, whatever the order of its keys. */
export function contentHash(object: KubeObject): string {
  const text = JSON.stringify(
    object,
    (_key, value: unknown) => isPlain(value) ? sorted(value) : value,
  );
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sorted(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, value[key]]));
}
