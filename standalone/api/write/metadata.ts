/**
 * The metadata that the API itself writes: uid, times, generation, generated names.
 *
 * @module
 */
import { dequal } from "dequal";
import type { Random } from "../../../runtime/clock.ts";
import type { ApiContext } from "../context.ts";
import { type JsonObject, listAt, metadataOf, objectAt } from "../json.ts";
import type { Kind } from "../kinds/kind.ts";

/** Now, as `metav1.Time`: RFC 3339 to the second, UTC. */
export function timestamp(context: ApiContext): string {
  return new Date(context.clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
}

/** The metadata that every new object is given. */
export function newMetadata(context: ApiContext): JsonObject {
  return { uid: randomUid(context.random), creationTimestamp: timestamp(context) };
}

/** A random (version 4) UUID. */
function randomUid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16));
  digits[12] = 4;
  digits[16] = 8 + ((digits[16] ?? 0) & 3);
  const hex = digits.map((digit) => digit.toString(16)).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)]
    .join("-");
}

const SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789";
const SUFFIX_LENGTH = 5;
const LONGEST_GENERATED = 63;

/** A name from `generateName`: at most 58 characters of it and five random ones without vowels. */
export function generateName(base: string, random: Random): string {
  let name = base.slice(0, LONGEST_GENERATED - SUFFIX_LENGTH);
  for (let i = 0; i < SUFFIX_LENGTH; i++) {
    name += SUFFIX_LETTERS[Math.floor(random() * SUFFIX_LETTERS.length)];
  }
  return name;
}

/** Whether an object changed in what `generation` counts: everything but metadata and status. */
export function specChanged(kind: Kind, before: JsonObject, after: JsonObject): boolean {
  const counted = (object: JsonObject) => {
    const { metadata: _metadata, status, ...rest } = object;
    return kind.statusSubresource ? rest : { ...rest, status: status ?? null };
  };
  return kind.custom && !dequal(counted(before), counted(after));
}

const KEPT_BY_SERVER = [
  "name",
  "namespace",
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "generation",
] as const;

/** Puts back what a client cannot change. */
export function keepServerMetadata(before: JsonObject, after: JsonObject): void {
  const old = metadataOf(before);
  const metadata = metadataOf(after);
  for (const key of KEPT_BY_SERVER) {
    const value = old[key];
    if (value === undefined) delete metadata[key];
    else metadata[key] = value;
  }
}

/** Whether finalizers keep an object that is deleted: its own, or those of a namespace's spec. */
export function isHeld(object: JsonObject): boolean {
  const lists = [metadataOf(object), objectAt(object, "spec")];
  return lists.some((one) => listAt(one, "finalizers").length > 0);
}
