/**
 * Label and field selectors.
 *
 * @module
 */
import { type JsonObject, metadataOf, textsAt } from "../json.ts";
import type { Route } from "../http/route.ts";
import type { Kind } from "../kinds/kind.ts";
import { valueAt } from "../../../core/api/fields/check_schema.ts";
import { badRequest } from "../http/status_error.ts";

/** Whether an object is selected. */
export type Selector = (object: JsonObject) => boolean;

/** The selectors of a query as one; a name in the route selects that object. Throws a 400 for what is no selector. */
export function selectorOf({ kind, name }: Route, query: URLSearchParams): Selector | undefined {
  const labels = query.get("labelSelector") ?? "";
  const fields = query.get("fieldSelector") ?? "";
  const selectors = [
    ...(labels === "" ? [] : [labelSelector(labels)]),
    ...(fields === "" ? [] : [fieldSelector(fields, kind)]),
    ...(name === undefined ? [] : [(object: JsonObject) => metadataOf(object).name === name]),
  ];
  if (selectors.length === 0) return undefined;
  return (object) => selectors.every((selects) => selects(object));
}

type Requirement = (labels: Readonly<Record<string, string>>) => boolean;

const LABEL_KEY = String
  .raw`(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?`;
const LABEL_VALUE = String.raw`(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?`;
const EQUALITY = new RegExp(String.raw`^(${LABEL_KEY})\s*(==|=|!=)\s*(${LABEL_VALUE})$`);
const ORDER = new RegExp(String.raw`^(${LABEL_KEY})\s*([<>])\s*(-?\d+)$`);
const SET = new RegExp(String.raw`^(${LABEL_KEY})\s+(in|notin)\s*\(([^()]*)\)$`);
const PRESENCE = new RegExp(String.raw`^(!?)\s*(${LABEL_KEY})$`);
const ONE_VALUE = new RegExp(`^${LABEL_VALUE}$`);

/**
 * Reads a label selector: equality (`a=b`, `a==b`, `a!=b`), sets (`a in (b,c)`, `a notin (b)`), presence (`a`, `!a`), order
 * (`a>1`, `a<5`). Throws a 400 for any other text.
 */
function labelSelector(text: string): Selector {
  const requirements = split(text).map((part) => requirement(part, text));
  if (requirements.length === 0) return () => true;
  return (object) => {
    const labels = textsAt(metadataOf(object), "labels");
    return requirements.every((holds) => holds(labels));
  };
}

function requirement(part: string, whole: string): Requirement {
  const equality = EQUALITY.exec(part);
  if (equality !== null) {
    const [, key = "", operator, value = ""] = equality;
    return operator === "!="
      ? (labels) => labels[key] !== value
      : (labels) => labels[key] === value;
  }
  const set = SET.exec(part);
  if (set !== null) {
    const [, key = "", operator, list = ""] = set;
    const values = list.split(",").map((value) => value.trim());
    if (values.every((value) => ONE_VALUE.test(value))) {
      const wanted = new Set(values);
      return operator === "in"
        ? (labels) => Object.hasOwn(labels, key) && wanted.has(labels[key] ?? "")
        : (labels) => !Object.hasOwn(labels, key) || !wanted.has(labels[key] ?? "");
    }
  }
  const order = ORDER.exec(part);
  if (order !== null) {
    const [, key = "", operator, bound = ""] = order;
    return (labels) => {
      const value = Number(labels[key] ?? NaN);
      return operator === ">" ? value > Number(bound) : value < Number(bound);
    };
  }
  const presence = PRESENCE.exec(part);
  if (presence !== null) {
    const [, not, key = ""] = presence;
    return (labels) => Object.hasOwn(labels, key) === (not === "");
  }
  throw badRequest(`unable to parse requirement: ${JSON.stringify(whole)}`);
}

/** Splits at the commas outside parentheses. */
function split(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const letter of text) {
    if (letter === "(") depth++;
    if (letter === ")") depth--;
    if (letter === "," && depth === 0) {
      parts.push(part.trim());
      part = "";
    } else part += letter;
  }
  if (part.trim() !== "" || parts.length > 0) parts.push(part.trim());
  return parts;
}

/**
 * Reads a field selector: `path=value`, `path==value`, `path!=value`, separated by commas. Throws a 400 for a path that
 * the resource does not offer.
 */
function fieldSelector(text: string, kind: Kind): Selector {
  const requirements = text.split(",").filter((part) => part !== "").map((part) => {
    const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(part);
    if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
    const [, path = "", operator, value = ""] = match;
    const offered = path === "metadata.name" ||
      (path === "metadata.namespace" && kind.namespaced) ||
      kind.selectableFields.includes(path);
    if (!offered) throw badRequest(`field label not supported: ${path}`);
    const keys = path.split(".");
    const wanted = value.replace(/\\([\\,=])/g, "$1");
    return (object: JsonObject) =>
      (String(valueAt(object, keys) ?? "") === wanted) === (operator !== "!=");
  });
  return (object) => requirements.every((holds) => holds(object));
}
