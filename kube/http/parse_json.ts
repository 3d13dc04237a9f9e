/**
 * Reads JSON that must not be told of.
 *
 * @module
 */
import type { JsonValue } from "../rest_client.ts";

/** The value of a JSON text. What is wrong with it is told without a word of it: it may be of a Secret. */
export function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    throw new SyntaxError(`the answer is no JSON: ${text.length} characters`);
  }
}
