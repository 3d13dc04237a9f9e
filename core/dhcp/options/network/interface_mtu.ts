import type { OptionDefinition } from "../definition.ts";
import { unsigned } from "../formats/integer.ts";
import { integerOf } from "../pool_source.ts";

/** RFC 2132 section 5.1: octets of an IP datagram that the network carries (rule 86). */
export const interfaceMtu: OptionDefinition<26, number> = {
  code: 26,
  name: "interface MTU",
  format: unsigned(2),
  fromPool: (pool) => integerOf(pool, "mtu", { least: 68, most: 65_535 }),
};
