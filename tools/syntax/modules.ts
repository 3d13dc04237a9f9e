/**
 * What each module of the repository gives out and what it takes from which other, read from its syntax tree. Comments
 * and strings do not mislead it; types count as names, too.
 *
 * @module
 */
import ts from "typescript";

/** A name that a module gives out. */
interface Export {
  readonly name: string;
  /** From 1. */
  readonly line: number;
  /** Where it is only handed on: from which module, and under which name there. */
  readonly from?: { readonly path: string; readonly name: string };
}

/** Something that a module takes from another. */
interface Use {
  readonly path: string;
  /** The name there; `*`: all, or no one knows. */
  readonly name: string;
  /** Gone when the program runs. */
  readonly isType: boolean;
}

/** One module. */
export interface Module {
  readonly path: string;
  readonly exports: readonly Export[];
  /** Modules that it hands on whole (`export * from`). */
  readonly handsOn: readonly string[];
  readonly uses: readonly Use[];
  /** Names of its own exports that it uses itself. */
  readonly ownUses: ReadonlySet<string>;
}

/** How a specifier becomes a path of the repository; `undefined`: it names something else. */
export type Resolve = (specifier: string, from: string) => string | undefined;

/** Parses TypeScript. */
export function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS);
}

/** The line of a node, from 1. */
export function lineOf(node: ts.Node): number {
  const file = node.getSourceFile();
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
}

/** Reads what the module `path` gives and takes. */
export function readModule(path: string, text: string, resolve: Resolve): Module {
  const file = parse(path, text);
  const exports: Export[] = [];
  const handsOn: string[] = [];
  const uses: Use[] = [];
  const target = (node: ts.Node | undefined): string | undefined =>
    node !== undefined && ts.isStringLiteralLike(node) ? resolve(node.text, path) : undefined;

  for (const statement of file.statements) {
    if (ts.isImportDeclaration(statement)) {
      const from = target(statement.moduleSpecifier);
      if (from !== undefined) uses.push(...importsOf(statement.importClause, from));
    } else if (ts.isExportDeclaration(statement)) {
      const from = target(statement.moduleSpecifier);
      if (from !== undefined) uses.push({ path: from, name: "", isType: statement.isTypeOnly });
      if (statement.exportClause === undefined) {
        if (from !== undefined) handsOn.push(from);
      } else if (ts.isNamedExports(statement.exportClause)) {
        for (const { name, propertyName } of statement.exportClause.elements) {
          exports.push({
            name: name.text,
            line: lineOf(name),
            ...(from === undefined
              ? {}
              : { from: { path: from, name: (propertyName ?? name).text } }),
          });
        }
      }
    } else if (isExported(statement)) {
      exports.push(
        ...declaredNames(statement).map((name) => ({
          name: isDefault(statement) ? "default" : name.text,
          line: lineOf(name),
        })),
      );
    } else if (ts.isExportAssignment(statement)) {
      exports.push({ name: "default", line: lineOf(statement) });
    }
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      const from = target(node.argument.literal);
      const name = node.qualifier === undefined ? "*" : node.qualifier.getText(file);
      if (from !== undefined) uses.push({ path: from, name, isType: true });
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const from = target(node.arguments[0]);
      if (from !== undefined) uses.push(...dynamicImport(node, from));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return {
    path,
    exports,
    handsOn,
    uses,
    ownUses: ownUses(file, new Set(exports.map((one) => one.name))),
  };
}

function importsOf(clause: ts.ImportClause | undefined, path: string): Use[] {
  if (clause === undefined) return [{ path, name: "", isType: false }];
  const isType = clause.phaseModifier === ts.SyntaxKind.TypeKeyword;
  const bindings = clause.namedBindings;
  const named = bindings === undefined
    ? []
    : ts.isNamespaceImport(bindings)
    ? [{ path, name: "*", isType }]
    : bindings.elements.map(({ name, propertyName, isTypeOnly }): Use => ({
      path,
      name: (propertyName ?? name).text,
      isType: isType || isTypeOnly,
    }));
  return [...(clause.name === undefined ? [] : [{ path, name: "default", isType }]), ...named];
}

/** `const { a, b } = await import("x")` takes `a` and `b`; every other form may take all. */
function dynamicImport(call: ts.CallExpression, path: string): Use[] {
  const awaited = ts.isAwaitExpression(call.parent) ? call.parent : call;
  const holder = awaited.parent;
  if (ts.isVariableDeclaration(holder) && ts.isObjectBindingPattern(holder.name)) {
    return holder.name.elements.map(({ name, propertyName }) => ({
      path,
      name: (propertyName ?? name).getText(),
      isType: false,
    }));
  }
  return [{ path, name: "*", isType: false }];
}

function isExported(statement: ts.Statement): boolean {
  return ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false);
}

function isDefault(statement: ts.Statement): boolean {
  return ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) ??
      false);
}

function declaredNames(statement: ts.Statement): ts.Identifier[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name));
  }
  const { name } = statement as ts.Statement & { name?: ts.Node };
  return name !== undefined && ts.isIdentifier(name) ? [name] : [];
}

function boundNames(name: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name];
  return name.elements.flatMap((one) => ts.isBindingElement(one) ? boundNames(one.name) : []);
}

/** Which of the names stand in the module besides where they are declared. */
function ownUses(file: ts.SourceFile, names: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isExportDeclaration(node) || ts.isImportDeclaration(node)) return;
    if (ts.isIdentifier(node) && names.has(node.text)) {
      const { name } = node.parent as ts.Node & { name?: ts.Node };
      if (name !== node) found.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
