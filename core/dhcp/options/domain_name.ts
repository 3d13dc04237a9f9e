import type { OptionFamily } from "./family.ts";

/**
 * Whether a text is a label of a domain name: 1 to 63 letters, digits, dashes and underscores, no dash at either end
 * (RFC 1035 section 2.3.1, RFC 1123 section 2.1).
 */
export function isLabel(text: string): boolean {
  return /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(text);
}

/** Whether a text is a domain name of at most `most` characters: labels separated by dots, none at the end. */
export function isDomainName(text: string, most: number = 253): boolean {
  return text.length <= most && text.split(".").every(isLabel);
}

/** A family of names of at most `most` octets. What a peer sends is read as it is: hosts name themselves freely. */
function nameFamily(most: number): OptionFamily<string> {
  return {
    wanted: `a domain name of at most ${most} characters`,
    accepts(value): value is string {
      return typeof value === "string" && isDomainName(value, most);
    },
    decode(reader) {
      if (reader.remaining === 0) reader.fail("at least 1 octet", "0 octets");
      return reader.text(reader.remaining);
    },
    encode(writer, value) {
      writer.text(value);
    },
  };
}

/** 12 host name (RFC 2132 section 3.14). */
export const hostNameFamily: OptionFamily<string> = nameFamily(63);
/** 15 domain name (RFC 2132 section 3.17). */
export const domainNameFamily: OptionFamily<string> = nameFamily(253);
