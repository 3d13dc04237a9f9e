/**
 * The metadata that the API itself writes: uid, times, generation, generated names.
 *
 * @module
 */
import type { Random } from "../../runtime/clock.ts";
import type { ApiContext } from "./api_context.ts";
import { equal, type JsonObject, objectAt } from "./json.ts";
import type { ResourceType } from "./resource_type.ts";

/** The metadata of an object that has some. */
export function metadataOf(object: JsonObject): JsonObject {
  return objectAt(object, "metadata");
}

/** Now, as `metav1.Time`: RFC 3339 to the second, UTC. */
export function timestamp(context: ApiContext): string {
  return new Date(context.clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
}

/** A random (version 4) UUID. */
export function randomUid(random: Random): string {
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
export function specChanged(type: ResourceType, before: JsonObject, after: JsonObject): boolean {
  if (!type.generation) return false;
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  keys.delete("metadata");
  if (type.statusSubresource) keys.delete("status");
  for (const key of keys) if (!equal(before[key], after[key])) return true;
  return false;
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
  delete metadata.selfLink;
}
