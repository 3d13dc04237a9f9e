import { octets } from "../../wire/reader.ts";
import type { OptionFormat } from "./format.ts";
import { isInteger, unsigned } from "./integer.ts";

/** One IPv4 address as an unsigned 32-bit number. */
export const address: OptionFormat<number> = {
  ...unsigned(4),
  wanted: "an IPv4 address as an unsigned 32-bit number",
};

/** One or more IPv4 addresses, the preferred one first. */
export const addresses: OptionFormat<readonly number[]> = {
  wanted: "one or more IPv4 addresses as unsigned 32-bit numbers",
  accepts(value): value is readonly number[] {
    return Array.isArray(value) && value.length > 0 &&
      value.every((each) => isInteger(each, 0, 0xffffffff));
  },
  decode(reader) {
    const length = reader.remaining;
    if (length === 0 || length % 4 !== 0) reader.fail("a multiple of 4 octets", octets(length));
    const list: number[] = [];
    while (reader.remaining > 0) list.push(reader.u32());
    return list;
  },
  encode(writer, value) {
    value.forEach((each) => writer.u32(each));
  },
};
