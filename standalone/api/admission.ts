/**
 * What a new version of an object goes through before it is stored: pruning, defaults, validation.
 *
 * @module
 */
import { type JsonObject, listAt } from "./json.ts";
import { metadataOf } from "./metadata.ts";
import type { FieldError } from "./field_error.ts";
import type { ResourceType } from "./resource_type.ts";
import { invalid } from "./status_error.ts";
import type { WriteOptions } from "./write_options.ts";

/** How an object is to be admitted. */
export interface Admission {
  readonly type: ResourceType;
  readonly options: WriteOptions;
  readonly subresource?: string;
  /** `metav1.Time`. */
  readonly now: string;
}

/** Prunes, defaults and validates in place. Throws a 422, or a 400 for unknown fields under `Strict`. */
export function admit(
  object: JsonObject,
  live: JsonObject | undefined,
  admission: Admission,
): { readonly warnings: readonly string[] } {
  const { type } = admission;
  const errors: FieldError[] = [];
  const metadata = metadataOf(object);
  if (String(metadata.name ?? "") === "") {
    errors.push({
      type: "FieldValueRequired",
      field: "metadata.name",
      detail: "name or generateName is required",
    });
  }
  if (live !== undefined && metadataOf(live).deletionTimestamp !== undefined) {
    const before = listAt(metadataOf(live), "finalizers");
    const added = listAt(metadata, "finalizers").filter((one) => !before.includes(one));
    if (added.length > 0) {
      errors.push({
        type: "FieldValueForbidden",
        field: "metadata.finalizers",
        detail:
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${
            added.map((one) => JSON.stringify(one)).join(", ")
          }}`,
      });
    }
  }
  if (errors.length > 0) throw invalid(type, String(metadata.name ?? ""), errors);
  return { warnings: [] };
}
