import { type PoolSource, readAddress, valueOf } from "../options/pool_source.ts";
import { spelledOptions } from "../options/spelled_options.ts";
import { DHCP_OPTIONS } from "../options/table.ts";
import type { OptionDefinition } from "../options/definition.ts";
import { mostSeconds } from "./lease_choice.ts";

/** Reports what of a pool cannot be told, and encodes nothing. */
export function checkOptions(pool: PoolSource): void {
  for (const option of DHCP_OPTIONS as readonly OptionDefinition[]) option.fromPool?.(pool);
  spelledOptions(pool);
  valueOf(pool, "nextServer", readAddress);
  if (pool.config.honourRequestedLeaseTime === true) mostSeconds(pool);
}
