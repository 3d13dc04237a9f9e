import type { IPv4Config } from "../api/types.ts";

/** The longest lease (ms) that a freed address is kept for. */
const LONGEST_LEASE_MS = 3_600_000;
/**
 * How long (ms) an agent that has not heard that an address was freed may go on renewing its lease: a watch that died without a word is
 * noticed after 75 s, a list may take 30 s, and is asked for again after 5 s.
 */
const UNHEARD_MS = 120_000;

/**
 * How long (ms) a freed address is kept for the MAC address that had it: until a lease is over that an agent renewed which had not heard
 * of it yet. A lease longer than an hour counts as one of an hour.
 *
 * @param ownLeaseTime The lease time that the client is told in place of its pool's, in seconds. Where it is the shorter one, the client may
 * have a lease of its pool's from before it was told so.
 */
export function releasedHoldMs(
  config: Partial<IPv4Config> | undefined,
  ownLeaseTime: unknown = config?.leaseTime,
): number {
  const { leaseTime, maxLeaseTime = leaseTime, honourRequestedLeaseTime } = config ?? {};
  const asked = honourRequestedLeaseTime === true ? leaseMs(maxLeaseTime) : 0;
  const longest = Math.max(leaseMs(leaseTime), leaseMs(ownLeaseTime), asked);
  return Math.min(longest, LONGEST_LEASE_MS) + UNHEARD_MS;
}

function leaseMs(seconds: unknown): number {
  return typeof seconds === "number" && seconds > 0 ? seconds * 1000 : Infinity;
}
