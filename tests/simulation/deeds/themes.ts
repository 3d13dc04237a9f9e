/**
 * What a scenario is about: chance alone seldom gets to where several things have to meet.
 *
 * @module
 */
import type { Deed } from "./deeds.ts";

/** What a scenario may be about. */
export const THEMES = [
  "everything",
  "elections",
  "full pool",
  "restore",
  "edits",
  "tenants",
  "networks",
  "wire",
  "outages",
] as const;

/** One of {@linkcode THEMES}. */
export type Theme = typeof THEMES[number];

/** How the scenarios of a theme differ from others. */
interface Traits {
  /** Indices of the pools that there are at the beginning. */
  readonly pools: readonly number[];
  /** How many addresses their ranges have; absent: as many as they have. */
  readonly size?: number;
  /** Part of the deeds that are people's. */
  readonly people: number;
  /** Mean time between two deeds, one of these, milliseconds. */
  readonly meansMs: readonly number[];
  /** How often deeds of these kinds come. */
  readonly weights: Readonly<Partial<Record<Deed["do"], number>>>;
  /** How often the others come, beside what they say themselves. */
  readonly others: number;
}

/** Of each theme. */
export const TRAITS: Readonly<Record<Theme, Traits>> = {
  everything: {
    pools: [0, 1, 2],
    people: 0.55,
    meansMs: [2_000, 6_000, 15_000],
    weights: {},
    others: 1,
  },
  elections: {
    pools: [0, 1],
    people: 0.6,
    meansMs: [2_000, 4_000],
    weights: { "create vm": 6, "delete vm": 4, "strike": 6, "leader apart": 3, "kill": 1 },
    others: 0.1,
  },
  "full pool": {
    pools: [0, 1],
    size: 8,
    people: 0.9,
    meansMs: [2_000, 4_000],
    weights: {
      "create vm": 6,
      "delete vm": 6,
      "edit nics": 2,
      "edit pool": 0,
      "clock": 0,
    },
    others: 0.2,
  },
  restore: {
    pools: [0, 1],
    size: 12,
    people: 0.7,
    meansMs: [3_000, 6_000],
    weights: {
      "create vm": 4,
      "delete vm": 2,
      "restore pool": 2,
      "edit pool": 0,
      "backup": 3,
      "restore": 3,
      "clock": 0,
    },
    others: 0.15,
  },
  edits: {
    pools: [0, 1],
    people: 0.9,
    meansMs: [2_000, 4_000],
    weights: {
      "create vm": 4,
      "delete vm": 2,
      "edit nics": 4,
      "edit pool": 3,
      "exclude": 3,
      "force pool away": 1,
      "spoil record": 1,
      "pause config": 2,
    },
    others: 0.5,
  },
  tenants: {
    pools: [0, 2],
    people: 0.95,
    meansMs: [2_000, 4_000],
    weights: {
      "create vm": 3,
      "clone vm": 4,
      "borrow mac": 5,
      "delete vm": 3,
      "foreign pool": 2,
      "create pool": 2,
      "delete pool": 1,
    },
    others: 0.4,
  },
  networks: {
    pools: [0, 1],
    people: 0.8,
    meansMs: [3_000, 6_000],
    weights: {
      "create vm": 3,
      "delete vm": 1,
      "create network": 3,
      "delete network": 1,
      "edit network": 1,
      "move network": 2,
      "break network": 3,
      "label network": 1,
      "create pool": 3,
      "delete pool": 1,
      "restart client": 4,
      "evict pod": 1,
      "roll": 1,
    },
    others: 0.1,
  },
  wire: {
    pools: [0, 1],
    people: 0.2,
    meansMs: [2_000, 4_000],
    weights: {
      "claim another's": 6,
      "forged decline": 4,
      "forgery": 4,
      "restart client": 4,
      "habit": 2,
      "copy station": 1,
      "relay": 1,
      "foreign host": 1,
      "foreign server": 1,
    },
    others: 0.1,
  },
  outages: {
    pools: [0, 1],
    people: 0.25,
    meansMs: [4_000, 8_000],
    weights: {
      "create vm": 2,
      "api away": 2,
      "outage": 4,
      "link": 3,
      "kill": 4,
      "freeze": 2,
      "restart client": 8,
      "remake interface": 2,
      "evict pod": 1,
    },
    others: 0.1,
  },
};
