/**
 * In which form a client wants its answer: the objects themselves, or a table of them.
 *
 * @module
 */
import { type Answer, answerValue, type ApiRequest, mapped } from "../http/exchange.ts";
import { badRequest, notAcceptable } from "../http/status_error.ts";
import { isObject, type JsonObject, listAt, metadataOf } from "../json.ts";
import type { Kind } from "../kinds/kind.ts";
import { INCLUDED, tableOf, type TableOptions } from "./table.ts";
import type { WatchFrame } from "./watch.ts";

const JSON_TYPES: readonly string[] = ["application/json", "application/*", "*/*", ""];

/** Whether an `Accept` header wants a table; the first form that can be had counts. Throws a 406 where none can. */
export function wantsTable(accept: string): boolean {
  for (const part of accept.split(",")) {
    const [type = "", ...parameters] = part.split(";").map((text) => text.trim());
    if (!JSON_TYPES.includes(type)) continue;
    if (!parameters.some((one) => one.startsWith("as="))) return false;
    if (["as=Table", "g=meta.k8s.io", "v=v1"].every((one) => parameters.includes(one))) return true;
  }
  throw notAcceptable(["application/json"]);
}

/** An answer about objects as a table. */
export function asTable(
  answer: Answer,
  { kind, query, now }: {
    readonly kind: Kind;
    readonly query: ApiRequest["query"];
    readonly now: () => number;
  },
): Answer {
  const text = query.get("includeObject") || "Metadata";
  const include = INCLUDED.find((one) => one === text);
  if (include === undefined) {
    throw badRequest(`unrecognized includeObject value: ${JSON.stringify(text)}`);
  }
  const options = { include, now };
  const { events } = answer;
  if (events !== undefined) {
    const row = rowOf(kind, options);
    return {
      ...answer,
      events: (made) => mapped(events((frame) => frame), (frame) => made(row(frame))),
    };
  }
  const value = answerValue(answer);
  if (!isObject(value) || value.kind === "Status") return answer;
  const { json: _json, ...rest } = answer;
  const isList = value.kind === `${kind.name}List`;
  const objects = isList ? listAt(value, "items").filter(isObject) : [value];
  return { ...rest, body: tableOf(kind, objects, { ...options, head: metadataOf(value) }) };
}

/** An event with a table of one row; the columns come with the first. */
function rowOf(kind: Kind, options: TableOptions): (frame: WatchFrame) => WatchFrame {
  let withColumns = true;
  return (frame) => {
    if (frame.type === "ERROR") return frame;
    const value = JSON.parse(frame.object) as JsonObject;
    const table = tableOf(kind, [value], { ...options, head: metadataOf(value), withColumns });
    withColumns = false;
    return { type: frame.type, object: JSON.stringify(table) };
  };
}
