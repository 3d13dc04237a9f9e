import type { OptionFormat } from "./format.ts";
import { text } from "./text.ts";

/** Characters of a domain name at most (RFC 1035 section 2.3.4). */
const LONGEST = 253;

/**
 * Whether a text is a label of a domain name: 1 to 63 letters, digits, dashes and underscores, no dash at either end
 * (RFC 1035 section 2.3.1, RFC 1123 section 2.1).
 */
export function isLabel(label: string): boolean {
  return /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label);
}

/** Whether a text is a domain name of at most `most` characters: labels separated by dots, none at the end. */
export function isDomainName(name: string, most: number = LONGEST): boolean {
  return name.length <= most && name.split(".").every(isLabel);
}

/** A domain name of at most `most` octets. What a peer sends is read as it is: hosts name themselves freely. */
export function domainNameOf(most: number = LONGEST): OptionFormat<string> {
  return {
    ...text,
    wanted: `a domain name of at most ${most} characters`,
    accepts(value): value is string {
      return typeof value === "string" && isDomainName(value, most);
    },
  };
}
