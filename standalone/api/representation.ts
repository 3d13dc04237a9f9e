/**
 * In which form a client wants its answer: JSON or YAML, whole objects, tables or metadata alone.
 *
 * @module
 */
import { stringify } from "yaml";
import { type Answer, type ApiRequest, jsonValue } from "./answer.ts";
import { isObject, type JsonObject, listAt } from "./json.ts";
import { metadataOf } from "./metadata.ts";
import type { ResourceType } from "./resource_type.ts";
import { badRequest, notAcceptable } from "./status_error.ts";
import { type IncludedObject, partialMetadata, tableOf } from "./table.ts";
import type { WatchFrame } from "./watch.ts";

/** The form of an answer. */
export interface Form {
  readonly yaml: boolean;
  /** `Table`, `PartialObjectMetadata`, `PartialObjectMetadataList`, or none: whole objects. */
  readonly as: string;
}

const OFFERED = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
const FORMS: ReadonlySet<string> = new Set([
  "Table",
  "PartialObjectMetadata",
  "PartialObjectMetadataList",
]);

/** Reads an `Accept` header. Throws a 406 where nothing that it names can be had. */
export function formOf(accept: string): Form {
  for (const part of accept.split(",")) {
    const [type = "", ...parameters] = part.split(";").map((text) => text.trim());
    const values = new Map(
      parameters.map((text) => text.split("=")).map(([k = "", v = ""]) => [k, v]),
    );
    const as = values.get("as") ?? "";
    if (
      as !== "" && (!FORMS.has(as) || values.get("g") !== "meta.k8s.io" || values.get("v") !== "v1")
    ) {
      continue;
    }
    if (["application/json", "application/*", "*/*", ""].includes(type)) return { yaml: false, as };
    if (type === "application/yaml" || type === "application/x-yaml") return { yaml: true, as };
  }
  throw notAcceptable(OFFERED);
}

/** An answer about objects in the wanted form. */
export function represent(
  answer: Answer,
  wanted: {
    readonly form: Form;
    readonly type: ResourceType;
    readonly request: ApiRequest;
    readonly now: () => number;
  },
): Answer {
  const { form } = wanted;
  const shaped = form.as === "" ? answer : reshape(answer, wanted);
  if (!form.yaml || shaped.events !== undefined) return shaped;
  const { body: _body, json: _json, ...rest } = shaped;
  return {
    ...rest,
    text: stringify(jsonValue(shaped)),
    headers: { ...shaped.headers, "content-type": "application/yaml" },
  };
}

type Wanted = Parameters<typeof represent>[1];

function reshape(answer: Answer, wanted: Wanted): Answer {
  if (answer.events !== undefined) {
    return { ...answer, events: reshapeEvents(answer.events, wanted) };
  }
  const value = jsonValue(answer);
  if (!isObject(value) || value.kind === "Status") return answer;
  const { json: _json, ...rest } = answer;
  return { ...rest, body: reshapeObject(value, wanted) };
}

function reshapeObject(value: JsonObject, wanted: Wanted): JsonObject {
  const { form, type } = wanted;
  const isList = Array.isArray(value.items) && value.kind === `${type.kind}List`;
  const objects = isList ? listAt(value, "items").filter(isObject) : [value];
  const { resourceVersion = "", continue: token, remainingItemCount } = metadataOf(value);
  const metadata = {
    resourceVersion,
    ...(token === undefined || token === "" ? {} : { continue: token }),
    ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
  };
  if (form.as === "Table") {
    return tableOf(type, objects, { metadata, include: includedIn(wanted), now: wanted.now() });
  }
  if (!isList) return partialMetadata(value);
  return {
    kind: "PartialObjectMetadataList",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    items: objects.map(partialMetadata),
  };
}

function includedIn({ request }: Wanted): IncludedObject {
  const text = request.query.get("includeObject") ?? "";
  if (text === "" || text === "Metadata") return "Metadata";
  if (text === "None" || text === "Object") return text;
  throw badRequest(`unrecognized includeObject value: ${JSON.stringify(text)}`);
}

/** Events with tables of one row; the head comes with the first. */
function reshapeEvents(
  events: ReadableStream<WatchFrame>,
  wanted: Wanted,
): ReadableStream<WatchFrame> {
  let withHead = true;
  return events.pipeThrough(
    new TransformStream<WatchFrame, WatchFrame>({
      transform({ type, object }, controller) {
        if (type === "ERROR") return controller.enqueue({ type, object });
        const value = JSON.parse(object) as JsonObject;
        if (wanted.form.as !== "Table") {
          return controller.enqueue({ type, object: JSON.stringify(partialMetadata(value)) });
        }
        const { resourceVersion = "" } = metadataOf(value);
        const table = tableOf(wanted.type, [value], {
          metadata: { resourceVersion },
          include: includedIn(wanted),
          now: wanted.now(),
          withHead,
        });
        withHead = false;
        controller.enqueue({ type, object: JSON.stringify(table) });
      },
    }),
  );
}
