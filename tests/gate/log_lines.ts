/**
 * The log lines of the programs, read from their syntax trees: level, message, and where they are written.
 *
 * @module
 */
import ts from "typescript";
import { lineOf, parse } from "../../tools/syntax/modules.ts";

/** A line that a program may write. */
interface LogLine {
  /** The constant message. What a template puts in stands in braces: `{title} starts`. */
  readonly message: string;
  readonly level: string;
  /** File and line. */
  readonly at: string;
}

/** What was found in a file. */
interface Found {
  readonly lines: readonly LogLine[];
  /** Calls whose message could not be read: file and line. */
  readonly unreadable: readonly string[];
}

/** Levels that an operator sees without asking. */
const LEVELS: ReadonlySet<string> = new Set(["info", "warn", "error"]);

/** All lines at `info` and above that the module writes. */
export function logLinesOf(path: string, text: string): Found {
  const file = parse(path, text);
  const lines: LogLine[] = [];
  const unreadable: string[] = [];
  const visit = (node: ts.Node): void => {
    const level = levelOf(node);
    if (level !== undefined && ts.isCallExpression(node)) {
      const at = `${path}:${lineOf(node)}`;
      const messages = messagesOf(node.arguments[0], file);
      if (messages.length === 0) unreadable.push(at);
      for (const message of messages) lines.push({ message, level, at });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { lines, unreadable };
}

/** The level of a call such as `ctx.log.warn(...)`; `undefined`: the node is none. */
function levelOf(node: ts.Node): string | undefined {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
  const { name, expression } = node.expression;
  const logger = ts.isPropertyAccessExpression(expression) ? expression.name : expression;
  const isLogger = ts.isIdentifier(logger) || ts.isPrivateIdentifier(logger);
  if (!isLogger || !/^#?(log|logger)$/i.test(logger.text)) return;
  return LEVELS.has(name.text) ? name.text : undefined;
}

/** The messages that an expression may be. */
function messagesOf(node: ts.Expression | undefined, file: ts.SourceFile): readonly string[] {
  if (node === undefined) return [];
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isConditionalExpression(node)) {
    return [...messagesOf(node.whenTrue, file), ...messagesOf(node.whenFalse, file)];
  }
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.map(({ expression, literal }) =>
      `{${expression.getText(file)}}${literal.text}`
    );
    return [node.head.text + spans.join("")];
  }
  return ts.isIdentifier(node) ? argumentsFor(node, file) : [];
}

/** What the file hands in for a parameter of the function around it. */
function argumentsFor(parameter: ts.Identifier, file: ts.SourceFile): readonly string[] {
  const around = ts.findAncestor(
    parameter,
    (node) => ts.isMethodDeclaration(node) || ts.isFunctionDeclaration(node),
  ) as ts.MethodDeclaration | ts.FunctionDeclaration | undefined;
  const place = around?.parameters.findIndex(({ name }) => name.getText(file) === parameter.text);
  if (around?.name === undefined || place === undefined || place < 0) return [];
  const name = around.name.getText(file);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const called = ts.isPropertyAccessExpression(node.expression)
        ? node.expression.name
        : node.expression;
      const argument = node.arguments[place];
      if (called.getText(file) === name && argument !== undefined) {
        if (ts.isStringLiteralLike(argument)) found.push(argument.text);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
