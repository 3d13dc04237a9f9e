/**
 * An answer as an HTTP response, in the form that is asked for.
 *
 * @module
 */
import { type Answer, coloured, plain } from "./answer.ts";
import { csvText } from "./csv.ts";
import { jsonText, yamlText } from "./machine_text.ts";
import { printable, tableText } from "./table.ts";

/** How answers can be written. */
export const OUTPUTS = ["table", "json", "yaml", "csv"] as const;

/** One of {@linkcode OUTPUTS}. */
type Output = typeof OUTPUTS[number];

/** How an answer is to be written. */
export interface OutputOptions {
  readonly output: Output;
  /** For a terminal. */
  readonly colour: boolean;
  /** A last line `# exit 0` or `# exit 1`, for a command that sees the body alone. */
  readonly exit: boolean;
}

const TYPES: Readonly<Record<Output, string>> = {
  table: "text/plain; charset=utf-8",
  json: "application/json",
  yaml: "application/yaml",
  csv: "text/csv; charset=utf-8; header=present",
};

/** Writes an answer. */
export async function respond(answer: Answer, options: OutputOptions): Promise<Response> {
  const exit = options.exit ? `# exit ${answer.isBroken === true ? 1 : 0}\n` : "";
  return new Response(await bodyOf(answer, options) + exit, {
    headers: {
      "content-type": TYPES[options.output],
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}

async function bodyOf(
  answer: Answer,
  { output, colour }: OutputOptions,
): Promise<string> {
  switch (output) {
    case "json":
      return jsonText(answer.data);
    case "yaml":
      return await yamlText(answer.data);
    case "csv":
      return csvText(answer.columns, answer.rows);
    case "table": {
      const notes = (answer.notes ?? []).map((note) => `${printable(note)}\n`).join("");
      const body = answer.text?.(colour ? coloured : plain) ??
        (answer.rows.length === 0 && notes !== "" ? "" : tableText(answer.columns, answer.rows));
      return body + (body === "" || notes === "" ? notes : `\n${notes}`);
    }
    default:
      return output satisfies never;
  }
}
