/**
 * Tables for people, as `kubectl get` has them.
 *
 * @module
 */
import type { Cell } from "./answer.ts";

const GAP = "   ";

/** Rows below heads, each column as wide as its widest cell; the last one is not padded. */
export function tableText(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
): string {
  const lines = [columns, ...rows.map((row) => row.map(cellText))];
  const widths = columns.map((_, index) =>
    lines.reduce((most, line) => Math.max(most, line[index]?.length ?? 0), 0)
  );
  return lines.map((line) =>
    line.map((cell, index) => index === line.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))
      .join(GAP).trimEnd() + "\n"
  ).join("");
}

function cellText(cell: Cell): string {
  return cell === undefined || cell === "" ? "-" : printable(String(cell));
}

/** One line that moves no cursor: names and messages come from people and from clients. */
export function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g, " ");
}
