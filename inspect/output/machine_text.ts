/**
 * Answers for machines: JSON and YAML, which people look at in a terminal, too.
 *
 * @module
 */
import { isSteering, withoutSteering } from "../../runtime/steering.ts";
import { setImmediate } from "node:timers/promises";

/** What of an array is written at a time: what else the program does has its turn in between. */
const ROWS_AT_A_TIME = 100;

/** JSON for machines. */
export function jsonText(data: unknown): string {
  return `${withoutSteering(JSON.stringify(data, undefined, 2))}\n`;
}

/**
 * YAML that readers of 1.1 and of 1.2 take for the same: to the former `52:54:00:12:34:56`, and `no`, are no texts without quotes.
 * Long lists are written piece by piece.
 */
export async function yamlText(data: Readonly<Record<string, unknown>>): Promise<string> {
  // Loaded here alone: the library costs 35 ms and 10 MB, which a pod does not need as long as nobody asks.
  const { stringify } = await import("yaml");
  const options = { lineWidth: 0, aliasDuplicateObjects: false, compat: "yaml-1.1" } as const;
  let whole = "";
  for (const [key, value] of Object.entries(data)) {
    if (!Array.isArray(value) || value.length === 0) {
      const text = stringify({ [key]: value }, options);
      whole += isSteering(text) ? `${key}: ${withoutSteering(JSON.stringify(value))}\n` : text;
      continue;
    }
    whole += `${key}:\n`;
    for (let at = 0; at < value.length; at += ROWS_AT_A_TIME) {
      const rows: readonly unknown[] = value.slice(at, at + ROWS_AT_A_TIME);
      const text = stringify(rows, options);
      // JSON is YAML, too, and escapes what may not stand in either.
      whole += isSteering(text)
        ? rows.map((row) => `- ${withoutSteering(JSON.stringify(row))}\n`).join("")
        : text;
      await setImmediate();
    }
  }
  return whole === "" ? "{}\n" : whole;
}
