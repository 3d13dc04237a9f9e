import type { OptionDefinition } from "../definition.ts";
import { unsigned } from "../formats/integer.ts";

/** RFC 2132 section 9.10: octets of an IP datagram that a client takes (rules 66, 67). */
export const maximumMessageSize: OptionDefinition<57, number> = {
  code: 57,
  name: "maximum DHCP message size",
  format: unsigned(2),
};
