/**
 * Tables as the Kubernetes API gives them and kubectl prints them.
 *
 * @module
 */

/** `meta.k8s.io/v1` Table, as far as it is shown. */
export interface Table {
  readonly columnDefinitions: readonly { readonly name: string; readonly priority?: number }[];
  readonly rows: readonly {
    readonly cells: readonly unknown[];
    readonly object?: { readonly metadata?: { readonly namespace?: string } };
  }[];
}

/** The lines of a table, with the objects' namespaces, as `kubectl get -A` prints them. */
export function formatTable(table: Table, wide: boolean): string[] {
  const shown = table.columnDefinitions.flatMap(({ name, priority = 0 }, index) =>
    priority === 0 || wide ? [{ name: name.toUpperCase(), index }] : []
  );
  const lines = [
    ["NAMESPACE", ...shown.map(({ name }) => name)],
    ...table.rows.map(({ cells, object }) => [
      object?.metadata?.namespace ?? "",
      ...shown.map(({ index }) => textOf(cells[index])),
    ]),
  ];
  const widths =
    lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines.map((line) =>
    line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("   ").trimEnd()
  );
}

function textOf(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  return typeof cell === "string" ? cell : JSON.stringify(cell);
}
