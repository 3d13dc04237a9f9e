import type { OptionDefinition } from "../definition.ts";
import { domainNameOf } from "../formats/name.ts";
import { readDomain, valuesOf } from "../pool_source.ts";

/** RFC 2132 section 3.17. */
export const domainName: OptionDefinition<15, string> = {
  code: 15,
  name: "domain name",
  format: domainNameOf(),
  fromPool: (pool) => valuesOf(pool, "domainName", readDomain)?.[0],
};
