/**
 * Values of the Go version's chart, so that its values go on working: what was the controller's still is, and what has no meaning
 * any more is accepted and named in the chart's notes.
 *
 * @module
 */
import { z } from "zod";
import { cidrsSchema, labelsSchema, objectSchema, objectsSchema, textSchema } from "./shapes.ts";

/** What a value of the Go version's chart is now. */
export const AS_GO = (name: string): string =>
  `The Go version's name of ${name}; where it is set, it counts in place of that`;
/** How it named a number of pods. */
export const goReplicas = z.int().min(1).max(9).nullable().default(null);
const UNUSED = "Of the Go version's chart; has no meaning any more";

/** The values that it had at the top, which are the controller's. */
export const goValues = {
  replicaCount: goReplicas.describe(AS_GO("controller.replicas")),
  resources: objectSchema.describe(AS_GO("controller.resources")),
  nodeSelector: labelsSchema.describe(AS_GO("controller.nodeSelector")),
  tolerations: objectsSchema.describe(AS_GO("controller.tolerations")),
  affinity: objectSchema.describe(AS_GO("controller.affinity")),
  podAnnotations: labelsSchema.describe(AS_GO("controller.podAnnotations")),
  podLabels: labelsSchema.describe(AS_GO("controller.podLabels")),
  podSecurityContext: objectSchema.describe(AS_GO("controller.podSecurityContext")),
  securityContext: objectSchema.describe(AS_GO("controller.securityContext")),
  volumes: objectsSchema.describe(AS_GO("controller.volumes")),
  volumeMounts: objectsSchema.describe(AS_GO("controller.volumeMounts")),
  serviceAccount: z.strictObject({
    create: z.boolean().nullable().default(null).describe(
      AS_GO("controller.serviceAccount.create"),
    ),
    automount: z.boolean().nullable().default(null).describe(UNUSED),
    name: textSchema.describe(AS_GO("controller.serviceAccount.name")),
    annotations: labelsSchema.describe(AS_GO("controller.serviceAccount.annotations")),
  }).describe(AS_GO("controller.serviceAccount")),
  serviceCIDR: cidrsSchema.describe(AS_GO("webhook.serviceCidr")),
  service: objectSchema.describe(UNUSED),
  ingress: objectSchema.describe(UNUSED),
  autoscaling: objectSchema.describe(UNUSED),
} as const;

/** Its top-level values that the controller takes. */
export const CONTROLLER_VALUES = [
  "resources",
  "nodeSelector",
  "tolerations",
  "affinity",
  "podAnnotations",
  "podLabels",
  "podSecurityContext",
  "securityContext",
  "volumes",
  "volumeMounts",
] as const;

/** Its images, which cannot run this version: an image's repository that ends so is not taken. */
export const GO_IMAGE = /(^|\/)harvester-vm-dhcp-(controller|agent|webhook)$/;
