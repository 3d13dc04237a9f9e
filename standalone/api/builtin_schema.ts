/**
 * The schemas of Kubernetes' own kinds.
 *
 * @module
 */
import type { Schema } from "./schema.ts";

/** The schema of a kind, or nothing where it is not known. */
export function builtinSchema(_apiVersion: string, _kind: string): Schema | undefined {
  return undefined;
}
