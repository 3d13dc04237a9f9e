import type { OptionFormat } from "./format.ts";

/** Octets as they are, also those of every option that is not in the table. */
export const octets: OptionFormat<Uint8Array> = {
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
