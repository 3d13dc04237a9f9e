import { isInteger, type OptionFamily } from "./family.ts";

/** One octet: 53 message type (RFC 2132 section 9.6). */
export const u8Family: OptionFamily<number> = {
  wanted: "a whole number from 0 to 255",
  accepts(value): value is number {
    return isInteger(value, 0, 0xff);
  },
  decode(reader) {
    reader.expect(1);
    return reader.u8();
  },
  encode(writer, value) {
    writer.u8(value);
  },
};

/** Two octets: 57 maximum message size (RFC 2132 section 9.10). */
export const u16Family: OptionFamily<number> = {
  wanted: "a whole number from 0 to 65535",
  accepts(value): value is number {
    return isInteger(value, 0, 0xffff);
  },
  decode(reader) {
    reader.expect(2);
    return reader.u16();
  },
  encode(writer, value) {
    writer.u16(value);
  },
};

/** Four octets: 51 lease time, 58 and 59 renewal and rebinding time, in seconds (RFC 2132 sections 9.2, 9.11, 9.12). */
export const u32Family: OptionFamily<number> = {
  wanted: "a whole number from 0 to 4294967295",
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
