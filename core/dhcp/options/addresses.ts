import { octets } from "../reader.ts";
import { isInteger, type OptionFamily } from "./family.ts";

/**
 * One or more IPv4 addresses, the preferred one first: 3 routers (RFC 2132 section 3.5), 6 name servers (3.8),
 * 42 NTP servers (8.3).
 */
export const addressesFamily: OptionFamily<readonly number[]> = {
  wanted: "one or more IPv4 addresses as unsigned 32-bit numbers",
  accepts(value): value is readonly number[] {
    return Array.isArray(value) && value.length > 0 &&
      value.every((address) => isInteger(address, 0, 0xffffffff));
  },
  decode(reader) {
    const length = reader.remaining;
    if (length === 0 || length % 4 !== 0) reader.fail("a multiple of 4 octets", octets(length));
    const addresses: number[] = [];
    while (reader.remaining > 0) addresses.push(reader.u32());
    return addresses;
  },
  encode(writer, value) {
    value.forEach((address) => writer.u32(address));
  },
};
