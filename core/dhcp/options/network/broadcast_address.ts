import type { OptionDefinition } from "../definition.ts";
import { address } from "../formats/address.ts";
import { readAddress, valueOf } from "../pool_source.ts";

/** RFC 2132 section 5.3. A subnet of two addresses or one has none (RFC 3021), unless the pool says so. */
export const broadcastAddress: OptionDefinition<28, number> = {
  code: 28,
  name: "broadcast address",
  format: address,
  fromPool: (pool) =>
    valueOf(pool, "broadcast", readAddress) ??
      (pool.cidr.prefix < 31 ? pool.cidr.broadcast : undefined),
};
