import type { OptionDefinition } from "../definition.ts";
import { addresses } from "../formats/address.ts";
import { readAddress, valuesOf } from "../pool_source.ts";

/** RFC 2132 section 3.8. */
export const nameServers: OptionDefinition<6, readonly number[]> = {
  code: 6,
  name: "domain name servers",
  format: addresses,
  fromPool: (pool) => valuesOf(pool, "dns", readAddress),
};
