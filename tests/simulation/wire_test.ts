import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Scenario, TimedDeed } from "./deeds/scenario.ts";
import { play } from "./play.ts";

const MINUTES = 60_000;

/** Three machines on one network, beside what else happens there. */
function scenario(deeds: readonly TimedDeed[], world: Scenario["world"] = "cluster"): Scenario {
  return {
    seed: 1,
    world,
    tenancy: "shared",
    untilMs: 6 * MINUTES,
    deeds: [
      { at: 1_000, deed: { do: "create pool", pool: 0 } },
      ...[1, 2, 3].map((n) => ({
        at: MINUTES + n,
        deed: {
          do: "create vm",
          vm: `default/vm-${n}`,
          nics: [{ network: "default/net-48", mac: `52:54:00:00:00:0${n}` }],
        } as const,
      })),
      ...deeds,
    ],
  };
}

/** Plays it; the lines of its trace. */
async function traceOf(scenario: Scenario): Promise<readonly string[]> {
  const lines: string[] = [];
  const { violations } = await play(scenario, { onLine: (line) => lines.push(line) });
  deepStrictEqual(violations, []);
  return lines;
}

/** A relay on the network of these machines, for all of the time. */
function relay(where: { readonly isBetween: boolean; readonly isOutside: boolean }): TimedDeed {
  return { at: 30_000, deed: { do: "relay", pool: 0, ...where, forMs: 9 * MINUTES } };
}

Deno.test("clients behind a relay get their addresses by it alone", async () => {
  const trace = await traceOf(scenario([relay({ isBetween: true, isOutside: false })]));
  // Of the three two are behind it: each is offered an address, and then acknowledged.
  const answers = trace.filter((line) => line.includes("relay -> client"));
  ok(answers.length >= 4, `${answers.length} answers`);
});

Deno.test("a relay of another subnet is not answered", async () => {
  const trace = await traceOf(scenario([relay({ isBetween: false, isOutside: true })]));
  ok(trace.some((line) => line.includes("relay -> agent")));
  deepStrictEqual(trace.filter((line) => line.includes("to 172.16.0.1")), []);
});

Deno.test("a standalone server gives every machine its address, and comes to rest", async () => {
  const outcome = await play(
    scenario([{ at: 3 * MINUTES, deed: { do: "kill", whom: 0 } }], "standalone"),
  );
  deepStrictEqual(outcome.violations, []);
  ok(outcome.acks >= 6, `${outcome.acks} ACKs`);
});

Deno.test("a standalone server plays the same each time", async () => {
  const one = scenario([{ at: 2 * MINUTES, deed: { do: "kill", whom: 0 } }], "standalone");
  strictEqual((await play(one)).hash, (await play(one)).hash);
});
