/**
 * The Helm chart, from the same objects as everything else: every setting is rendered as a placeholder, and the placeholders
 * become template expressions in the YAML text.
 *
 * @module
 */
import { Document, isMap, isScalar } from "yaml";
import { z } from "zod";
import { monitorPart, renderParts } from "./render.ts";
import { DEFAULT_SETTINGS, type DeploySettings, settingsSchema } from "./settings.ts";
import { yamlText } from "./yaml_text.ts";

/** Settings that are a value as a whole: maps and lists that a user replaces, not merges. */
const WHOLE = new Set(["resources", "nodeSelector", "tolerations", "imagePullSecrets"]);
/** Settings that Helm has its own way for. */
const RELEASE: Readonly<Record<string, string>> = { namespace: ".Release.Namespace" };

/** The chart's files: path in the chart -> text. */
export function helmChart(version: string): Record<string, string> {
  const settings = placeholders(DEFAULT_SETTINGS, "") as DeploySettings;
  const files: Record<string, string> = {
    "Chart.yaml": yamlText([{
      apiVersion: "v2",
      name: "vm-dhcp",
      description: "DHCP for virtual machines on Kubernetes",
      type: "application",
      version,
      appVersion: version,
      kubeVersion: ">=1.30.0-0",
    }]),
    "values.yaml": valuesText(),
    "values.schema.json": `${JSON.stringify(valuesSchema(), null, 2)}\n`,
  };
  for (const part of renderParts(settings)) {
    files[`templates/${part.name}.yaml`] = templateText(yamlText(part.objects));
  }
  const monitors = monitorPart(settings);
  files[`templates/${monitors.name}.yaml`] = `{{- if .Values.monitor }}\n${
    templateText(yamlText(monitors.objects))
  }{{- end }}\n`;
  return files;
}

function placeholders(value: unknown, path: string): unknown {
  const key = path.slice(path.lastIndexOf(".") + 1);
  if (typeof value === "object" && value !== null && !WHOLE.has(key)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, placeholders(inner, `${path}.${name}`)]),
    );
  }
  return `%%${RELEASE[key] ?? `.Values${path}`}%%`;
}

/** A placeholder that is a whole scalar becomes JSON, which is YAML; one within text becomes that text. */
function templateText(yaml: string): string {
  return yaml
    .replaceAll(/"%%([^%]+)%%"/g, "{{ $1 | toJson }}")
    .replaceAll(/%%([^%]+)%%/g, "{{ $1 }}");
}

function values(): Omit<DeploySettings, "namespace"> {
  const { namespace: _, ...rest } = DEFAULT_SETTINGS;
  return rest;
}

function valuesSchema(): unknown {
  return z.toJSONSchema(settingsSchema.omit({ namespace: true }).partial(), { target: "draft-7" });
}

/** `values.yaml` with each setting's description above it. */
function valuesText(): string {
  const document = new Document(values());
  describe(document.contents, settingsSchema);
  return document.toString({ lineWidth: 0 });
}

function describe(node: unknown, schema: z.ZodType): void {
  if (!isMap(node) || !(schema instanceof z.ZodObject)) return;
  for (const { key, value } of node.items) {
    if (!isScalar(key)) continue;
    const field: unknown = schema.shape[String(key.value)];
    if (!(field instanceof z.ZodType)) continue;
    key.commentBefore = field.description ? ` ${field.description}` : null;
    describe(value, field);
  }
}
