/**
 * The columns of Kubernetes' own kinds in `kubectl get`.
 *
 * @module
 */
import { age } from "./duration.ts";
import { objectAt, textAt } from "./json.ts";
import type { Column } from "./resource_type.ts";

const AGE: Column = {
  name: "Age",
  type: "string",
  cell: (object, now) => age(textAt(objectAt(object, "metadata"), "creationTimestamp"), now),
};

/** The columns of a kind, without the first one (the name). */
export function builtinColumns(_kind: string): readonly Column[] {
  return [AGE];
}
