import { readIPv4, readMac } from "../net/mod.ts";
import { fromTimestamp } from "../api/timestamp.ts";
import type { PlanInput } from "./types.ts";

/** MAC address -> the addresses that it declined, and when (ms since the epoch) it last did so. */
export type Declined = ReadonlyMap<number, ReadonlyMap<number, number>>;

/** Reads what the agents report; what cannot be read says nothing, and what comes from the future is of now. */
export function declinedBy({ declined = [], now }: PlanInput): Declined {
  const found = new Map<number, Map<number, number>>();
  for (const report of declined) {
    const mac = readMac(report.macAddress);
    const address = readIPv4(report.address);
    const at = fromTimestamp(report.at);
    if (mac < 0 || address < 0 || at === undefined) continue;
    const addresses = found.get(mac) ?? new Map<number, number>();
    found.set(mac, addresses);
    addresses.set(address, Math.max(addresses.get(address) ?? -Infinity, Math.min(at, now)));
  }
  return found;
}
