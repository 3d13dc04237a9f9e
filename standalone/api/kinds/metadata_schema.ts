/**
 * What `kubectl explain` says of metadata, and how a strategic merge patch changes its lists.
 *
 * @module
 */
import { objectMetaSchema } from "../../../core/api/object_schema.ts";
import { type Schema, schemaOf } from "./schema.ts";

const TEXTS: Readonly<Record<string, string>> = {
  annotations: "Arbitrary text that programs and people attach to the object.",
  creationTimestamp: "When the object was created.",
  deletionGracePeriodSeconds: "How long the object may take to be removed, in seconds.",
  deletionTimestamp:
    "When deletion of the object was requested; it is removed once it has no finalizers left.",
  finalizers: "What must be done before the object is removed.",
  generateName: "Prefix of a name that the server completes.",
  generation: "Counts changes of the desired state.",
  labels: "Text by which objects can be selected.",
  name: "Name of the object, unique among objects of its kind in its namespace.",
  namespace: "Namespace of the object.",
  ownerReferences: "The objects that own this one; it is deleted once all of them are gone.",
  resourceVersion: "Version of the object; a write that names any other version is a conflict.",
  uid: "Unique identifier, which tells the object from all others that ever had its name.",
};

const OWNER_TEXTS: Readonly<Record<string, string>> = {
  apiVersion: "API version of the owner.",
  blockOwnerDeletion:
    "Whether the owner waits for the object when it is deleted in the foreground.",
  controller: "Whether the owner manages the object.",
  kind: "Kind of the owner.",
  name: "Name of the owner.",
  uid: "UID of the owner.",
};

const MERGE: Schema = { "x-kubernetes-patch-strategy": "merge" };
const { properties = {} } = schemaOf(objectMetaSchema);
const { finalizers, ownerReferences } = properties;

/** The schema of every object's metadata. */
export const METADATA_SCHEMA: Schema = {
  type: "object",
  properties: described({
    ...properties,
    finalizers: { ...finalizers, ...MERGE },
    ownerReferences: {
      ...ownerReferences,
      ...MERGE,
      "x-kubernetes-patch-merge-key": "uid",
      items: {
        ...ownerReferences?.items,
        properties: described(ownerReferences?.items?.properties, OWNER_TEXTS),
      },
    },
  }, TEXTS),
};

/** The fields that have a text, with it. */
function described(
  fields: Readonly<Record<string, Schema>> = {},
  texts: Readonly<Record<string, string>>,
): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(texts).map(([key, description]) => [key, { ...fields[key], description }]),
  );
}
