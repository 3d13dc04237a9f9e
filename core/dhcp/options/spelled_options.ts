/**
 * Options that a pool spells out octet by octet, since they have no field of their own.
 *
 * @module
 */
import { readCustomOption } from "../../api/options/custom_option.ts";
import type { OptionOctets } from "../../api/options/custom_option.ts";
import type { PoolSource } from "./pool_source.ts";

/** The rows of a list of the pool; what is no list is reported, and none. */
export function rowsOf(
  { config, report }: PoolSource,
  field: "routes" | "bootFiles" | "options" | "vendorOptions",
): readonly unknown[] {
  const rows: unknown = config[field] ?? [];
  if (Array.isArray(rows)) return rows;
  report({ path: [field], value: rows, message: "must be a list" });
  return [];
}

/** The options of `options`, each code once. What cannot be used is reported and left out. */
export function spelledOptions(pool: PoolSource): readonly OptionOctets[] {
  const found = new Map<number, OptionOctets>();
  rowsOf(pool, "options").forEach((row, index) => {
    const read = readCustomOption(row);
    if (!read.ok) {
      for (const { path, ...rest } of read.errors) {
        pool.report({ path: ["options", index, ...path], ...rest });
      }
    } else if (found.has(read.value.code)) {
      const message = "must not be used twice: a row before has it too";
      pool.report({ path: ["options", index, "code"], value: read.value.code, message });
    } else found.set(read.value.code, read.value);
  });
  return [...found.values()];
}
