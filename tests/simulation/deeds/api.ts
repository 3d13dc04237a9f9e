/**
 * What becomes of the API server, and of the ways to it.
 *
 * @module
 */
import { between, oneOf } from "../engine/random.ts";
import type { LinkMode } from "../world/api_link.ts";
import { COLLECTOR_LAG_MS } from "../world/cluster.ts";
import type { World } from "../world/world.ts";
import { chosen, kind } from "./kind.ts";

interface Away {
  readonly mode: LinkMode;
  readonly forMs: number;
}

/** Deeds of chance to the API server. */
export const API = {
  "link": kind<Away & { readonly whom: number }>({
    weight: 2,
    draw: ({ random, whom, forMs }) => ({ whom, mode: modeOf(random), forMs }),
    act: ({ processes, timeline }, { whom, mode, forMs }) => {
      const one = chosen(processes, whom);
      if (one === undefined) return "nobody";
      one.link.mode = mode;
      timeline.after(forMs, () => one.link.mode = "well");
      return one.process.name;
    },
  }),
  "api away": kind<Away>({
    weight: 1,
    draw: ({ random, forMs }) => ({ mode: modeOf(random), forMs }),
    act: apiAway,
  }),
  /** Longer than Leases, dead connections, and what agents may know of old. */
  "api long away": kind<Away>({
    weight: 0.3,
    draw: ({ random, leftMs }) => ({
      mode: modeOf(random),
      forMs: Math.round(Math.min(leftMs, between(random, 60_000, 300_000))),
    }),
    act: apiAway,
  }),
  "trouble": kind<{ readonly part: number; readonly forMs: number }>({
    weight: 2,
    draw: ({ random, forMs }) => ({ part: oneOf(random, [0.02, 0.1, 0.3]), forMs }),
    act: (world, { part, forMs }) => {
      world.trouble = part;
      world.timeline.after(forMs, () => world.trouble = 0);
    },
  }),
  "collector late": kind<{ readonly lagMs: number; readonly forMs: number }>({
    weight: 1,
    draw: ({ random, forMs }) => ({ lagMs: oneOf(random, [5_000, 30_000, 120_000]), forMs }),
    act: ({ cluster, timeline }, { lagMs, forMs }) => {
      cluster.collectorLagMs = lagMs;
      timeline.after(forMs, () => cluster.collectorLagMs = COLLECTOR_LAG_MS);
    },
  }),
  "old CRDs": kind<{ readonly forMs: number }>({
    weight: 0.4,
    draw: ({ forMs }) => ({ forMs }),
    act: ({ cluster, timeline }, { forMs }) => {
      cluster.hasGoCrds = true;
      timeline.after(forMs, () => cluster.hasGoCrds = false);
    },
  }),
  "backup": kind({
    weight: 0.5,
    draw: () => ({}),
    act: ({ cluster }) => cluster.backup(),
  }),
  "restore": kind({
    weight: 0.5,
    draw: () => ({}),
    act: ({ cluster }) => cluster.restore(),
  }),
};

function apiAway(world: World, { mode, forMs }: Away): void {
  world.apiMode = mode;
  world.timeline.after(forMs, () => world.apiMode = "well");
}

function modeOf(random: () => number): LinkMode {
  return random() < 0.6 ? "silent" : "refused";
}
