/**
 * Checks which folder imports what; `tools/imports/table.ts` says what is allowed.
 *
 * @module
 */
import { filesBelow } from "./gate/files.ts";
import { importErrors } from "./imports/check.ts";
import { importsOf } from "./imports/graph.ts";
import { IMPORT_TABLE, type ImportRule } from "./imports/table.ts";

/** Every import below `root` that breaks the table, as `file:line: what`, and every cycle of imports. */
export async function brokenImports(
  root: string,
  table: readonly ImportRule[] = IMPORT_TABLE,
): Promise<readonly string[]> {
  const config = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const imports = await importsOf(root, await filesBelow(root, ".ts"));
  return importErrors(imports, { table, packages: Object.keys(config.imports ?? {}) });
}

if (import.meta.main) {
  const errors = await brokenImports(new URL("..", import.meta.url).pathname);
  for (const error of errors) await Deno.stdout.write(new TextEncoder().encode(`${error}\n`));
  Deno.exit(errors.length === 0 ? 0 : 1);
}
