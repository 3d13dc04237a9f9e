/**
 * What the manifest files of the standalone server are read into.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/types.ts";
import type { Resource } from "../../kube/types.ts";

/** A place in a file. Lines and columns count from 1. */
export interface Place {
  /** Path of the file, as it was given. */
  readonly file: string;
  /** Of its first character. */
  readonly line: number;
  /** Of its first character. */
  readonly column: number;
}

/** Something wrong in a file: where, in which field, and what. */
export interface ManifestProblem extends Place {
  /** Path of the field in its object, such as `spec.ipv4Config.dns[0]`; absent where no field is meant. */
  readonly field?: string;
  /** One sentence without a full stop, with the value in it. */
  readonly message: string;
}

/** A manifest file. */
export interface ManifestFile {
  /** Path of the file, as it was given. */
  readonly path: string;
  /** All of it. */
  readonly text: string;
}

/** One object that a file describes. */
export interface Manifest {
  /** `Kind namespace/name`, unique among all files. */
  readonly id: string;
  readonly resource: Resource<KubeObject>;
  /** As it is to be applied: with its namespace, without what only a server sets. */
  readonly object: KubeObject;
  /** Equal for equal objects, whatever the order of their keys. */
  readonly hash: string;
  /** Where the object begins. */
  readonly place: Place;
  /** The place of a field, or of what is nearest to it. */
  locate(field: string): Place;
}

/** What one or several files hold. */
export interface Manifests {
  readonly manifests: readonly Manifest[];
  readonly problems: readonly ManifestProblem[];
}

/** A problem as one line of text: `pools.yaml:7:11: spec.ipv4Config.cidr: ...`. */
export function formatProblem(problem: ManifestProblem): string {
  const field = problem.field === undefined ? "" : `${problem.field}: `;
  return `${problem.file}:${problem.line}:${problem.column}: ${field}${problem.message}`;
}
