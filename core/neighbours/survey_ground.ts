import { Mark } from "../api/names.ts";
import type { IPv4Status } from "../api/types.ts";
import type { PoolNetwork } from "../ipam/pool/pool_network.ts";
import { type AddressRange, rangeContains } from "../net/mod.ts";
import { AddressSet } from "../record/address_set.ts";
import { NONE, readEntries } from "../record/entries.ts";
import { readHolds } from "../record/holds.ts";

/** What a {@linkcode Survey} goes through. Addresses are unsigned 32-bit numbers, MAC addresses 48-bit ones. */
export interface SurveyGround {
  readonly range: AddressRange;
  /** Addresses that the pool's spec keeps from everybody. */
  readonly kept: ReadonlySet<number>;
  /** Addresses that somebody has by the record, or nobody is given. Not those in conflict: they are looked at, too. */
  readonly taken: AddressSet;
  /** Freed addresses, and who may still use them. */
  readonly released: ReadonlyMap<number, number>;
  /** Addresses of the range that the record has in conflict. */
  readonly conflicts: ReadonlySet<number>;
}

/** The free part of a pool's range. */
export function surveyGround(
  { range, reserved, excluded }: Pick<PoolNetwork, "range" | "reserved" | "excluded">,
  { allocated, released }: Pick<IPv4Status, "allocated" | "released">,
): SurveyGround {
  const taken = new AddressSet();
  const conflicts = new Set<number>();
  const kept = new Set([...reserved, ...excluded].filter((address) => address !== NONE));
  for (const address of kept) taken.add(address);
  for (const { address, mark } of readEntries(allocated)) {
    if (address === NONE) continue;
    if (mark !== Mark.CONFLICT) taken.add(address);
    else if (rangeContains(range, address)) conflicts.add(address);
  }
  const owners = readHolds(released).filter(({ address }) => address !== NONE);
  return {
    range,
    kept,
    taken,
    released: new Map(owners.map(({ address, mac }) => [address, mac])),
    conflicts,
  };
}
