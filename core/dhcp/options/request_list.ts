import { isInteger, type OptionFamily } from "./family.ts";

/** Option codes, the most wanted first: 55 parameter request list (RFC 2132 section 9.8). */
export const requestListFamily: OptionFamily<readonly number[]> = {
  wanted: "one or more option codes",
  accepts(value): value is readonly number[] {
    return Array.isArray(value) && value.length > 0 &&
      value.every((code) => isInteger(code, 0, 255));
  },
  decode(reader) {
    if (reader.remaining === 0) reader.fail("at least 1 octet", "0 octets");
    return [...reader.rest()];
  },
  encode(writer, value) {
    writer.octets(value);
  },
};
