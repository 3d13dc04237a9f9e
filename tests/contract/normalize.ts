/**
 * Makes what two servers answered comparable: identifiers, times and counters become their order of appearance.
 *
 * @module
 */
import type { JsonValue } from "../../kube/rest_client.ts";
import { isObject, type JsonObject, put } from "../../standalone/api/json.ts";

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| \+0000 UTC)/g;
const TIME_KEYS = /^(?:creationTimestamp|deletionTimestamp|time|lastTransitionTime)$/;

/** A transcript without what differs from run to run. */
export function normalize(transcript: JsonValue): JsonValue {
  const versions = [...new Set(versionsOf(transcript))].sort((a, b) => a - b);
  const uids = new Map<string, string>();
  return replace(transcript, { versions, uids }, "");
}

interface Names {
  readonly versions: readonly number[];
  readonly uids: Map<string, string>;
}

/** resourceVersions of objects. Those of lists and bookmarks also count what else is written, so they do not count. */
function versionsOf(value: JsonValue): number[] {
  if (Array.isArray(value)) return value.flatMap(versionsOf);
  if (!isObject(value)) return [];
  const { metadata } = value;
  const own = isObject(metadata) && typeof metadata.resourceVersion === "string" && hasUid(metadata)
    ? [Number(metadata.resourceVersion)]
    : [];
  return [...own, ...Object.values(value).flatMap(versionsOf)];
}

function hasUid(metadata: JsonObject): boolean {
  return typeof metadata.uid === "string";
}

function replace(value: JsonValue, names: Names, key: string): JsonValue {
  if (typeof value === "string") return replaceText(value, names, key);
  if (Array.isArray(value)) return value.map((item) => replace(item, names, key));
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (member === undefined) continue;
    // The embedded API keeps no managers of fields.
    if (name === "managedFields") continue;
    if (name === "resourceVersion") put(copy, name, version(value, names));
    else put(copy, name, replace(member, names, name));
  }
  return sortCauses(copy);
}

function version(metadata: JsonObject, { versions }: Names): JsonValue {
  const text = metadata.resourceVersion;
  if (typeof text !== "string" || !/^\d+$/.test(text)) return text ?? null;
  return hasUid(metadata) ? `version ${versions.indexOf(Number(text)) + 1}` : "a version";
}

/** Text without identifiers, times and counters. */
export function replaceText(text: string, names: { uids: Map<string, string> }, key = ""): string {
  if (TIME_KEYS.test(key)) return text === "" ? "" : "a time";
  if (key === "continue") return text === "" ? "" : "a token";
  return text
    .replaceAll(UUID, (uid) => {
      const name = names.uids.get(uid) ?? `uid ${names.uids.size + 1}`;
      names.uids.set(uid, name);
      return name;
    })
    .replaceAll(TIME, "a time")
    .replaceAll(/(resource ?version:?) \d+(?: \(\d+\)|, current: \d+)?/gi, "$1 N")
    .replaceAll(
      /ResourceVersion in (the precondition|record) \(\d+\)/g,
      "ResourceVersion in $1 (N)",
    )
    .replaceAll(/(\\*"resourceVersion\\*":\\*")\d+/g, "$1N")
    .replaceAll(/\\*"managedFields\\*":\[\{.*?\}\],/g, "")
    // Nor does it know server-side apply.
    .replaceAll(", application/apply-patch+yaml", "");
}

/** Several causes come in any order, some of them twice, and the message with them. */
function sortCauses(object: JsonObject): JsonObject {
  const { details } = object;
  if (!isObject(details) || !Array.isArray(details.causes)) return object;
  details.causes = [...new Map(details.causes.map((one) => [JSON.stringify(one), one])).values()];
  if (details.causes.length < 2) return object;
  details.causes.sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  const { message } = object;
  if (typeof message === "string") {
    object.message = message.replace(
      /: \[(.*)\]$/s,
      (_, list: string) => `: ${list.split(", ").sort().join(", ")}`,
    );
  }
  return object;
}
