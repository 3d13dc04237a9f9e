/**
 * What becomes of those that lead, at the very moment at which it matters.
 *
 * @module
 */
import { oneOf } from "../engine/random.ts";
import type { LinkMode } from "../world/api_link.ts";
import type { World } from "../world/world.ts";
import { kind } from "./kind.ts";

/** Whose writes a strike waits for. */
const STRUCK = ["ippools", "virtualmachinenetworkconfigs", "leases"] as const;
/** A leader that is away for less is not followed by another one. */
const FOLLOWED_MS = 16_000;

/** Agents go on without the API server, also those that start again, while machines ask them. */
const OUTAGE_MS = { killAt: 8_000, askAt: 20_000, least: 75_000 };

/** Deeds of chance to whoever leads. */
export const LEADERS = {
  /** The controller that leads dies or stands still as it next sends a request about an object of a kind. */
  "strike": kind<
    { readonly how: "kill" | "freeze"; readonly of: typeof STRUCK[number]; readonly forMs: number }
  >({
    weight: 1,
    draw: ({ random, forMs }) => ({
      how: random() < 0.7 ? "freeze" : "kill",
      of: random() < 0.6 ? "ippools" : oneOf(random, STRUCK),
      forMs: FOLLOWED_MS + forMs,
    }),
    act: (world, { how, of, forMs }) => {
      const one = leaderOf(world);
      if (one === undefined) return "nobody leads";
      const { process, link } = one;
      const path = new RegExp(`/${of}/[^/]+(/status)?$`);
      link.onRequest = ({ path: asked }) => {
        if (!path.test(asked)) return;
        link.onRequest = undefined;
        if (how === "kill") return process.kill();
        process.freeze();
        world.timeline.after(forMs, () => process.thaw());
      };
      return process.name;
    },
  }),
  /** The API server is away for long; agents may die, and machines start. */
  "outage": kind<
    { readonly mode: LinkMode; readonly kills: boolean; readonly forMs: number }
  >({
    weight: 0.2,
    draw: ({ random, forMs }) => ({
      mode: random() < 0.6 ? "silent" : "refused",
      kills: random() < 0.5,
      forMs: OUTAGE_MS.least + forMs,
    }),
    act: (world, { mode, kills, forMs }) => {
      const { timeline, kubelet } = world;
      world.apiMode = mode;
      timeline.after(forMs, () => world.apiMode = "well");
      timeline.after(OUTAGE_MS.killAt, () => {
        if (kills) { for (const { process } of kubelet.agents) process.kill(); }
      });
      timeline.after(OUTAGE_MS.askAt, () => {
        for (const client of world.allClients) {
          if (client.state === "OFF") continue;
          client.powerOff(false);
          client.powerOn(true);
        }
      });
    },
  }),
  /** The controller that leads does not reach the API server, for long enough that another one follows. */
  "leader apart": kind<{ readonly forMs: number }>({
    weight: 0.5,
    draw: ({ forMs }) => ({ forMs: FOLLOWED_MS + forMs }),
    act: (world, { forMs }) => {
      const one = leaderOf(world);
      if (one === undefined) return "nobody leads";
      one.link.mode = "silent";
      world.timeline.after(forMs, () => one.link.mode = "well");
      return one.process.name;
    },
  }),
};

function leaderOf({ controllers }: World): World["controllers"][number] | undefined {
  return controllers.find(({ process, election }) => process.running && election.leading);
}
