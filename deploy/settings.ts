/**
 * What is deployed, decided in full: the form in which the objects of `deploy/objects` are told. `deploy/values` has what an
 * administrator writes.
 *
 * @module
 */
import denoJson from "../deno.json" with { type: "json" };
import { DEFAULT_VALUES } from "./values/defaults.ts";
import { isMap, merge } from "./values/merge.ts";
import { resolveValues, unusedImageParts } from "./values/resolve.ts";
import { valuesSchema } from "./values/schema.ts";
import type { DeploySettings } from "./values/deploy_settings.ts";

export type { DeploySettings, RoleSettings } from "./values/deploy_settings.ts";

/** What is used where nothing is set. */
export const DEFAULT_SETTINGS: DeploySettings = resolveValues(DEFAULT_VALUES, {
  namespace: "vm-dhcp",
  version: denoJson.version,
});

/** What is decided apart from a file. */
interface Given extends Partial<Pick<DeploySettings, "namespace" | "image" | "tenancy">> {}

/** What runs already, as values. */
export interface Running extends Omit<Given, "namespace"> {
  /** The lock is where it was: two controllers with two locks would both lead. */
  readonly leaderElection?: { readonly namespace: string };
}

/** Values that are the chart's alone: what `deploy` makes has its names, so that it finds it again. */
const CHART_ONLY = ["nameOverride", "fullnameOverride"];

/**
 * Settings from a file with values, laid over the defaults as Helm does it: maps are merged, everything else is replaced.
 *
 * @param options What was given apart from the file, which wins over it; and what runs, which wins over the defaults alone.
 * @throws {Error} that names every field that cannot be used.
 */
export function readSettings(
  content: unknown,
  { running = {}, ...given }: Given & { readonly running?: Running },
): DeploySettings {
  const layers = [running, content ?? {}, given].reduce<unknown>(merge, {});
  const { namespace = DEFAULT_SETTINGS.namespace, ...values } = isMap(layers) ? layers : {};
  const problems = [
    ...(isMap(layers) ? [] : ["a map is wanted"]),
    ...(typeof namespace === "string" ? [] : ["namespace: a text is wanted"]),
    ...CHART_ONLY.filter((name) => values[name])
      .map((name) => `${name}: The names of what is deployed are fixed; leave it out`),
  ];
  const { data, error } = valuesSchema.safeParse(merge(DEFAULT_VALUES, values));
  if (data !== undefined) problems.push(...unusedImageParts(data));
  if (data !== undefined && typeof namespace === "string" && problems.length === 0) {
    return resolveValues(data, { namespace, version: denoJson.version });
  }
  const issues = error?.issues ?? [];
  const said = issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`
  );
  throw new Error(`Cannot use the settings: ${[...said, ...problems].join("; ")}`);
}
