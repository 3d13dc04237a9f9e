/**
 * Holds imports against the table.
 *
 * @module
 */
import { isBench, isTest } from "../gate/files.ts";
import type { Import } from "./graph.ts";
import { IMPORT_TABLE, type ImportRule, TEST_ALLOWANCE } from "./table.ts";

/** What a repository's imports are held against. */
interface ImportLaw {
  readonly table?: readonly ImportRule[];
  /** Names in `imports` of deno.json. */
  readonly packages: readonly string[];
}

/** Every import that breaks the table, and every cycle, as one line each: `file:line: what`. */
export function importErrors(imports: readonly Import[], law: ImportLaw): readonly string[] {
  const table = law.table ?? IMPORT_TABLE;
  const ofTests = testOnly(imports);
  const broken = imports.flatMap((one) =>
    errorsOf(one, { table, packages: law.packages, relaxed: ofTests.has(one.from) })
  );
  return [...broken, ...cycles(imports)];
}

/** Tests, benches, and what nothing else imports: their fixtures and helpers. */
function testOnly(imports: readonly Import[]): ReadonlySet<string> {
  const importers = new Map<string, Set<string>>();
  const files = new Set<string>();
  for (const { from, to } of imports) {
    files.add(from);
    if (to !== undefined) importers.set(to, (importers.get(to) ?? new Set()).add(from));
  }
  const found = new Set([...files].filter((file) => isTest(file) || isBench(file)));
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const [file, by] of importers) if (by.isSubsetOf(found)) found.add(file);
  }
  return found;
}

function errorsOf(
  one: Import,
  { table, packages, relaxed }: Required<ImportLaw> & { readonly relaxed: boolean },
): string[] {
  const rule = table.find(({ from }) => isWithin(one.from, from));
  const at = `${one.from}:${one.line}`;
  if (rule === undefined) return [`${at}: Cannot find a row of the import table for it`];
  if (one.to !== undefined) {
    const may = [rule.from, ...(rule.may ?? [""]), ...(relaxed ? TEST_ALLOWANCE.may : [])];
    if (may.some((folder) => isWithin(one.to ?? "", folder))) return [];
    return [`${at}: ${rule.from} may not import ${one.to}`];
  }
  if (one.specifier.startsWith("node:")) {
    return rule.node || relaxed ? [] : [`${at}: ${rule.from} may not import ${one.specifier}`];
  }
  const name = packages.find((known) => isWithin(one.specifier, known));
  if (name === undefined) return [`${at}: ${one.specifier} is not among the imports of deno.json`];
  const allowed = rule.packages === undefined || rule.packages.includes(name) ||
    (relaxed && TEST_ALLOWANCE.packages.includes(name));
  return allowed ? [] : [`${at}: ${rule.from} may not import ${name}`];
}

function isWithin(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}

/** Every circle of files that import each other, once: `a.ts -> b.ts -> a.ts: is a cycle of imports`. */
function cycles(imports: readonly Import[]): readonly string[] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) {
    if (to !== undefined && to !== from) targets.set(from, [...targets.get(from) ?? [], to]);
  }
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) {
      found.push(`${[...path.slice(start), file].join(" -> ")}: is a cycle of imports`);
      return;
    }
    if (done.has(file)) return;
    for (const next of targets.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  return found;
}
