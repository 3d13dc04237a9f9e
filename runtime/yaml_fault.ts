/**
 * What is wrong with a YAML text, without a word of the text: it may hold a password.
 *
 * @module
 */

/** What the YAML library says of a fault, as far as it is needed. */
interface Fault {
  readonly code: string;
  readonly message: string;
}

/** Faults whose message quotes the text, and what is said instead. */
const WORDS: Readonly<Record<string, string>> = {
  BAD_ALIAS: "there is an alias that cannot be used",
  BAD_DIRECTIVE: "there is a directive that cannot be used",
  BAD_DQ_ESCAPE: "there is an escape sequence that cannot be read",
  BAD_SCALAR_START: "a plain value begins with a reserved character",
  DUPLICATE_KEY: "Map keys must be unique",
  IMPOSSIBLE: "it cannot be read",
  TAG_RESOLVE_FAILED: "there is a tag that cannot be used",
  UNEXPECTED_TOKEN: "something stands where it cannot",
};

/** Messages that are known to be the same for every text. */
const CONSTANT: ReadonlySet<string> = new Set([
  "BAD_INDENT",
  "BAD_PROP_ORDER",
  "BLOCK_AS_IMPLICIT_KEY",
  "BLOCK_IN_FLOW",
  "KEY_OVER_1024_CHARS",
  "MISSING_CHAR",
  "MULTILINE_IMPLICIT_KEY",
  "MULTIPLE_ANCHORS",
  "MULTIPLE_DOCS",
  "MULTIPLE_TAGS",
  "NON_STRING_KEY",
  "TAB_AS_INDENT",
]);

/** The fault in words. The place is not in it: parse with `prettyErrors: false`. */
export function yamlFault({ code, message }: Fault): string {
  return CONSTANT.has(code) ? message : WORDS[code] ?? `it cannot be read (${code})`;
}

/** What makes a text without a fault no value, in words: aliases without an anchor, or too many of them. */
export function aliasFault(error: unknown): string {
  const isTooMany = error instanceof Error && error.message.startsWith("Excessive alias count");
  return isTooMany ? error.message : "there is an alias without an anchor";
}
