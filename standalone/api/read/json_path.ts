/**
 * The JSON paths of CustomResourceDefinition columns.
 *
 * @module
 */
import { dequal } from "dequal";
import type { JsonValue } from "../../../kube/rest_client.ts";
import { isObject } from "../json.ts";

type Step = (values: readonly JsonValue[]) => JsonValue[];

const MEMBER = /^\.([\w-]+|\*)/;
const INDEX = /^\[(-?\d+|\*)\]/;
const NAMES = /^\[((?:'[^']*'|"[^"]*")(?:\s*,\s*(?:'[^']*'|"[^"]*"))*)\]/;
const FILTER = /^\[\?\(@((?:\.[\w-]+)+)\s*==\s*('[^']*'|"[^"]*"|true|false|-?\d+)\)\]/;

/**
 * Finds values: `.a.b`, `['a','b']`, `[0]`, `[*]`, `[?(@.type=='Ready')]`. What is missing is left out. Throws `TypeError` for
 * any other path.
 */
export function jsonPath(path: string): (value: JsonValue) => JsonValue[] {
  const steps: Step[] = [];
  let rest = path;
  while (rest !== "") {
    const [matched, step] = nextStep(rest) ?? [];
    if (matched === undefined || step === undefined) {
      throw new TypeError(`Cannot read a JSON path: ${path}`);
    }
    steps.push(step);
    rest = rest.slice(matched.length);
  }
  return (value) => steps.reduce<JsonValue[]>((values, step) => step(values), [value]);
}

function nextStep(path: string): [matched: string, step: Step] | undefined {
  const member = MEMBER.exec(path);
  if (member !== null) return [member[0], members([member[1] ?? ""])];
  const index = INDEX.exec(path);
  if (index !== null) return [index[0], items(index[1] ?? "")];
  const names = NAMES.exec(path);
  if (names !== null) {
    return [names[0], members((names[1] ?? "").split(/\s*,\s*/).map((one) => one.slice(1, -1)))];
  }
  const filter = FILTER.exec(path);
  if (filter === null) return undefined;
  const find = jsonPath(filter[1] ?? "");
  const wanted: JsonValue = JSON.parse((filter[2] ?? "").replace(/^'(.*)'$/s, '"$1"'));
  const matches = (item: JsonValue) => find(item).some((value) => dequal(value, wanted));
  return [
    filter[0],
    (values) => values.flatMap((value) => Array.isArray(value) ? value.filter(matches) : []),
  ];
}

function members(names: readonly string[]): Step {
  return (values) =>
    values.filter(isObject).flatMap((value) =>
      names.flatMap((name) => {
        if (name === "*") return Object.values(value);
        const member = Object.hasOwn(value, name) ? value[name] : undefined;
        return member === undefined ? [] : [member];
      })
    );
}

function items(index: string): Step {
  return (values) =>
    values.flatMap((value) => {
      if (!Array.isArray(value)) return [];
      if (index === "*") return value;
      const item = value.at(Number(index));
      return item === undefined ? [] : [item];
    });
}
