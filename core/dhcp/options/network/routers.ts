import type { OptionDefinition } from "../definition.ts";
import { addresses } from "../formats/address.ts";
import { type PoolSource, readAddress, valuesOf } from "../pool_source.ts";

/** RFC 2132 section 3.5. */
export const routers: OptionDefinition<3, readonly number[]> = {
  code: 3,
  name: "routers",
  format: addresses,
  fromPool: (pool) => valuesOf(pool, "router", readAddress),
};

/** The routers of a pool, for options that repeat them; what is wrong with them option 3 tells. */
export function routersOf(pool: PoolSource): readonly number[] {
  return routers.fromPool?.({ ...pool, report: () => {} }) ?? [];
}
