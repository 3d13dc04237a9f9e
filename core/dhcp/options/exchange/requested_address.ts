import type { OptionDefinition } from "../definition.ts";
import { address } from "../formats/address.ts";

/** RFC 2132 section 9.1: the address that a client would like to have, or declines. */
export const requestedAddress: OptionDefinition<50, number> = {
  code: 50,
  name: "requested IP address",
  format: address,
};
