import type { OptionDefinition } from "../definition.ts";
import { isInteger } from "../formats/integer.ts";

/** RFC 2132 section 9.8: codes of the options that a client asks for, the most wanted first. */
export const parameterRequestList: OptionDefinition<55, readonly number[]> = {
  code: 55,
  name: "parameter request list",
  format: {
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
  },
};
