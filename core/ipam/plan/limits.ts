import type { PlanLimits } from "../types.ts";

/**
 * Limits that keep an IPPool below etcd's 1.5 MiB: an entry takes about 40 bytes, and a request is at most that big.
 */
export const DEFAULT_LIMITS: PlanLimits = {
  warnEntries: 25_000,
  maxEntries: 30_000,
  clientBytes: 384 * 1024,
};

/** How many octets of JSON a whole record may take: four fifths of the 1.5 MiB that etcd takes, the rest is for what is beside it. */
export const RECORD_BYTES = 1.2 * 1024 * 1024;

/** What an address, a freed one and one in conflict take of the record at most, in octets of JSON. */
export const ENTRY_BYTES = {
  allocated: '"255.255.255.255":"52:54:00:00:00:01",'.length,
  released: '"255.255.255.255":{"macAddress":"52:54:00:00:00:01","until":"2026-01-01T00:00:00Z"},'
    .length,
  conflict: '"255.255.255.255":{"macAddress":"52:54:00:00:00:01","usedBy":"52:54:00:00:00:01",'
    .length + '"until":"2026-01-01T00:00:00Z"},'.length,
};

/** What one hold takes of the record's size, in entries. */
export const HOLD_ENTRIES = 2;

/**
 * How long (ms) a recorded address must have been seen without a claim before it is freed: the two sightings are at
 * least this far apart.
 */
export const ORPHAN_AGE_MS = 60_000;

/** How long (ms) an address that another machine uses is not given to anybody; a guest that declined it moves to another one. */
export const CONFLICT_HOLD_MS = 3_600_000;

/** How long (ms) a declined address rests that its owner asked for by name; then its owner gets it again. */
export const PINNED_CONFLICT_HOLD_MS = 600_000;

/**
 * How many declined addresses one MAC address may have at a time; then it keeps the one that it has, or it would empty the
 * pool.
 */
export const MAX_CONFLICTS_PER_MAC = 5;

/**
 * How many addresses that a MAC address left for others rest at a time; then it keeps the one that it has, or one VM that asks for
 * one address after another would fill the record, and keep all of them from who asks for them by name.
 */
export const MAX_LEFT_PER_MAC = 8;

/** How much fuller than for newcomers a record may become for who has an address already, and asks for another one. */
export const FULL_FOR_MOVERS = 1.1;

/**
 * How long (ms) after its creation a restored claim waits for an address that was another's before: by then the other one is
 * restored, too, if it ever is.
 */
export const RESTORE_MS = 300_000;

/** Freed addresses are cleared from the record together, at full multiples of this (ms), to save writes. */
export const RELEASED_SWEEP_MS = 60_000;
