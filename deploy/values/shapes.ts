/**
 * The forms that values have. What is an object of Kubernetes is passed on as it is: the API server judges it.
 *
 * @module
 */
import { z } from "zod";

/** A text that may be empty. */
export const textSchema = z.string().default("");
/** What names begin with; empty: nothing said. The rest of a name has 23 letters. */
export const nameSchema = z.string().max(40).regex(/^([a-z]([a-z0-9-]*[a-z0-9])?)?$/).default("");
const OCTET = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";
const IPV4_SUBNET = `(${OCTET}[.]){3}${OCTET}/(3[0-2]|[12]?[0-9])`;
const IPV6_SUBNET = "[0-9a-fA-F.]*:[0-9a-fA-F:.]*/[0-9]{1,3}";
const SUBNETS = ` *(${IPV4_SUBNET}|${IPV6_SUBNET})? *`;
/** Subnets, divided by commas, as the webhook takes them; empty: nothing said. */
export const cidrsSchema = z.string().regex(
  new RegExp(`^${SUBNETS}(,${SUBNETS})*$`),
  "subnets such as 10.96.0.0/12 are wanted, divided by commas",
).default("");
/** A part of an object of Kubernetes. */
export const objectSchema = z.record(z.string(), z.unknown()).default({});
/** A list of parts of objects of Kubernetes. */
export const objectsSchema = z.array(z.record(z.string(), z.unknown())).default([]);
/** Labels or annotations. Numbers and truth values are none: Kubernetes refuses them. */
export const labelsSchema = z.record(z.string(), z.string()).default({});

const quantities = z.record(z.string(), z.union([z.string(), z.number()])).default({});

/** Resources of a container; a quantity may be a number. */
export const resourcesSchema = z.strictObject({
  requests: quantities.describe("Resources that are kept for the container"),
  limits: quantities.describe("Resources of which the container gets no more"),
  claims: objectsSchema.optional().describe("Resources that are claimed"),
}).default({ requests: {}, limits: {} });

/** Secrets of registries: names, or references as in a pod. */
export const pullSecretsSchema = z.array(
  z.union([z.string().min(1), z.strictObject({ name: z.string().min(1) })]),
).default([]);

/** An image, by its parts. */
export const imageSchema = z.strictObject({
  registry: textSchema.describe("Host of the registry"),
  repository: textSchema.describe(
    "Name of the image; where it begins with a host, that is the registry",
  ),
  tag: z.union([z.string(), z.number()]).default("").describe("Tag; empty: the chart's appVersion"),
  digest: textSchema.describe("Digest, such as sha256:...; then the tag is not looked at"),
  pullPolicy: z.enum(["", "IfNotPresent", "Always", "Never"]).default("").describe(
    "When the image is pulled",
  ),
});

/** The image of all roles, by its parts: it has a name. */
export const commonImageSchema = imageSchema.extend({
  repository: z.string().min(1).describe(imageSchema.shape.repository.description ?? ""),
});

/** A ServiceAccount. */
export const serviceAccountSchema = z.strictObject({
  create: z.boolean().describe("Make it"),
  name: textSchema.describe("Name; empty: the role's"),
  automount: z.boolean().optional().describe(
    "Of the Go version's chart; no role works without its token",
  ),
  annotations: labelsSchema.describe("Annotations"),
});
