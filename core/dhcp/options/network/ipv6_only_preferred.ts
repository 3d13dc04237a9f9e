import type { OptionDefinition } from "../definition.ts";
import { unsigned } from "../formats/integer.ts";
import { integerOf } from "../pool_source.ts";

/** Seconds at least (RFC 8925 section 3.4, MIN_V6ONLY_WAIT). */
const LEAST = 300;

/** RFC 8925: seconds for which a client that can do without IPv4 does without it (rule 92). */
export const ipv6OnlyPreferred: OptionDefinition<108, number> = {
  code: 108,
  name: "IPv6-only preferred",
  format: unsigned(4),
  fromPool: (pool) => integerOf(pool, "ipv6OnlyPreferred", { least: LEAST, most: 0xffffffff }),
  askedFor: true,
};
