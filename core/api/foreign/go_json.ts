/**
 * JSON as Go's `encoding/json` reads it into a struct: field names in any case, and every spelling of a name read in turn.
 *
 * @module
 */

/** Levels of lists and objects. Go reads ten times as many, no network needs a hundredth. */
const MAX_DEPTH = 1000;
/** A string, with the colon that makes it a key; or what begins or ends a level. */
const TOKEN = /"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?|[[\]{}]/g;

/** An object with all that is written in it, in that order: a key may be there many times. */
export class GoObject {
  constructor(readonly entries: readonly (readonly [key: string, value: unknown])[]) {}

  /** The values that Go reads into the field of a name, in their order: those of every spelling; null is none. */
  values(name: string): unknown[] {
    const folded = folding(name);
    return this.entries.filter(([key, value]) => value !== null && folding(key) === folded)
      .map(([, value]) => value);
  }

  /** The value that a field of Go's has in the end. */
  value(name: string): unknown {
    return this.values(name).at(-1);
  }
}

/**
 * Reads a text as JSON, with each object as a {@linkcode GoObject}.
 *
 * @throws {Error} when it is no JSON, has more than 1,000 levels, or a number that Go's 64 bits do not hold.
 */
export function readGoJson(text: string): unknown {
  JSON.parse(text); // Its errors speak of the text as it is written.
  let depth = 0;
  let count = 0;
  // A number before each key keeps those that are written again.
  const numbered = text.replace(TOKEN, (token: string, key?: string, colon?: string) => {
    if (token === "{" || token === "[") depth++;
    if (token === "}" || token === "]") depth--;
    if (depth > MAX_DEPTH) throw new Error(`it has more than ${MAX_DEPTH} levels`);
    return colon === undefined ? token : `"${count++} ${key}"${colon}`;
  });
  return withEntries(JSON.parse(numbered));
}

function withEntries(value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new Error("a number is too large");
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withEntries);
  return new GoObject(
    Object.entries(value).map(([key, member]) =>
      [key.slice(key.indexOf(" ") + 1), withEntries(member)] as const
    ),
  );
}

/** What keys have in common that Go takes for one name: case, and the long s; the Kelvin sign is a `K` in JavaScript, too. */
function folding(key: string): string {
  return key.toLowerCase().replaceAll("\u017f", "s");
}
