/**
 * From zod schemas to the structural OpenAPI v3 schemas of CRDs.
 *
 * @module
 */
import * as z from "zod";

/** A rule in CEL on a value of a custom resource. */
export interface ValidationRule {
  /** CEL text; `CEL_RULES` has its meaning. */
  readonly rule: string;
  /** What is said where it does not hold. */
  readonly message: string;
}

/** A structural schema: the part of OpenAPI v3 that a CustomResourceDefinition may use and this one does. */
export interface OpenApiSchema {
  /** `object`, `array`, `string`, `integer` or `boolean`. */
  readonly type?: string;
  /** What `kubectl explain` says. */
  readonly description?: string;
  /** Such as `ipv4` or `date-time`. */
  readonly format?: string;
  /** The only values. */
  readonly enum?: readonly string[];
  /** Longest text, in characters. */
  readonly maxLength?: number;
  /** Longest list. */
  readonly maxItems?: number;
  /** Schema of a list's items. */
  readonly items?: OpenApiSchema;
  /** Schemas of an object's fields. */
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  /** Schema of a map's values. */
  readonly additionalProperties?: OpenApiSchema;
  /** Fields that must be there. */
  readonly required?: readonly string[];
  /** A number or a text; there is no `type` then. */
  readonly "x-kubernetes-int-or-string"?: boolean;
  /** Whatever is below it is kept. */
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  /** `atomic`: one manager owns the whole map. */
  readonly "x-kubernetes-map-type"?: string;
  /** `atomic`: one manager owns the whole list. */
  readonly "x-kubernetes-list-type"?: string;
  /** Rules in CEL. */
  readonly "x-kubernetes-validations"?: readonly ValidationRule[];
}

/** Fields of every object that are the API server's own business. */
const HEAD: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

/** What zod writes and a structural schema may not have. */
const DROPPED: ReadonlySet<string> = new Set(["$schema", "propertyNames"]);

/**
 * The structural schema of one kind's objects. `apiVersion`, `kind` and `metadata` are the API server's own business
 * and are only named.
 */
export function objectSchema(schema: z.ZodType): OpenApiSchema {
  const whole = openApiSchema(schema);
  return {
    ...whole,
    properties: {
      apiVersion: {
        description: "API group and version of the object: network.harvesterhci.io/v1alpha1.",
        type: "string",
      },
      kind: { description: "Kind of the object, in CamelCase.", type: "string" },
      metadata: { type: "object" },
      ...Object.fromEntries(
        Object.entries(whole.properties ?? {}).filter(([name]) => !HEAD.has(name)),
      ),
    },
    required: (whole.required ?? []).filter((name) => !HEAD.has(name)),
  };
}

/** The structural schema of what a zod schema describes. */
export function openApiSchema(schema: z.ZodType): OpenApiSchema {
  return structural(z.toJSONSchema(schema, { io: "input", unrepresentable: "throw" }));
}

/** One JSON Schema as a structural schema: keywords sorted, open objects closed (the API server prunes what is unknown). */
function structural(schema: unknown): OpenApiSchema {
  if (typeof schema !== "object" || schema === null) {
    throw new TypeError(`Cannot make a structural schema: ${JSON.stringify(schema)}`);
  }
  const entries: [string, unknown][] = [];
  for (const [key, value] of Object.entries(schema)) {
    if (DROPPED.has(key)) continue;
    if (key === "properties") entries.push([key, eachStructural(value)]);
    else if (key === "items") entries.push([key, structural(value)]);
    else if (key === "additionalProperties") {
      if ("properties" in schema) continue;
      entries.push([key, structural(value)]);
    } else if ((key === "minimum" || key === "maximum") && !isLimit(value)) continue;
    else entries.push([key, value]);
  }
  return Object.fromEntries(entries.sort(([a], [b]) => a < b ? -1 : 1));
}

function eachStructural(properties: object): Record<string, OpenApiSchema> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, structural(schema)]),
  );
}

/** Zod bounds every integer by what a number can hold; that is no rule of the API. */
function isLimit(value: unknown): boolean {
  return Math.abs(Number(value)) !== Number.MAX_SAFE_INTEGER;
}
