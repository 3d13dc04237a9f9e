import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type RestClient, toRestClient } from "../../kube/mod.ts";
import { keptScenarios } from "./corpus.ts";
import { type Scenario, scenarioOf } from "./deeds/scenario.ts";
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

/** A controller that leaves one VM out of the record, from its third write on. */
function forgetting(process: string, rest: RestClient): RestClient {
  if (!process.startsWith("controller")) return rest;
  let writes = 0;
  return toRestClient((request) => {
    const isRecord = request.method === "PUT" && /\/ippools\/[^/]+\/status$/.test(request.path);
    if (!isRecord || ++writes < 3) return rest.performRequest(request);
    const pool = structuredClone(request.bodyJson) as unknown as {
      status: { ipv4: { allocated: Record<string, string>; used: number } };
    };
    const { ipv4 } = pool.status;
    const [left] = Object.entries(ipv4.allocated).find(([, mac]) => mac.includes(":")) ?? [];
    if (left !== undefined) {
      delete ipv4.allocated[left];
      ipv4.used--;
    }
    return rest.performRequest({ ...request, bodyJson: pool as never });
  });
}

/** A controller that puts a mark in the place of a VM, from its third write on. */
function marking(process: string, rest: RestClient): RestClient {
  if (!process.startsWith("controller")) return rest;
  let writes = 0;
  return toRestClient((request) => {
    const isRecord = request.method === "PUT" && /\/ippools\/[^/]+\/status$/.test(request.path);
    if (!isRecord || ++writes < 3) return rest.performRequest(request);
    const pool = structuredClone(request.bodyJson) as unknown as {
      status: { ipv4: { allocated: Record<string, string>; used: number } };
    };
    const { ipv4 } = pool.status;
    const [taken] = Object.entries(ipv4.allocated).find(([, mac]) => mac.includes(":")) ?? [];
    if (taken !== undefined) {
      ipv4.allocated[taken] = "EXCLUDED";
      ipv4.used--;
    }
    return rest.performRequest({ ...request, bodyJson: pool as never });
  });
}

/** A controller that shows VMs addresses of another network than it records. */
function showing(process: string, rest: RestClient): RestClient {
  if (!process.startsWith("controller")) return rest;
  return toRestClient((request) => {
    const isShown = request.method === "PUT" &&
      /\/virtualmachinenetworkconfigs\/[^/]+\/status$/.test(request.path);
    if (!isShown) return rest.performRequest(request);
    const text = JSON.stringify(request.bodyJson).replaceAll("192.168.48.", "192.168.49.");
    return rest.performRequest({ ...request, bodyJson: JSON.parse(text) });
  });
}

/** The second controller holds another Lease than the first one, and does not know. */
function electedAlone(process: string, rest: RestClient): RestClient {
  if (!process.startsWith("controller-b")) return rest;
  const names = ["vm-dhcp-controllers", "another"] as const;
  const told = ([from, to]: readonly [string, string], value: unknown) =>
    value === undefined ? value : JSON.parse(JSON.stringify(value).replaceAll(from, to));
  return toRestClient(async (request) => {
    const { path, querystring, bodyJson } = request;
    if (!path.includes("/kube-system/leases")) return await rest.performRequest(request);
    const answer = await rest.performRequest({
      ...request,
      path: path.replaceAll(...names),
      ...(querystring && {
        querystring: new URLSearchParams(`${querystring}`.replaceAll(...names)),
      }),
      ...(bodyJson === undefined ? {} : { bodyJson: told(names, bodyJson) }),
    });
    const back = (value: unknown) => told([names[1], names[0]], value);
    if (!(answer instanceof ReadableStream)) return back(answer);
    return answer.pipeThrough(
      new TransformStream({
        transform: (event, controller) => controller.enqueue(back(event)),
      }),
    );
  });
}

Deno.test("the judge finds a controller that takes an address from a VM which wants it", async () => {
  const { violations } = await simulate(calm(2 * MINUTES), { tamper: forgetting, restMs: 0 });
  deepStrictEqual(violations[0]?.rule, "what is recorded stays");
});

Deno.test("the judge finds a mark in the place of a VM", async () => {
  const { violations } = await simulate(calm(2 * MINUTES), { tamper: marking, restMs: 0 });
  deepStrictEqual(violations[0]?.rule, "what is recorded stays");
});

Deno.test("the judge finds an object that shows what no pool records", async () => {
  const { violations } = await simulate(calm(2 * MINUTES), { tamper: showing, restMs: 0 });
  deepStrictEqual(violations[0]?.rule, "what is shown is recorded");
});

Deno.test("the judge finds two controllers that lead", async () => {
  const { violations } = await simulate(calm(2 * MINUTES), { tamper: electedAlone, restMs: 0 });
  deepStrictEqual(violations[0]?.rule, "one leads");
});

Deno.test("a calm cluster gives every VM its address and comes to rest", async () => {
  const outcome = await play(calm(MINUTES));
  deepStrictEqual(outcome.violations, []);
  ok(outcome.acks >= 3, `${outcome.acks} ACKs`);
});

for (const { name, why, scenario } of keptScenarios()) {
  Deno.test(`kept scenario ${name} does not fail again: ${why}`, async () => {
    const { violations } = await play(scenario, { restsLong: true });
    deepStrictEqual(violations, []);
  });
}
