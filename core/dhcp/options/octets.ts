import type { OptionFamily } from "./family.ts";

/** Octets as they are: 61 client identifier (RFC 2132 section 9.14), and every option that has no other family. */
export const octetsFamily: OptionFamily<Uint8Array> = {
  wanted: "octets",
  accepts(value): value is Uint8Array {
    return value instanceof Uint8Array;
  },
  decode(reader) {
    return reader.rest();
  },
  encode(writer, value) {
    writer.octets(value);
  },
};
