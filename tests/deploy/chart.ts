/**
 * The Helm chart, rendered, and what the typed objects say to the same values.
 *
 * @module
 */
import { parseAllDocuments } from "yaml";
import { customResourceDefinitions } from "../../core/api/mod.ts";
import { renderParts } from "../../deploy/render.ts";
import { DEFAULT_SETTINGS, type DeploySettings } from "../../deploy/settings.ts";
import { DEFAULT_VALUES } from "../../deploy/values/defaults.ts";
import { isEmpty, isMap, merge } from "../../deploy/values/merge.ts";
import { resolveValues } from "../../deploy/values/resolve.ts";
import { valuesSchema } from "../../deploy/values/schema.ts";
import denoJson from "../../deno.json" with { type: "json" };
import { type CommandResult, findGoProgram, runCommand } from "../real/mod.ts";

/** The checkout. */
export const ROOT: string = new URL("../../", import.meta.url).pathname;
/** The chart's folder. */
export const CHART: string = `${ROOT}deploy/helm/vm-dhcp`;
/** Namespace of the rendered release. */
export const NAMESPACE: string = DEFAULT_SETTINGS.namespace;

const HELM = { path: "helm.sh/helm/v3/cmd/helm", version: "v3.19.4" };
/** Labels that only a chart gives, and what marks it in other ways. */
const OF_THE_RELEASE = new Set([
  "app.kubernetes.io/instance",
  "app.kubernetes.io/version",
  "app.kubernetes.io/managed-by",
  "helm.sh/chart",
  "helm.sh/resource-policy",
]);

/** An object, as far as all have the same fields. */
export interface Rendered {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** Path of Helm; it is built first where this machine has none. */
export function helmProgram(): Promise<string> {
  return findGoProgram(HELM);
}

/** Runs `helm template` with values. */
export async function helmTemplate(
  values: unknown,
  args: readonly string[] = [],
): Promise<CommandResult> {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(file, JSON.stringify(values));
    return await runCommand(await helmProgram(), [
      ...["template", "any-name", CHART, `--namespace=${NAMESPACE}`, `--values=${file}`],
      ...["--kube-version=v1.36.0", ...args],
    ]);
  } finally {
    await Deno.remove(file);
  }
}

/** The objects of a YAML text. Throws where it is none. */
export function objectsIn(yaml: string): readonly Rendered[] {
  return parseAllDocuments(yaml).map((document) => {
    if ("errors" in document && document.errors.length > 0) {
      throw new Error(`Cannot read what was rendered: ${document.errors.join("; ")}\n${yaml}`);
    }
    return document.toJS() as Rendered | null;
  }).filter((object) => object !== null);
}

/** The objects that Helm renders, hooks apart. Throws with its errors where it fails. */
export async function chartObjects(
  values: unknown,
  args: readonly string[] = [],
): Promise<readonly Rendered[]> {
  const { code, stdout, stderr } = await helmTemplate(values, args);
  if (code !== 0) throw new Error(`Cannot render the chart: ${stderr}`);
  return objectsIn(stdout).filter(({ metadata }) =>
    metadata.annotations?.["helm.sh/hook"] === undefined
  );
}

/** What `deploy/objects` makes of the same values. */
export function typedObjects(content: unknown): readonly Rendered[] {
  const values = valuesSchema.parse(merge(DEFAULT_VALUES, content));
  const settings = resolveValues(values, { namespace: NAMESPACE, version: denoJson.version });
  const crds = values.crds.install ? customResourceDefinitions() : [];
  return [...crds as readonly unknown[] as readonly Rendered[], ...objectsOf(settings)];
}

/** What `deploy/objects` makes of settings, CRDs and namespace apart. */
export function objectsOf(settings: DeploySettings): readonly Rendered[] {
  return renderParts(settings)
    .filter(({ enabledBy }) => enabledBy === undefined || settings[enabledBy].enabled)
    .flatMap(({ objects }) => objects) as readonly Rendered[];
}

/** Objects by `kind namespace/name`, without what says nothing and what only a chart's objects have. */
export function comparable(objects: readonly Rendered[]): Readonly<Record<string, unknown>> {
  const named = objects.map((object) => {
    const { kind, metadata: { namespace = "", name } } = object;
    return [`${kind} ${namespace}/${name}`, stripped(object)] as const;
  });
  return Object.fromEntries(named.toSorted(([one], [other]) => one < other ? -1 : 1));
}

function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripped);
  if (!isMap(value)) return value;
  const entries = Object.entries(value)
    .filter(([name]) => !OF_THE_RELEASE.has(name))
    .map(([name, inner]) => [name, stripped(inner)] as const)
    .filter(([name, inner]) =>
      !isEmpty(inner) && !(name === "labels" && isMap(inner) && isPartOnly(inner))
    );
  return Object.fromEntries(entries);
}

/** CRDs have no labels but in the chart. */
function isPartOnly(labels: Record<string, unknown>): boolean {
  return Object.keys(labels).join() === "app.kubernetes.io/part-of";
}
