/**
 * Which NICs would have another address, or none for sure, after a restore that brings no status.
 *
 * @module
 */
import type { IPPool } from "../api/types.ts";
import { formatMac } from "../net/mod.ts";
import { readEntries } from "../record/entries.ts";
import { nicKey } from "../vmnetcfg/nics.ts";
import { notedNics } from "../vmnetcfg/noted_addresses.ts";
import { networkOfPool } from "../api/network.ts";
import type { World } from "./world.ts";

/** What a pool records, and what a restore without status would know of it. */
interface RestoreChange {
  readonly pool: IPPool;
  readonly recorded: number;
  /** Addresses of NICs of which no vmnetcfg notes that they had them. */
  readonly forgotten: readonly string[];
}

/** One for each pool that records somebody. */
export function restoreChanges(world: World): readonly RestoreChange[] {
  const noted = new Map<string, string>();
  for (const config of world.configs) {
    for (const [key, { address }] of notedNics(config)) {
      if (address !== undefined) noted.set(key, address);
    }
  }
  return world.pools.flatMap((pool) => {
    const network = networkOfPool(pool);
    const leases = readEntries(pool.status?.ipv4?.allocated).filter(({ mac }) => mac >= 0);
    if (network === undefined || leases.length === 0) return [];
    const forgotten = leases.filter(({ key, mac }) =>
      noted.get(nicKey(network, formatMac(mac))) !== key
    ).map(({ key }) => key);
    return [{ pool, recorded: leases.length, forgotten }];
  });
}
