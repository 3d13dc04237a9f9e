/**
 * Comma-separated values. Source: RFC 4180.
 *
 * @module
 */
import type { Cell } from "./answer.ts";
import { printable } from "./table.ts";

/** What a spreadsheet would take for a formula. Source: OWASP, "CSV Injection". */
const FORMULA = /^\s*[=+\-@\uff0b\uff0d\uff1d\uff20]/;
const QUOTED = /[",]/;

/** Rows below their heads, a line each that moves no cursor, ended by CR LF. A text that a spreadsheet would run is led by an apostrophe. */
export function csvText(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const heads = columns.map((column) => column.toLowerCase().replaceAll(" ", "_"));
  return [heads, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(cell: Cell): string {
  if (typeof cell !== "string") return cell === undefined ? "" : String(cell);
  const line = printable(cell);
  const text = FORMULA.test(line) ? `'${line}` : line;
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
