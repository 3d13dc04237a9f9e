/**
 * The tests that bear a rule's number.
 *
 * @module
 */
import ts from "typescript";
import { filesBelow, isTest } from "../gate/files.ts";
import { parse } from "../syntax/modules.ts";

/** A test and the rules that it names. */
export interface RuleTest {
  /** From the root of the repository. */
  readonly path: string;
  /** What it says without the numbers; where a template is filled in, all that it is filled with, or the expression. */
  readonly title: string;
  readonly rules: readonly number[];
}

const NUMBERS = /\brules? (\d+(?:(?:, | and | to )\d+)*)/;

/** All tests of the repository `root` that name a rule, by path and place. */
export async function ruleTests(root: string): Promise<readonly RuleTest[]> {
  const found: RuleTest[] = [];
  for (const path of (await filesBelow(root, ".ts")).filter(isTest)) {
    const text = await Deno.readTextFile(`${root}/${path}`);
    if (NUMBERS.test(text)) found.push(...testsIn(path, text));
  }
  return found;
}

function testsIn(path: string, text: string): readonly RuleTest[] {
  const found: RuleTest[] = [];
  const visit = (node: ts.Node): void => {
    const name = ts.isCallExpression(node) && node.expression.getText() === "Deno.test"
      ? nameOf(node.arguments[0])
      : undefined;
    const [, numbers, title] = name?.match(/^([^:]*?): (.*)$/s) ?? [];
    const rules = numbersIn(numbers ?? "");
    if (title !== undefined && rules.length > 0) found.push({ path, title, rules });
    ts.forEachChild(node, visit);
  };
  visit(parse(path, text));
  return found;
}

/** The name that a test is given: its first argument, or the property `name` of that. */
function nameOf(argument: ts.Expression | undefined): string | undefined {
  if (argument === undefined) return undefined;
  if (ts.isStringLiteralLike(argument)) return argument.text;
  if (ts.isTemplateExpression(argument)) {
    return argument.head.text +
      argument.templateSpans.map(({ expression, literal }) =>
        `${filledIn(expression)}${literal.text}`
      ).join("");
  }
  if (!ts.isObjectLiteralExpression(argument)) return undefined;
  for (const one of argument.properties) {
    if (ts.isPropertyAssignment(one) && one.name.getText() === "name") {
      return nameOf(one.initializer);
    }
  }
  return undefined;
}

/** All literals that the loops around give a name, else the expression itself. */
function filledIn(expression: ts.Expression): string {
  for (let node: ts.Node = expression; node.parent !== undefined; node = node.parent) {
    if (!ts.isForOfStatement(node) || !ts.isVariableDeclarationList(node.initializer)) continue;
    const [loop] = node.initializer.declarations;
    const place = loop === undefined ? undefined : placeIn(loop.name, expression.getText());
    if (place === undefined) continue;
    const rows = rowsOf(node.expression)?.map((row) =>
      place === "whole" ? row : rowsOf(row)?.[place]
    );
    const texts = rows?.flatMap((row) => {
      const value = row && plain(row);
      return value !== undefined && (ts.isStringLiteralLike(value) || ts.isNumericLiteral(value))
        ? [value.text]
        : [];
    });
    if (texts !== undefined && texts.length > 0 && texts.length === rows?.length) {
      return texts.length === 1 ? texts.join("") : `(${texts.join(" / ")})`;
    }
  }
  return `\`${expression.getText()}\``;
}

/** Where in a row of a loop a name stands. */
function placeIn(binding: ts.BindingName, name: string): number | "whole" | undefined {
  if (ts.isIdentifier(binding)) return binding.text === name ? "whole" : undefined;
  if (!ts.isArrayBindingPattern(binding)) return undefined;
  const place = binding.elements.findIndex((one) =>
    ts.isBindingElement(one) && one.name.getText() === name
  );
  return place < 0 ? undefined : place;
}

/** What a list consists of, where it is written out here or in a constant of the file. */
function rowsOf(list: ts.Expression): readonly ts.Expression[] | undefined {
  const written = plain(list);
  if (ts.isArrayLiteralExpression(written)) return written.elements;
  if (!ts.isIdentifier(written)) return undefined;
  for (const statement of written.getSourceFile().statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (name.getText() === written.text && initializer !== undefined) return rowsOf(initializer);
    }
  }
  return undefined;
}

/** An expression without `as const` and its like. */
function plain(expression: ts.Expression): ts.Expression {
  return ts.isAsExpression(expression) || ts.isSatisfiesExpression(expression) ||
      ts.isParenthesizedExpression(expression)
    ? plain(expression.expression)
    : expression;
}

/** `rules 31 to 33 and 40` is 31, 32, 33 and 40. */
function numbersIn(text: string): readonly number[] {
  const [, list = ""] = NUMBERS.exec(text) ?? [];
  return list === "" ? [] : list.split(/, | and /).flatMap((part) => {
    const [from = 0, to = from] = part.split(" to ").map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}
