import { DEFAULT_SETTINGS, type DeploySettings, settingsSchema } from "./settings.ts";

/**
 * Settings from a file's content laid over the defaults, as Helm does it: maps are merged, everything else is replaced.
 *
 * @throws {Error} that names every field that cannot be used.
 */
export function readSettingsFile(
  content: unknown,
  given: { readonly namespace: string; readonly image: string },
): DeploySettings {
  const isImageGiven = given.image !== DEFAULT_SETTINGS.image;
  const { image: _, ...rest } = given;
  const merged = merge(merge(DEFAULT_SETTINGS, content ?? {}), isImageGiven ? given : rest);
  const { data, error } = settingsSchema.safeParse(merged);
  if (data !== undefined) return data;
  const problems = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(`Cannot use the settings: ${problems.join("; ")}`);
}

function merge(base: unknown, over: unknown): unknown {
  if (!isMap(base) || !isMap(over)) return over;
  const names = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries(
    [...names].map((name) => [name, name in over ? merge(base[name], over[name]) : base[name]]),
  );
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
