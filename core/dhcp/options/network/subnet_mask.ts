import type { OptionDefinition } from "../definition.ts";
import { address } from "../formats/address.ts";

/** RFC 2132 section 3.3. */
export const subnetMask: OptionDefinition<1, number> = {
  code: 1,
  name: "subnet mask",
  format: address,
  fromPool: ({ cidr }) => cidr.mask,
  always: true,
};
