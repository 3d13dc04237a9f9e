import type { OptionDefinition } from "../definition.ts";
import { address } from "../formats/address.ts";

/** RFC 2132 section 9.7: the address that names the server, in both directions. */
export const serverIdentifier: OptionDefinition<54, number> = {
  code: 54,
  name: "server identifier",
  format: address,
  fromPool: ({ server }) => server,
  always: true,
  only: "dhcp",
};
