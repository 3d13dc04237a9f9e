/**
 * The small changes that can be planted in a module: each is something that a test ought to notice.
 *
 * @module
 */
import ts from "typescript";
import { lineOf, parse } from "../syntax/modules.ts";

/** One change of a module's text. */
export interface Mutation {
  readonly path: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** What is changed, in a line. */
  readonly what: string;
  /** Path, change, and which of the same in the file: what is written elsewhere in the file changes no name. */
  readonly name: string;
}

const Kind = ts.SyntaxKind;

/** What an operator is swapped for; those with two entries are also moved by one (a boundary). */
const SWAPS: ReadonlyMap<ts.SyntaxKind, readonly string[]> = new Map([
  [Kind.EqualsEqualsEqualsToken, ["!=="]],
  [Kind.ExclamationEqualsEqualsToken, ["==="]],
  [Kind.LessThanToken, [">=", "<="]],
  [Kind.LessThanEqualsToken, [">", "<"]],
  [Kind.GreaterThanToken, ["<=", ">="]],
  [Kind.GreaterThanEqualsToken, ["<", ">"]],
  [Kind.AmpersandAmpersandToken, ["||"]],
  [Kind.BarBarToken, ["&&"]],
  [Kind.PlusToken, ["-"]],
  [Kind.MinusToken, ["+"]],
  [Kind.AsteriskToken, ["/"]],
  [Kind.SlashToken, ["*"]],
  [Kind.PercentToken, ["*"]],
  [Kind.AmpersandToken, ["|"]],
  [Kind.BarToken, ["&"]],
  [Kind.CaretToken, ["&"]],
  [Kind.LessThanLessThanToken, [">>>"]],
  [Kind.GreaterThanGreaterThanToken, ["<<"]],
  [Kind.GreaterThanGreaterThanGreaterThanToken, ["<<"]],
  [Kind.PlusEqualsToken, ["-="]],
  [Kind.MinusEqualsToken, ["+="]],
]);

/** From here on a number is a size or a time, and no one could tell one more. */
const LARGE = 1000;
const LOG_LEVELS: ReadonlySet<string> = new Set([
  "trace",
  "debug",
  "info",
  "warn",
  "error",
  "fatal",
]);
/** Properties whose text explains something to a person. */
const EXPLANATIONS: ReadonlySet<string> = new Set(["help", "description", "placeholder"]);
/** Takes words for `--help` of what is logged. */
const LOG_HELP = "logSettings";

/** Every change that can be planted in the module, in the order of its text. */
export function mutationsOf(path: string, text: string): readonly Mutation[] {
  const file = parse(path, text);
  const found: Mutation[] = [];
  const same = new Map<string, number>();
  const add = (one: Omit<Mutation, "path" | "name">): void => {
    const count = (same.get(one.what) ?? 0) + 1;
    same.set(one.what, count);
    found.push({ ...one, path, name: `${path} ${one.what} ${count}` });
  };
  const plant = (node: ts.Node, replacement: string, what: string): void =>
    add({ line: lineOf(node), start: node.getStart(file), end: node.end, replacement, what });
  const replace = (node: ts.Node, replacement: string): void =>
    plant(node, replacement, `${short(node.getText(file))} -> ${short(replacement)}`);

  const visit = (node: ts.Node): void => {
    if (isPassedOver(node)) return;
    const condition = conditionOf(node);
    if (condition !== undefined) replace(condition, `!(${condition.getText(file)})`);
    if (ts.isBinaryExpression(node) && !isOfText(node)) {
      for (const operator of SWAPS.get(node.operatorToken.kind) ?? []) {
        const { operatorToken } = node;
        const what = `${short(node.getText(file))}: ${operatorToken.getText(file)} -> ${operator}`;
        plant(operatorToken, operator, what);
      }
    }
    if (isRemovable(node)) plant(node, ";", `removed: ${short(node.getText(file))}`);
    if (node.kind === Kind.TrueKeyword) replace(node, "false");
    if (node.kind === Kind.FalseKeyword) replace(node, "true");
    if (ts.isNumericLiteral(node) && isSmall(node.text)) {
      replace(node, `(${node.getText(file)} + 1)`);
    }
    if (ts.isStringLiteralLike(node) && node.text !== "" && isText(node)) replace(node, `""`);
    if (ts.isTemplateExpression(node)) replace(node, `""`);
    const early = earlyReturn(node);
    if (early !== undefined) {
      const { body, value } = early;
      const what = `${short(nameOf(node))} begins with: ${value}`;
      const at = body.getStart(file) + 1;
      add({ line: lineOf(node), start: at, end: at, replacement: ` ${value}`, what });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The text with the change in it. */
export function mutate(text: string, { start, end, replacement }: Mutation): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

/** Types, what names other modules, and words for people: of the log, of errors, of `--help`. */
function isPassedOver(node: ts.Node): boolean {
  if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return true;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return true;
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return true;
  if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) {
    return isLogCall(node.expression);
  }
  if (ts.isCallExpression(node)) return isLogCall(node) || node.expression.getText() === LOG_HELP;
  if (ts.isNewExpression(node)) return /(Error|Exception)$/.test(node.expression.getText());
  return ts.isPropertyAssignment(node) && EXPLANATIONS.has(node.name.getText());
}

function isLogCall({ expression }: ts.CallExpression): boolean {
  return ts.isPropertyAccessExpression(expression) && LOG_LEVELS.has(expression.name.text) &&
    /log(ger)?\??$/i.test(expression.expression.getText());
}

function conditionOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isIfStatement(node) || ts.isWhileStatement(node)) {
    // A comparison by itself is swapped instead, which says the same.
    return isSwapped(node.expression) ? undefined : node.expression;
  }
  if (ts.isConditionalExpression(node)) {
    return isSwapped(node.condition) ? undefined : node.condition;
  }
  return undefined;
}

function isSwapped(node: ts.Expression): boolean {
  return ts.isBinaryExpression(node) && SWAPS.has(node.operatorToken.kind) &&
    node.operatorToken.kind !== Kind.AmpersandAmpersandToken &&
    node.operatorToken.kind !== Kind.BarBarToken;
}

/** A `+` that joins texts has no counterpart. */
function isOfText({ left, right, operatorToken }: ts.BinaryExpression): boolean {
  if (operatorToken.kind !== Kind.PlusToken && operatorToken.kind !== Kind.PlusEqualsToken) {
    return false;
  }
  return [left, right].some((side) =>
    ts.isStringLiteralLike(side) || ts.isTemplateExpression(side) ||
    (ts.isBinaryExpression(side) && isOfText(side))
  );
}

function isRemovable(node: ts.Node): boolean {
  return ts.isExpressionStatement(node) || ts.isThrowStatement(node) ||
    ts.isContinueStatement(node) || (ts.isReturnStatement(node) && node.expression === undefined);
}

function isSmall(text: string): boolean {
  return Number(text) < LARGE;
}

/** Not a key, and not what `typeof` or `in` compares with: there the compiler would notice. */
function isText({ parent }: ts.StringLiteralLike): boolean {
  if (ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)) {
    return ts.isStringLiteralLike(parent.initializer ?? parent) &&
      parent.name.kind !== Kind.StringLiteral;
  }
  return !(ts.isExpressionStatement(parent) || ts.isEnumMember(parent));
}

/** What a function could return at once, by the type that it declares. */
function earlyReturn(node: ts.Node): { body: ts.Block; value: string } | undefined {
  if (!ts.isFunctionLike(node) || !("body" in node)) return undefined;
  const body = node.body as ts.Node | undefined;
  if (body === undefined || !ts.isBlock(body) || body.statements.length < 2) return undefined;
  const type = node.type?.getText().replace(/^Promise<(.*)>$/, "$1");
  if (type === undefined) return undefined;
  if (type === "void") return { body, value: "return;" };
  if (/(^|\| )undefined$/.test(type)) return { body, value: "return undefined;" };
  if (type === "boolean") return { body, value: "return false;" };
  if (/^(readonly )?\S+\[\]$/.test(type)) return { body, value: "return [];" };
  return undefined;
}

function nameOf(node: ts.Node): string {
  const { name } = node as ts.Node & { name?: ts.Node };
  return name?.getText() ?? "function";
}

function short(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length <= 70 ? line : `${line.slice(0, 67)}...`;
}
