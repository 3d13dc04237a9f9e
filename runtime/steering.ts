/**
 * Text that others wrote, on the terminal of who reads it.
 *
 * @module
 */

/** What steers a terminal, or turns text round, and JSON leaves as it is: C1 controls, and what Unicode has for right-to-left text. */
const STEERING = /[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** JSON, with what would steer a terminal escaped: it stands in strings alone. */
export function withoutSteering(json: string): string {
  return json.replace(
    STEERING,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Whether a text has something that would steer a terminal. */
export function isSteering(text: string): boolean {
  return text.search(STEERING) >= 0;
}
