import { deepStrictEqual, match, ok } from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { createKubeClient } from "../objects/client.ts";
import { LEASES } from "../objects/resources.ts";
import { ApiError } from "../errors.ts";
import { type JsonValue, type RequestOptions, toRestClient } from "../rest_client.ts";
import { ScriptedApi } from "../testing/scripted_api.ts";
import { LeaderElection, type LeaderElectionOptions } from "./leader_election.ts";

const CONTROLLER = { durationMs: 15_000, renewMs: 2_000, onSilence: "stop" } as const;
const AGENT = { durationMs: 5_000, renewMs: 1_000, onSilence: "go-on" } as const;

function lab(
  times: Pick<LeaderElectionOptions, "durationMs" | "renewMs" | "onSilence"> = CONTROLLER,
) {
  const clock = new ManualClock();
  const api = new ScriptedApi(LEASES);
  const stops: AbortController[] = [];
  const runs: Promise<void>[] = [];
  const start = (
    identity: string,
    through: (request: RequestOptions, perform: () => Promise<JsonValue>) => Promise<JsonValue> = (
      _,
      perform,
    ) => perform(),
  ) => {
    const rest = toRestClient((request) =>
      through(
        request,
        async () => await api.rest.performRequest(request as never) as unknown as JsonValue,
      )
    );
    const stop = new AbortController();
    const election = new LeaderElection({
      client: createKubeClient(rest),
      lease: { namespace: "default", name: "lock" },
      identity,
      clock,
      random: () => 0,
      ...times,
    });
    stops.push(stop);
    runs.push(election.run(stop.signal));
    return { election, stop };
  };
  const end = async () => {
    stops.forEach((stop) => stop.abort());
    await clock.advance(60_000);
    await Promise.all(runs);
  };
  return { clock, api, start, end };
}

/** How long (ms) both said that they lead, and that they were sure of it. */
async function watch(
  { clock }: { clock: ManualClock },
  [a, b]: readonly LeaderElection[],
  ms: number,
): Promise<{ leading: number; confirmed: number }> {
  const both = { leading: 0, confirmed: 0 };
  for (let passed = 0; passed < ms; passed += 50) {
    await clock.advance(50);
    if (a?.leading && b?.leading) both.leading += 50;
    if (a?.confirmed && b?.confirmed) both.confirmed += 50;
  }
  return both;
}

Deno.test("LeaderElection: a holder that stops has stopped before another one begins, also where its renewal is refused late and the Lease is read slowly", async () => {
  const world = lab();
  let bad = false;
  const a = world.start("a", async (request, perform) => {
    if (!bad) return await perform();
    if (request.expectStream === true) throw new TypeError("Connection refused");
    if (request.method === "PATCH") {
      // Its last renewal before two thirds of the duration is refused late; the ones before fail at once.
      if (world.clock.monotonic() < refuseAt) throw new TypeError("Connection refused");
      await world.clock.sleep(3_700, request.abortSignal);
      throw new ApiError({ code: 409, reason: "Conflict" }, request);
    }
    await world.clock.sleep(3_700, request.abortSignal);
    throw new TypeError("Connection refused");
  });
  await world.clock.advance(1_000);
  const b = world.start("b");
  await world.clock.advance(5_000);
  const held = await createKubeClient(world.api.rest).of(LEASES).get({
    namespace: "default",
    name: "lock",
  });
  const renewedAt = Date.parse(held?.spec?.renewTime ?? "") - Date.UTC(2026, 0, 1);
  const refuseAt = renewedAt + 9_300;
  bad = true;
  world.api.breakWatches();
  const both = await watch(world, [a.election, b.election], 25_000);
  await world.end();
  ok(both.leading === 0 && both.confirmed === 0, JSON.stringify(both));
});

Deno.test("LeaderElection: nobody takes a Lease that was deleted while its holder is sure to lead", async () => {
  const world = lab();
  let deaf = false;
  const a = world.start("a", async (request, perform) => {
    if (deaf && request.expectStream === true) throw new TypeError("Connection refused");
    return await perform();
  });
  await world.clock.advance(1_000);
  const b = world.start("b");
  await world.clock.advance(5_000 + 100);
  deaf = true; // Its watch is just being opened anew.
  world.api.breakWatches();
  await world.clock.advance(1_000);
  world.api.remove("lock");
  const both = await watch(world, [a.election, b.election], 20_000);
  await world.end();
  ok(both.leading === 0 && both.confirmed === 0, JSON.stringify(both));
});

Deno.test("LeaderElection: a holder that goes on without an answer is in doubt before another one leads, until it is heard again", async () => {
  const world = lab(AGENT);
  let isCut = false;
  const { election: a } = world.start("a", async (_, perform) => {
    if (isCut) throw new TypeError("Connection refused");
    return await perform();
  });
  await world.clock.advance(1_000);
  const { election: b } = world.start("b");
  await world.clock.advance(10_000);
  deepStrictEqual([a.leading, a.doubtful, b.doubtful], [true, false, false]);
  isCut = true;
  world.api.breakWatches();
  for (let passed = 0; passed < 60_000; passed += 50) {
    await world.clock.advance(50);
    ok(!b.leading || a.doubtful, `${passed} ms`);
  }
  deepStrictEqual([a.leading, a.doubtful, b.leading, b.doubtful], [true, true, true, false]);
  isCut = false;
  await world.clock.advance(5_000);
  deepStrictEqual([a.leading, a.doubtful], [false, false]);
  await world.end();
});

Deno.test("LeaderElection says why it makes no Lease where its namespace is not there, and asks no more often than elsewhere", async () => {
  const world = lab();
  let asked = 0;
  const { election, stop } = world.start("a", async (request, perform) => {
    if (request.method !== "POST") return await perform();
    if (++asked > 100) stop.abort();
    const message = 'namespaces "nowhere" not found';
    throw new ApiError({ code: 404, reason: "NotFound", message }, request);
  });
  await world.clock.advance(60_000);
  const { trouble } = election;
  await world.end();
  ok(asked <= 60, String(asked));
  match(trouble ?? "", /was not written for 60 s: .*namespaces "nowhere" not found/);
});
