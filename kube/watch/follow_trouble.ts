/**
 * What an operator is told where a copy of the cluster is not what the cluster is.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import type { Informer } from "../types.ts";

/** What is asked of an informer. */
type Followed = Pick<Informer<never>, "trouble"> & { readonly resource: { readonly kind: string } };

/** A watch that broke is soon open again. One that is not for so long is told. */
const PATIENCE_MS = 15_000;

/** Why what is known of a resource may not be true any more, as a sentence; `undefined` while it is followed. */
export function followTrouble({ resource, trouble }: Followed): string | undefined {
  if (trouble === undefined || trouble.forMs < PATIENCE_MS) return undefined;
  const seconds = Math.floor(trouble.forMs / 1000);
  return `${resource.kind} objects are not followed for ${seconds} s: ${errorText(trouble.error)}`;
}

/** Why a resource is not known yet, after a colon; empty where nothing has failed. */
export function unknownBecause({ trouble }: Pick<Followed, "trouble">): string {
  return trouble === undefined ? "" : `: ${errorText(trouble.error)}`;
}
