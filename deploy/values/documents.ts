/**
 * The chart's values, written out: with their descriptions, as a schema, as a table.
 *
 * @module
 */
import { Document, isMap as isYamlMap, isScalar } from "yaml";
import { z } from "zod";
import { DEFAULT_VALUES } from "./defaults.ts";
import { isMap } from "./merge.ts";
import { valuesSchema } from "./schema.ts";

/** `values.yaml` with each value's description above it. */
export function valuesText(): string {
  const document = new Document(DEFAULT_VALUES, { aliasDuplicateObjects: false });
  describe(document.contents, valuesSchema);
  return `# Made by \`deno task render\`. Do not edit.\n${document.toString({ lineWidth: 0 })}`;
}

function describe(node: unknown, schema: z.ZodType): void {
  const object = objectOf(schema);
  if (!isYamlMap(node) || object === undefined) return;
  for (const { key, value } of node.items) {
    if (!isScalar(key)) continue;
    const field: unknown = object.shape[String(key.value)];
    if (!(field instanceof z.ZodType)) continue;
    key.commentBefore = field.description ? ` ${field.description}` : null;
    describe(value, field);
  }
}

/** The object that a value is, or is among other things. */
function objectOf(schema: z.ZodType): z.ZodObject | undefined {
  if (schema instanceof z.ZodObject) return schema;
  if (schema instanceof z.ZodDefault) return objectOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodUnion) {
    return (schema.options as readonly z.ZodType[]).map(objectOf).find((one) => one !== undefined);
  }
  return undefined;
}

/** `values.schema.json`. A value that is taken away (`null`) is as good as one that is there. */
export function valuesSchemaText(): string {
  const schema: unknown = z.toJSONSchema(valuesSchema, { target: "draft-7", io: "input" });
  return `${JSON.stringify(forHelm(schema), null, 2)}\n`;
}

function forHelm(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(forHelm);
  if (!isMap(schema)) return schema;
  const isSchema = typeof schema["type"] === "string" || Array.isArray(schema["anyOf"]);
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([name]) => !isSchema || (name !== "required" && name !== "default"))
      .map(([name, value]) => [name, forHelm(value)]),
  );
}

/** A table of all values, for people. */
export function valuesTable(): string {
  const rows = rowsOf(valuesSchema, DEFAULT_VALUES, "");
  return [
    "<!-- Made by `deno task render`. Do not edit. -->",
    "",
    "# Values",
    "",
    "| value | default | what it is |",
    "| --- | --- | --- |",
    ...rows.map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`),
    "",
  ].join("\n");
}

function rowsOf(schema: z.ZodObject, values: unknown, path: string): readonly string[][] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    if (!(field instanceof z.ZodType)) return [];
    const value = isMap(values) ? values[name] : undefined;
    const object = objectOf(field);
    const whole = path + name;
    if (object !== undefined && isMap(value)) return rowsOf(object, value, `${whole}.`);
    return [[`\`${whole}\``, `\`${JSON.stringify(value ?? null)}\``, field.description ?? ""]];
  });
}
