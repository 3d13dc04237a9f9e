import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { abortable } from "../../runtime/abort.ts";
import type { Clock } from "../../runtime/clock.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { type MemoryLogger, memoryLogger } from "../../runtime/testing/memory_logger.ts";
import type { Lease } from "../objects/builtin_types.ts";
import { createKubeClient } from "../objects/client.ts";
import { LEASES } from "../objects/resources.ts";
import { type JsonValue, type RestAnswer, type RestClient, toRestClient } from "../rest_client.ts";
import { ScriptedApi } from "../testing/scripted_api.ts";
import { LeaderElection, type LeaderElectionOptions } from "./leader_election.ts";

const LEASE = { namespace: "default", name: "lock" };

/** One process that takes part. */
interface Candidate {
  readonly election: LeaderElection;
  /** When (ms of simulated time) it began and ceased to lead. */
  readonly changes: { readonly at: number; readonly leading: boolean }[];
  readonly log: MemoryLogger;
  /** Cuts it off from the API server, or connects it again. */
  online: boolean;
  /** What happens at the API server just before this candidate's next patch arrives. */
  beforePatch?: (() => Promise<unknown>) | undefined;
  /** What happens each time just before this candidate's creates arrive. */
  beforeCreate?: (() => Promise<unknown>) | undefined;
  /** Whether its lists fail, as those of an informer do that still waits after an outage. */
  unlisted?: boolean;
  stop(): void;
  readonly done: Promise<void>;
}

class Lab implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly api = new ScriptedApi(LEASES);
  readonly client = createKubeClient(this.api.rest);
  readonly #all: Candidate[] = [];

  start(
    identity: string,
    { online = true, unlisted = false, latencyMs = 0, ...options }:
      & Partial<LeaderElectionOptions>
      & { online?: boolean; unlisted?: boolean; latencyMs?: number } = {},
  ): Candidate {
    const signal = new AbortController();
    const candidate: { -readonly [K in keyof Candidate]: Candidate[K] } = {
      online,
      unlisted,
      changes: [],
      log: memoryLogger(),
      stop: () => signal.abort(),
    } as unknown as Candidate;
    const rest = cuttable(this.api.rest, candidate);
    const election = new LeaderElection({
      client: createKubeClient(latencyMs === 0 ? rest : slow(rest, this.clock, latencyMs)),
      lease: LEASE,
      identity,
      durationMs: 5_000,
      renewMs: 1_000,
      onSilence: "go-on",
      clock: this.clock,
      random: () => 0.5,
      logger: candidate.log,
      ...options,
    });
    election.onChange(() =>
      candidate.changes.push({ at: this.clock.monotonic(), leading: election.leading })
    );
    candidate.election = election;
    candidate.done = election.run(signal.signal);
    this.#all.push(candidate);
    return candidate;
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) await this.clock.advance(50);
  }

  async lease(): Promise<Lease["spec"]> {
    return (await this.client.of(LEASES).get(LEASE))?.spec;
  }

  /** Changes the Lease, but not who holds it, as an agent's report does. */
  async report(): Promise<void> {
    const body = { metadata: { annotations: { report: String(this.clock.monotonic()) } } };
    await this.client.of(LEASES).patch(LEASE, { type: "merge", body });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const candidate of this.#all) candidate.stop();
    let ended = false;
    const all = Promise.all(this.#all.map(({ done }) => done)).then(() => ended = true);
    while (!ended) await this.pass(100);
    await all;
    strictEqual(this.clock.sleeping, 0);
  }
}

/** A client that fails while its candidate is cut off, and comes too late where something happens before. */
function cuttable(
  rest: RestClient,
  candidate: Pick<Candidate, "online" | "unlisted" | "beforePatch" | "beforeCreate">,
): RestClient {
  return toRestClient(async (request) => {
    const isList = request.method === "GET" && request.path.endsWith("/leases");
    if (!candidate.online || (candidate.unlisted && isList)) {
      throw new TypeError("Connection refused");
    }
    if (request.method === "POST") await candidate.beforeCreate?.();
    const { beforePatch } = candidate;
    if (request.method === "PATCH" && beforePatch !== undefined) {
      candidate.beforePatch = undefined;
      await abortable(beforePatch(), request.abortSignal);
    }
    return await rest.performRequest(request as never) as unknown as JsonValue;
  });
}

/** A client whose requests, answers and events take this long. What is on its way arrives, also when nobody waits any more. */
function slow(rest: RestClient, clock: ManualClock, latencyMs: number): RestClient {
  return toRestClient(async ({ abortSignal, ...request }): Promise<RestAnswer> => {
    await clock.sleep(latencyMs);
    if (request.expectStream === true) {
      const stream = await rest.performRequest({ ...request, abortSignal } as never);
      return (stream as unknown as ReadableStream<JsonValue>).pipeThrough(
        new TransformStream<JsonValue, JsonValue>({
          transform: async (event, controller) => {
            await clock.sleep(latencyMs);
            controller.enqueue(event);
          },
        }),
      );
    }
    const answer = await rest.performRequest(request as never) as unknown as JsonValue;
    await clock.sleep(latencyMs, abortSignal);
    return answer;
  });
}

/** Times in which more than one of the candidates led. */
function overlaps(one: Candidate, other: Candidate): boolean {
  const spans = (candidate: Candidate) =>
    candidate.changes.flatMap(({ at, leading }, index) =>
      leading ? [[at, candidate.changes[index + 1]?.at ?? Infinity] as const] : []
    );
  return spans(one).some(([a, b]) => spans(other).some(([c, d]) => a < d && c < b));
}

Deno.test("an election with one candidate is won at once, in a Lease as client-go writes it", async () => {
  await using lab = new Lab();
  const a = lab.start("a", { labels: { role: "agent" } });
  await lab.pass(1_000);
  ok(a.election.leading);
  const lease = await lab.client.of(LEASES).get(LEASE);
  strictEqual(lease?.spec?.holderIdentity, "a");
  strictEqual(lease?.spec?.leaseDurationSeconds, 5);
  strictEqual(lease?.spec?.leaseTransitions, 0);
  ok(/^\d{4}-.*\.\d{6}Z$/.test(lease?.spec?.renewTime ?? ""));
  deepStrictEqual(lease?.metadata.labels, { role: "agent" });
});

Deno.test("a second candidate stands by while the first renews", async () => {
  await using lab = new Lab();
  lab.start("a");
  await lab.pass(1_000);
  const b = lab.start("b");
  await lab.pass(60_000);
  deepStrictEqual(b.changes, []);
  strictEqual(b.election.holder, "a");
});

Deno.test("rule 101: a holder that dies is followed within the duration and one renewal", async () => {
  await using lab = new Lab();
  const a = lab.start("a");
  await lab.pass(1_000);
  const b = lab.start("b");
  await lab.pass(10_000);
  a.online = false;
  const died = lab.clock.monotonic();
  await lab.pass(8_000);
  const took = (b.changes[0]?.at ?? Infinity) - died;
  ok(took <= 6_000, `it took ${took} ms`);
  const gap = b.election.takeoverGapMs ?? NaN;
  ok(gap >= 5_000 && gap <= 6_500, `a gap of ${gap} ms`);
  deepStrictEqual([a.election.takeoverGapMs, b.election.transitions], [undefined, 1]);
});

Deno.test("nobody else led since a Lease was seen that was given up, or else since it was taken", async () => {
  await using lab = new Lab();
  const a = lab.start("a", { onSilence: "stop" });
  await lab.pass(1_000);
  a.stop();
  await lab.pass(1_000);
  const b = lab.start("b", { onSilence: "stop", latencyMs: 400 });
  const started = lab.clock.monotonic();
  await lab.pass(3_000);
  const [began = { at: NaN }] = b.changes;
  // Seen after one answer, taken with the next one.
  const since = (b.election.leadsSince ?? NaN) - started;
  ok(since >= 400 && since <= began.at - started - 400, `seen after ${since} ms`);
  b.online = false;
  const c = lab.start("c", { onSilence: "stop" });
  await lab.pass(8_000);
  strictEqual(c.election.leadsSince, c.changes[0]?.at);
  b.stop();
  await lab.pass(1_000);
});

Deno.test("rule 101: a holder that ends hands over at once, and goes on until its successor is seen", async () => {
  await using lab = new Lab();
  const a = lab.start("a", { handOverMs: 2_000 });
  await lab.pass(1_000);
  const b = lab.start("b");
  await lab.pass(5_000);
  a.stop();
  await lab.pass(2_500);
  const [began] = b.changes;
  const ended = a.changes.at(-1);
  ok(began !== undefined && began.leading);
  ok((b.election.takeoverGapMs ?? NaN) < 1_000, `a gap of ${b.election.takeoverGapMs} ms`);
  ok(ended !== undefined && !ended.leading && ended.at >= began.at, "nobody led in between");
  const lease = await lab.lease();
  strictEqual(lease?.leaseTransitions, 1);
  ok((lease?.acquireTime ?? "") > "2026-01-01T00:00:06");
  strictEqual((await lab.lease())?.holderIdentity, "b");
});

Deno.test("changes of hands are not told before the Lease is known, and never become fewer", async () => {
  await using lab = new Lab();
  const says = async (leaseTransitions: number) => {
    const body = { spec: { leaseTransitions } };
    await lab.client.of(LEASES).patch(LEASE, { type: "merge", body });
    await lab.pass(2_000);
  };
  lab.start("a");
  await lab.pass(1_000);
  await says(57);
  const b = lab.start("b", { online: false, onSilence: "stop" });
  await lab.pass(2_000);
  strictEqual(b.election.transitions, undefined);
  b.online = true;
  await lab.pass(10_000);
  strictEqual(b.election.transitions, 57);
  // A restore of etcd, and what happens after it.
  await says(50);
  strictEqual(b.election.transitions, 57);
  await says(51);
  strictEqual(b.election.transitions, 58);
});

Deno.test("handlers are called, and the log says, only when somebody began or ceased to lead", async () => {
  await using lab = new Lab();
  const a = lab.start("a", { handOverMs: 2_000 });
  await lab.pass(1_000);
  const b = lab.start("b");
  await lab.pass(5_000);
  a.stop();
  await lab.pass(5_000);
  for (const [candidate, ...changes] of [[a, true, false], [b, true]] as const) {
    deepStrictEqual(candidate.changes.map(({ leading }) => leading), changes);
    deepStrictEqual(
      candidate.log.lines.map(({ message }) => message),
      changes.map((leading) => leading ? "Leading" : "No longer leading"),
    );
  }
  deepStrictEqual(b.log.lines[0]?.keys, {
    why: "The Lease is free",
    lease: "default/lock",
    holder: "b",
  });
});

Deno.test("who ends without a successor says that it gave the Lease up", async () => {
  await using lab = new Lab();
  const a = lab.start("a", { handOverMs: 2_000 });
  await lab.pass(1_000);
  a.stop();
  await lab.pass(5_000);
  deepStrictEqual(a.log.lines.at(-1)?.keys["why"], "This process ends, and gave the Lease up");
});

Deno.test("that the Lease cannot be reached is said once, and once when it can be again", async () => {
  await using lab = new Lab();
  const a = lab.start("a");
  await lab.pass(1_000);
  const said = () =>
    a.log.lines.map(({ message }) => message).filter((message) => message.includes("Lease"));
  for (const outage of [1, 2]) {
    a.online = false;
    await lab.pass(60_000);
    const cannot = "Cannot reach the Lease, trying again";
    const written = "The Lease is written again";
    deepStrictEqual(said(), [cannot, written, cannot].slice(0, 2 * outage - 1));
    a.online = true;
    await lab.pass(5_000);
    strictEqual(said().at(-1), written);
  }
});

Deno.test("a holder that ends gives up a Lease that was written a moment before, too", async () => {
  await using lab = new Lab();
  const a = lab.start("a", { handOverMs: 2_000 });
  await lab.pass(1_000);
  const b = lab.start("b");
  await lab.pass(5_000);
  a.beforePatch = () => lab.report();
  a.stop();
  await lab.pass(1_000);
  ok(b.election.leading);
  strictEqual(a.beforePatch, undefined);
});

Deno.test("a holder that ends gives up after four tries to free a Lease that somebody writes all the time", async () => {
  await using lab = new Lab();
  const a = lab.start("a");
  await lab.pass(1_000);
  let tries = 0;
  const write = async () => {
    a.beforePatch = write;
    tries++;
    await lab.report();
  };
  a.beforePatch = write;
  a.stop();
  await lab.pass(1_000);
  strictEqual(tries, 4);
  ok(!a.election.leading);
  strictEqual((await lab.lease())?.holderIdentity, "a");
});

for (const latencyMs of [3, 40, 120]) {
  Deno.test(`rule 101: whenever a holder ends, somebody leads all the time, ${latencyMs} ms away from the API server`, async () => {
    await using lab = new Lab();
    const options = { handOverMs: 2_000, latencyMs };
    let leader = lab.start("0", options);
    await lab.pass(1_000);
    for (let round = 1; round <= 60; round++) {
      const next = lab.start(String(round), options);
      // Anywhere in the second between two renewals.
      await lab.clock.advance(3_000 + round * 17);
      leader.stop();
      await lab.pass(3_000);
      const ended = leader.changes.at(-1);
      const [began] = next.changes;
      ok(ended !== undefined && !ended.leading && next.election.leading);
      const gapMs = (began?.at ?? Infinity) - ended.at;
      ok(gapMs <= 0, `round ${round}: nobody led for ${gapMs} ms`);
      leader = next;
    }
  });
}

Deno.test("of two who stand by, one follows a holder that ends, and the other stands back", async () => {
  await using lab = new Lab();
  const a = lab.start("a", { handOverMs: 2_000 });
  await lab.pass(1_000);
  const others = [lab.start("b"), lab.start("c")];
  await lab.pass(5_000);
  a.stop();
  await lab.pass(3_000);
  strictEqual(others.filter(({ election }) => election.leading).length, 1);
  await lab.pass(30_000);
  strictEqual(others.filter(({ election }) => election.leading).length, 1);
});

Deno.test("a holder that ends alone stops after the time to hand over", async () => {
  await using lab = new Lab();
  const a = lab.start("a", { handOverMs: 2_000 });
  await lab.pass(1_000);
  a.stop();
  await lab.pass(1_500);
  ok(a.election.leading);
  await lab.pass(1_000);
  ok(!a.election.leading);
  const spec = await lab.lease();
  // An API server refuses a duration of 0.
  deepStrictEqual([spec?.holderIdentity, spec?.leaseDurationSeconds], ["", 1]);
});

Deno.test("rule 101: a holder that goes on leads while the API server is silent, and until it sees another holder", async () => {
  await using lab = new Lab();
  const a = lab.start("a");
  await lab.pass(1_000);
  a.online = false;
  await lab.pass(60_000);
  ok(a.election.leading, "loss of the API is not loss of the Lease");
  const b = lab.start("b");
  await lab.pass(6_000);
  ok(b.election.leading);
  a.online = true;
  await lab.pass(2_000);
  ok(!a.election.leading);
});

Deno.test("who is fitter than the holder takes the Lease as soon as it is told so, and the holder stands by", async () => {
  await using lab = new Lab();
  const a = lab.start("a");
  await lab.pass(500);
  const b = lab.start("b");
  const asked = new Set<string | undefined>();
  let fitter = false;
  b.election.challenge(({ spec }) => {
    asked.add(spec?.holderIdentity);
    return fitter && spec?.holderIdentity === "a";
  });
  await lab.pass(3_000);
  deepStrictEqual([a.election.leading, b.election.leading, [...asked]], [true, false, ["a"]]);
  fitter = true;
  await lab.report();
  await lab.pass(200);
  deepStrictEqual([a.election.leading, b.election.leading], [false, true]);
  await lab.pass(10_000);
  deepStrictEqual([a.election.leading, b.election.leading], [false, true]);
  strictEqual((await lab.lease())?.holderIdentity, "b");
});

Deno.test("nobody takes a Lease from a holder that must stop before another one begins", async () => {
  await using lab = new Lab();
  const a = lab.start("a", { onSilence: "stop" });
  await lab.pass(500);
  const b = lab.start("b", { onSilence: "stop" });
  b.election.challenge(() => true);
  await lab.pass(10_000);
  deepStrictEqual([a.election.leading, b.election.leading], [true, false]);
});

Deno.test("a holder that stops has stopped before another one begins", async () => {
  await using lab = new Lab();
  const stop = { onSilence: "stop", durationMs: 15_000, renewMs: 2_000 } as const;
  const a = lab.start("a", stop);
  await lab.pass(1_000);
  const b = lab.start("b", stop);
  await lab.pass(20_000);
  a.online = false;
  await lab.pass(30_000);
  ok(!a.election.leading && b.election.leading);
  ok(!overlaps(a, b));
});

Deno.test("a holder that stops does so after two thirds of the duration, also where nobody else would lead", async () => {
  await using lab = new Lab();
  const a = lab.start("a", { onSilence: "stop", durationMs: 15_000, renewMs: 2_000 });
  await lab.pass(1_000);
  const renewed = Date.parse((await lab.lease())?.renewTime ?? "");
  a.online = false;
  await lab.pass(20_000);
  const ended = a.changes.at(-1);
  ok(ended !== undefined && !ended.leading);
  const afterMs = ended.at - (renewed - Date.UTC(2026, 0, 1));
  ok(afterMs >= 10_000 && afterMs < 11_000, `after ${afterMs} ms`);
});

for (const onSilence of ["stop", "go-on"] as const) {
  Deno.test(`who stood still for two thirds of the duration is ${onSilence === "stop" ? "no longer " : ""}sure to lead (${onSilence})`, async () => {
    await using lab = new Lab();
    let stillMs = 0;
    const clock: Clock = {
      now: () => lab.clock.now(),
      monotonic: () => lab.clock.monotonic() + stillMs,
      sleep: (ms, signal) => lab.clock.sleep(ms, signal),
    };
    const { election, changes } = lab.start("a", {
      onSilence,
      durationMs: 15_000,
      renewMs: 2_000,
      clock,
    });
    strictEqual(election.confirmed, false);
    await lab.pass(4_000);
    strictEqual(election.confirmed, true);
    stillMs = 10_000;
    const isSure = onSilence === "go-on";
    deepStrictEqual([election.leading, election.confirmed], [true, isSure]);
    await lab.pass(4_000);
    deepStrictEqual([election.leading, election.confirmed], [true, true]);
    deepStrictEqual(changes.map(({ leading }) => leading), isSure ? [true] : [true, false, true]);
  });
}

Deno.test("who was suspended, so that only the wall clock went on, is not sure to lead until the next renewal", async () => {
  await using lab = new Lab();
  let suspendedMs = 0;
  const clock: Clock = {
    now: () => lab.clock.now() + suspendedMs,
    monotonic: () => lab.clock.monotonic(),
    sleep: (ms, signal) => lab.clock.sleep(ms, signal),
  };
  const options = { onSilence: "stop", durationMs: 15_000, renewMs: 2_000, clock } as const;
  const { election } = lab.start("a", options);
  await lab.pass(4_000);
  suspendedMs = 73_000;
  deepStrictEqual([election.leading, election.confirmed], [true, false]);
  await lab.pass(4_000);
  deepStrictEqual([election.leading, election.confirmed], [true, true]);
});

Deno.test("a holder that ends while the API server is silent does not wait for its answer", async () => {
  await using lab = new Lab();
  const a = lab.start("a");
  await lab.pass(1_000);
  a.beforePatch = () => new Promise(() => undefined);
  a.stop();
  await lab.pass(1_500);
  ok(!a.election.leading);
});

Deno.test("a holder goes on renewing after somebody else wrote the Lease, also where its watch is dead", async () => {
  await using lab = new Lab();
  lab.api.silent = true;
  lab.start("a");
  await lab.pass(3_000);
  await lab.report();
  const before = (await lab.lease())?.renewTime ?? "";
  await lab.pass(3_000);
  ok(((await lab.lease())?.renewTime ?? "") > before);
});

for (const silent of [false, true]) {
  Deno.test(`a holder whose Lease is deleted makes it anew${silent ? ", also where its watch is dead" : ""}`, async () => {
    await using lab = new Lab();
    lab.api.silent = silent;
    const a = lab.start("a");
    await lab.pass(3_000);
    lab.api.remove("lock");
    await lab.pass(3_000);
    const { holderIdentity, leaseTransitions, acquireTime = "" } = await lab.lease() ?? {};
    deepStrictEqual([holderIdentity, leaseTransitions], ["a", 0]);
    ok(acquireTime > "2026-01-01T00:00:03");
    deepStrictEqual(a.changes.map(({ leading }) => leading), [true]);
  });
}

Deno.test("a holder that ends frees a Lease that somebody else wrote, also where its watch is dead", async () => {
  await using lab = new Lab();
  lab.api.silent = true;
  const a = lab.start("a");
  await lab.pass(1_500);
  await lab.report();
  a.stop();
  await lab.pass(1_000);
  strictEqual((await lab.lease())?.holderIdentity, "");
});

Deno.test("who cannot take the Lease tries again after a half to a whole renewal, so that many spread", async () => {
  for (const [random, waitMs] of [[0, 500], [0.5, 750], [1, 1_000]] as const) {
    await using lab = new Lab();
    const a = lab.start("a", { random: () => random });
    const tries: number[] = [];
    a.beforeCreate = () => {
      tries.push(lab.clock.monotonic());
      return Promise.reject(new Error("refused"));
    };
    await lab.pass(2_500);
    strictEqual((tries[1] ?? 0) - (tries[0] ?? 0), waitMs);
    a.beforeCreate = undefined;
  }
});

Deno.test("a process that comes back under its name takes its Lease up at once", async () => {
  await using lab = new Lab();
  const a = lab.start("a");
  await lab.pass(3_000);
  a.online = false;
  const again = lab.start("a");
  await lab.pass(500);
  ok(again.election.leading);
});

Deno.test("a process that led before leads again while the API server stays silent at its start", async () => {
  await using lab = new Lab();
  const a = lab.start("a", { ledBefore: true, online: false });
  const b = lab.start("b", { online: false });
  await lab.pass(1_000);
  ok(!a.election.leading);
  await lab.pass(1_000);
  ok(a.election.leading && a.election.doubtful, "it has not seen the Lease in this life");
  await lab.pass(60_000);
  ok(a.election.leading && !b.election.leading);
  a.online = true;
  await lab.pass(10_000);
  ok(a.election.leading && !a.election.doubtful);
});

for (const isDeleted of [false, true]) {
  Deno.test(`a process that led before looks who has the Lease as soon as it can write, before it can list${isDeleted ? ", also where that one goes" : ""}`, async () => {
    await using lab = new Lab();
    const a = lab.start("a", { ledBefore: true, online: false });
    await lab.pass(2_000);
    ok(a.election.leading);
    const b = lab.start("b");
    await lab.pass(2_000);
    let creates = 0;
    a.beforeCreate = () => Promise.resolve(creates++);
    a.unlisted = true;
    a.online = true;
    await lab.pass(10_000);
    deepStrictEqual([a.election.leading, a.election.holder, creates], [false, "b", 1]);
    b.stop();
    if (isDeleted) lab.api.remove("lock");
    await lab.pass(10_000);
    deepStrictEqual([a.election.leading, creates], [true, isDeleted ? 2 : 1]);
    strictEqual((await lab.lease())?.holderIdentity, "a");
  });
}

Deno.test("a process that led before renews the Lease that it made before it could list", async () => {
  await using lab = new Lab();
  const a = lab.start("a", { ledBefore: true, unlisted: true });
  let creates = 0;
  a.beforeCreate = () => Promise.resolve(creates++);
  await lab.pass(10_000);
  const renewed = Date.parse((await lab.lease())?.renewTime ?? "");
  ok(lab.clock.now() - renewed <= 2_000, `renewed ${lab.clock.now() - renewed} ms ago`);
  deepStrictEqual([a.election.leading, creates], [true, 1]);
});

Deno.test("a Lease of the Go version is respected for as long as it says", async () => {
  await using lab = new Lab();
  await lab.client.of(LEASES).create({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: LEASE,
    spec: {
      holderIdentity: "go",
      leaseDurationSeconds: 45,
      renewTime: "2026-01-01T00:00:00.000000Z",
      acquireTime: "2026-01-01T00:00:00.000000Z",
    },
  });
  const a = lab.start("a");
  await lab.pass(44_000);
  ok(!a.election.leading);
  await lab.pass(2_000);
  ok(a.election.leading);
  strictEqual((await lab.lease())?.leaseTransitions, 1);
});

Deno.test("rule 68: many candidates never lead two at once while the API server answers", async () => {
  await using lab = new Lab();
  const all = ["a", "b", "c", "d"].map((name) => lab.start(name, { onSilence: "stop" }));
  for (let round = 0; round < 6; round++) {
    await lab.pass(7_000);
    const leader = all.find(({ election }) => election.leading);
    ok(leader, "somebody leads");
    leader.online = false;
    await lab.pass(9_000);
    leader.online = true;
  }
  for (const [index, one] of all.entries()) {
    for (const other of all.slice(index + 1)) ok(!overlaps(one, other));
  }
});

Deno.test("S1: a holder goes on with a Lease that went back under it, also where its watch is dead", async () => {
  for (const onSilence of ["go-on", "stop"] as const) {
    await using lab = new Lab();
    const a = lab.start("a", { onSilence });
    await lab.pass(2_000);
    const backup = lab.api.backup();
    await lab.pass(60_000);
    let told = 0;
    a.election.onNewHistory(() => told++);
    lab.api.restore(backup);
    const b = lab.start("b", { onSilence });
    await lab.pass(2_500);
    strictEqual(told, 1);
    const renewed = Date.parse((await lab.lease())?.renewTime ?? "");
    ok(lab.clock.now() - renewed <= 2_000, `renewed ${lab.clock.now() - renewed} ms ago`);
    await lab.pass(20_000);
    deepStrictEqual(a.changes.map(({ leading }) => leading), [true]);
    deepStrictEqual(b.changes, []);
    const said = a.log.lines.filter(({ message }) => message.startsWith("The server was put back"));
    strictEqual(said.length, 1);
  }
});

Deno.test("S1: a holder makes its Lease anew that is not in the state that the server went back to", async () => {
  await using lab = new Lab();
  const backup = lab.api.backup();
  const a = lab.start("a");
  await lab.pass(30_000);
  lab.api.restore(backup);
  await lab.pass(2_500);
  strictEqual((await lab.lease())?.holderIdentity, "a");
  await lab.pass(10_000);
  strictEqual(a.election.trouble, undefined);
  deepStrictEqual(a.changes.map(({ leading }) => leading), [true]);
});

Deno.test("S1: a Lease that went back names somebody of long ago: who leads goes on", async () => {
  for (const onSilence of ["go-on", "stop"] as const) {
    await using lab = new Lab();
    const old = lab.start("old", { onSilence });
    await lab.pass(2_000);
    const backup = lab.api.backup();
    old.stop();
    const a = lab.start("a", { onSilence });
    await lab.pass(700_000);
    ok(a.election.leading);
    lab.api.restore(backup);
    await lab.pass(2_500);
    strictEqual((await lab.lease())?.holderIdentity, "a");
    await lab.pass(10_000);
    deepStrictEqual(a.changes.map(({ leading }) => leading), [true]);
  }
});

Deno.test("S1: a Lease that went back by minutes is respected for as long as it says", async () => {
  await using lab = new Lab();
  const old = lab.start("old", { onSilence: "stop" });
  await lab.pass(2_000);
  const backup = lab.api.backup();
  old.stop();
  const a = lab.start("a", { onSilence: "stop" });
  await lab.pass(60_000);
  lab.api.restore(backup);
  const restoredAt = lab.clock.monotonic();
  await lab.pass(20_000);
  const [, lost, again] = a.changes.map(({ at }) => at - restoredAt);
  ok(lost !== undefined && lost <= 2_500, `stopped after ${lost} ms`);
  ok(again !== undefined && again >= 5_000 && again <= 8_000, `led again after ${again} ms`);
});

Deno.test("S2: that nobody writes the Lease for three durations is told, with the reason, until somebody does", async () => {
  await using lab = new Lab();
  const a = lab.start("a");
  const b = lab.start("b");
  await lab.pass(30_000);
  deepStrictEqual([a.election.trouble, b.election.trouble], [undefined, undefined]);
  b.online = false;
  a.online = false;
  await lab.pass(14_000);
  deepStrictEqual([a.election.trouble], [undefined]);
  await lab.pass(2_500);
  const told = /^Lease default\/lock was not written for 1[567] s: .*Connection refused$/;
  ok(told.test(a.election.trouble ?? ""), a.election.trouble);
  b.online = true;
  await lab.pass(10_000);
  // By its watch, which is still open, the other one hears of it.
  deepStrictEqual([a.election.trouble, b.election.trouble], [undefined, undefined]);
});

Deno.test("S2: a Lease that may not even be read is told after three durations", async () => {
  await using lab = new Lab();
  const a = lab.start("a", { online: false });
  await lab.pass(14_950);
  deepStrictEqual([a.election.trouble], [undefined]);
  await lab.pass(50);
  ok(a.election.trouble?.includes("Connection refused"), a.election.trouble);
});
