/**
 * Schemas of what all objects share.
 *
 * @module
 */
import * as z from "zod";
import type { Condition, ObjectMeta, OwnerReference } from "./types.ts";

const ownerReferenceSchema: z.ZodType<OwnerReference> = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.exactOptional(z.boolean()),
  blockOwnerDeletion: z.exactOptional(z.boolean()),
});

/** Schema of `metav1.ObjectMeta`, as far as {@linkcode ObjectMeta} has it. Other fields are let through. */
export const objectMetaSchema: z.ZodType<ObjectMeta> = z.looseObject({
  name: z.exactOptional(z.string()),
  generateName: z.exactOptional(z.string()),
  namespace: z.exactOptional(z.string()),
  uid: z.exactOptional(z.string()),
  resourceVersion: z.exactOptional(z.string()),
  generation: z.exactOptional(z.int()),
  creationTimestamp: z.exactOptional(z.string()),
  deletionTimestamp: z.exactOptional(z.string()),
  deletionGracePeriodSeconds: z.exactOptional(z.int()),
  labels: z.exactOptional(z.record(z.string(), z.string())),
  annotations: z.exactOptional(z.record(z.string(), z.string())),
  finalizers: z.exactOptional(z.array(z.string())),
  ownerReferences: z.exactOptional(z.array(ownerReferenceSchema)),
  managedFields: z.exactOptional(z.array(z.unknown())),
});

/** Schema of one {@linkcode Condition}. */
const conditionSchema: z.ZodType<Condition> = z.looseObject({
  type: z.string().meta({ description: "Type of the condition." }),
  status: z.enum(["True", "False", "Unknown"]).meta({
    description: "Whether the condition holds: True, False or Unknown.",
  }),
  reason: z.exactOptional(
    z.string().meta({
      description: "Why the condition has this status: a stable CamelCase word for programs.",
    }),
  ),
  message: z.exactOptional(
    z.string().meta({ description: "The reason in plain words, with the values involved." }),
  ),
  lastTransitionTime: z.exactOptional(
    z.string().meta({ description: "When the status last changed (RFC 3339)." }),
  ),
  lastUpdateTime: z.exactOptional(
    z.string().meta({ description: "When any part of the condition last changed (RFC 3339)." }),
  ),
});

/** Schema of `status.observedGeneration`. */
export const observedGenerationSchema: z.ZodType<number> = z.int().meta({
  description: "The metadata.generation of the spec that this status is about.",
});

/** Schema of `status.conditions`. */
export const conditionsSchema: z.ZodType<readonly Condition[]> = z.array(conditionSchema);
