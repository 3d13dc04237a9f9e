/**
 * What a thrown value says.
 *
 * @module
 */

/** The message of an error, or the text of whatever else was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
