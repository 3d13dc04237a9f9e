/**
 * JSON that anybody may have sent.
 *
 * @module
 */

/** Levels of lists and objects. No object of an API has so many, and whoever goes through one needs no deeper stack. */
const MOST_LEVELS = 500;

/** The value of a JSON text. Throws `SyntaxError` for what is none, and for what is nested too deeply. */
export function parseJsonBody(text: string): unknown {
  const value: unknown = JSON.parse(text);
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_LEVELS) throw new SyntaxError(`JSON has more than ${MOST_LEVELS} levels`);
    level = membersOf(level);
  }
  return value;
}

/** All members of these values that may have members themselves. */
function membersOf(values: readonly unknown[]): unknown[] {
  const members: unknown[] = [];
  for (const value of values) {
    if (typeof value !== "object" || value === null) continue;
    for (const member of Object.values(value)) {
      if (typeof member === "object" && member !== null) members.push(member);
    }
  }
  return members;
}
