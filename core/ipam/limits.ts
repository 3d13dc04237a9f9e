import type { PlanLimits } from "./types.ts";

/**
 * Limits that keep an IPPool below etcd's 1.5 MiB: an entry takes about 40 bytes, and a request is at most that big.
 */
export const DEFAULT_LIMITS: PlanLimits = { warnEntries: 25_000, maxEntries: 30_000 };

/** What one hold takes of the record's size, in entries. */
export const HOLD_ENTRIES = 2;

/**
 * How long (ms) a recorded address must have been seen without a claim before it is freed: the two sightings are at
 * least this far apart.
 */
export const ORPHAN_AGE_MS = 60_000;

/**
 * The longest (ms) that a freed address is kept for the MAC address that had it; where the pool's lease time is
 * shorter, that is how long.
 */
export const MAX_RELEASED_HOLD_MS = 3_600_000;

/** How long (ms) an address that a guest declined is not given to anybody; its guest moves to another one. */
export const CONFLICT_HOLD_MS = 3_600_000;

/** How long (ms) a declined address rests that its owner asked for by name; then its owner gets it again. */
export const PINNED_CONFLICT_HOLD_MS = 600_000;

/** How many declined addresses one MAC address may have at a time; then it must wait, or it would empty the pool. */
export const MAX_CONFLICTS_PER_MAC = 5;

/** Freed addresses are cleared from the record together, at full multiples of this (ms), to save writes. */
export const RELEASED_SWEEP_MS = 60_000;
