/**
 * Who wrote which field: `metadata.managedFields`.
 *
 * @module
 */
import type { Admission } from "./admission.ts";
import type { JsonObject } from "./json.ts";
import { metadataOf } from "./metadata.ts";

/** Records in `object` what its writer changed since `live`. */
export function trackUpdate(
  live: JsonObject | undefined,
  object: JsonObject,
  _admission: Admission,
): void {
  const managed = live === undefined ? undefined : metadataOf(live).managedFields;
  if (managed === undefined) delete metadataOf(object).managedFields;
  else metadataOf(object).managedFields = managed;
}
