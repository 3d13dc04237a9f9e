import { octets } from "../../wire/reader.ts";
import type { OptionDefinition } from "../definition.ts";
import { isInteger } from "../formats/integer.ts";

/** RFC 4578 section 2.1: what a client can boot, numbers of the IANA registry (rule 90). */
export const clientArchitecture: OptionDefinition<93, readonly number[]> = {
  code: 93,
  name: "client system architecture",
  format: {
    wanted: "one or more numbers from 0 to 65535",
    accepts(value): value is readonly number[] {
      return Array.isArray(value) && value.length > 0 &&
        value.every((each) => isInteger(each, 0, 0xffff));
    },
    decode(reader) {
      const length = reader.remaining;
      if (length === 0 || length % 2 !== 0) reader.fail("a multiple of 2 octets", octets(length));
      const list: number[] = [];
      while (reader.remaining > 0) list.push(reader.u16());
      return list;
    },
    encode(writer, value) {
      value.forEach((each) => writer.u16(each));
    },
  },
};
