import { isInteger, type OptionFamily } from "./family.ts";

/**
 * One IPv4 address as an unsigned 32-bit number: 1 subnet mask (RFC 2132 section 3.3), 28 broadcast address (5.3),
 * 50 requested address (9.1), 54 server identifier (9.7).
 */
export const addressFamily: OptionFamily<number> = {
  wanted: "an IPv4 address as an unsigned 32-bit number",
  accepts(value): value is number {
    return isInteger(value, 0, 0xffffffff);
  },
  decode(reader) {
    reader.expect(4);
    return reader.u32();
  },
  encode(writer, value) {
    writer.u32(value);
  },
};
