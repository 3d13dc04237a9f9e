import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type RestClient, toRestClient } from "../../kube/mod.ts";
import { keptScenarios } from "./corpus.ts";
import { type Scenario, scenarioOf } from "./deeds.ts";
import { play } from "./play.ts";
import { simulate } from "./simulate.ts";

const MINUTES = 60_000;

/** A pool and three VMs, and nothing goes wrong. */
function calm(untilMs: number): Scenario {
  const nics = (n: number) => [{ network: "default/net-48", mac: `52:54:00:00:00:0${n}` }];
  return {
    seed: 1,
    tenancy: "shared",
    untilMs,
    deeds: [
      { at: 1_000, deed: { do: "create pool", pool: 0 } },
      ...[1, 2, 3].map((n) => ({
        at: 1_500 + n,
        deed: { do: "create vm", vm: `default/vm-${n}`, nics: nics(n) } as const,
      })),
    ],
  };
}

Deno.test("a scenario plays the same each time, so that a failure can be looked at", async () => {
  const scenario = scenarioOf(3, 4 * MINUTES);
  const once = await simulate(scenario, { restMs: 0 });
  const again = await simulate(scenario, { restMs: 0 });
  strictEqual(again.hash, once.hash);
  strictEqual(again.steps, once.steps);
  const other = await simulate({ ...scenario, seed: 4 }, { restMs: 0 });
  notStrictEqual(other.hash, once.hash);
});

/** A controller that gives the first two MAC addresses of a pool each other's address, from its third write on. */
function swapping(process: string, rest: RestClient): RestClient {
  if (!process.startsWith("controller")) return rest;
  let writes = 0;
  return toRestClient((request) => {
    const isRecord = request.method === "PUT" && /\/ippools\/[^/]+\/status$/.test(request.path);
    if (!isRecord || ++writes < 3) return rest.performRequest(request);
    const pool = structuredClone(request.bodyJson) as unknown as {
      status: { ipv4: { allocated: Record<string, string> } };
    };
    const { allocated } = pool.status.ipv4;
    const [one, other] = Object.entries(allocated).filter(([, mac]) => mac.includes(":"));
    if (one && other) Object.assign(allocated, { [one[0]]: other[1], [other[0]]: one[1] });
    return rest.performRequest({ ...request, bodyJson: pool as never });
  });
}

/** An agent that takes two MAC addresses for each other. */
function mishearing(process: string, rest: RestClient): RestClient {
  if (!process.startsWith("agent")) return rest;
  const misheard = (answer: unknown) =>
    JSON.parse(
      JSON.stringify(answer).replace(
        /52:54:00:00:00:0([13])/g,
        (_, last) => `52:54:00:00:00:0${4 - Number(last)}`,
      ),
    );
  return toRestClient(async (request) => {
    const answer = await rest.performRequest(request);
    if (!request.path.includes("/ippools")) return answer;
    if (!(answer instanceof ReadableStream)) return misheard(answer);
    return answer.pipeThrough(
      new TransformStream({
        transform: (event, controller) => controller.enqueue(misheard(event)),
      }),
    );
  });
}

Deno.test("the judge finds a controller that moves addresses", async () => {
  const { violations } = await simulate(calm(2 * MINUTES), { tamper: swapping, restMs: 0 });
  ok(violations.length > 0);
});

Deno.test("the judge finds an agent that tells what the record does not say", async () => {
  const { violations } = await simulate(calm(2 * MINUTES), { tamper: mishearing, restMs: 0 });
  ok(violations.length > 0);
});

Deno.test("a calm cluster gives every VM its address and comes to rest", async () => {
  const outcome = await play(calm(MINUTES));
  deepStrictEqual(outcome.violations, []);
  ok(outcome.acks >= 3, `${outcome.acks} ACKs`);
});

for (const { name, why, scenario } of keptScenarios()) {
  Deno.test(`kept scenario ${name} does not fail again: ${why}`, async () => {
    const { violations } = await play(scenario);
    deepStrictEqual(violations, []);
  });
}
