import type { OptionFormat } from "./format.ts";

/**
 * Text, one octet per character. NULs at its end are dropped when it is read and refused when it is written (RFC 2132
 * section 2).
 */
export const text: OptionFormat<string> = {
  wanted: "one or more characters from U+0000 to U+00FF, the last not NUL",
  accepts(value): value is string {
    // deno-lint-ignore no-control-regex
    return typeof value === "string" && /^[\0-\xff]*[\x01-\xff]$/.test(value);
  },
  decode(reader) {
    if (reader.remaining === 0) reader.fail("at least 1 octet", "0 octets");
    return reader.text(reader.remaining);
  },
  encode(writer, value) {
    writer.text(value);
  },
};
