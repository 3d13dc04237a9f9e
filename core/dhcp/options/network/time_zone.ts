import { posixZoneProblem, tzdbProblem } from "../../../api/options/text_forms.ts";
import type { OptionDefinition } from "../definition.ts";
import { text } from "../formats/text.ts";
import type { PoolSource } from "../pool_source.ts";

/** RFC 4833 section 3: the time zone as POSIX writes it. */
export const posixTimeZone: OptionDefinition<100, string> = {
  code: 100,
  name: "POSIX time zone",
  format: text,
  fromPool: (pool) => zoneOf(pool, "posix", posixZoneProblem),
};

/** RFC 4833 section 3: the time zone's name in the TZ database. */
export const tzdbTimeZone: OptionDefinition<101, string> = {
  code: 101,
  name: "TZ database time zone",
  format: text,
  fromPool: (pool) => zoneOf(pool, "tzdb", tzdbProblem),
};

function zoneOf(
  { config, report }: PoolSource,
  field: "posix" | "tzdb",
  problem: (text: string) => string | undefined,
): string | undefined {
  const value: unknown = config.timezone?.[field] ?? "";
  if (value === "") return undefined;
  const message = typeof value === "string" ? problem(value) : "must be a text";
  if (message === undefined) return String(value);
  report({ path: ["timezone", field], value, message });
  return undefined;
}
