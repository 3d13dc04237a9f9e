import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  createKubeClient,
  type JsonValue,
  LEASES,
  type RestAnswer,
  type RestClient,
  toRestClient,
} from "../../kube/mod.ts";
import { LeaderElection, type LeaderElectionOptions } from "../../kube/leader_election.ts";
import { ManualClock } from "../../runtime/manual_clock.ts";
import { memoryLogger } from "../../runtime/memory_logger.ts";
import { EmbeddedApi } from "../../standalone/api/mod.ts";

const LEASE = { namespace: "default", name: "lock" };

/** One process that takes part. */
interface Candidate {
  readonly election: LeaderElection;
  /** When (ms of simulated time) it began and ceased to lead. */
  readonly changes: { readonly at: number; readonly leading: boolean }[];
  /** Cuts it off from the API server, or connects it again. */
  online: boolean;
  /** What happens at the API server just before this candidate's next patch arrives. */
  beforePatch?: (() => Promise<unknown>) | undefined;
  stop(): void;
  readonly done: Promise<void>;
}

class Lab implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly api = new EmbeddedApi({ clock: this.clock, random: () => 0.5 });
  readonly client = createKubeClient(this.api.rest({ userAgent: "test" }));
  readonly #all: Candidate[] = [];

  start(
    identity: string,
    { online = true, latencyMs = 0, ...options }:
      & Partial<LeaderElectionOptions>
      & { online?: boolean; latencyMs?: number } = {},
  ): Candidate {
    const signal = new AbortController();
    const candidate: { -readonly [K in keyof Candidate]: Candidate[K] } = {
      online,
      changes: [],
      stop: () => signal.abort(),
    } as unknown as Candidate;
    const rest = cuttable(this.api.rest({ userAgent: identity }), candidate);
    const election = new LeaderElection({
      client: createKubeClient(latencyMs === 0 ? rest : slow(rest, this.clock, latencyMs)),
      lease: LEASE,
      identity,
      durationMs: 5_000,
      renewMs: 1_000,
      onSilence: "go-on",
      clock: this.clock,
      random: () => 0.5,
      logger: memoryLogger(),
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

  async holder(): Promise<string | undefined> {
    return (await this.client.of(LEASES).get(LEASE))?.spec?.holderIdentity;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const candidate of this.#all) candidate.stop();
    let ended = false;
    const all = Promise.all(this.#all.map(({ done }) => done)).then(() => ended = true);
    while (!ended) await this.pass(100);
    await all;
    this.api.close();
  }
}

/** A client that fails while its candidate is cut off, and comes too late where something happens before. */
function cuttable(
  rest: RestClient,
  candidate: Pick<Candidate, "online" | "beforePatch">,
): RestClient {
  return toRestClient(async (request) => {
    if (!candidate.online) throw new TypeError("Connection refused");
    const { beforePatch } = candidate;
    if (request.method === "PATCH" && beforePatch !== undefined) {
      candidate.beforePatch = undefined;
      await beforePatch();
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

Deno.test("a holder that dies is followed within the duration and one renewal", async () => {
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
});

Deno.test("a holder that ends hands over at once, and goes on until its successor is seen", async () => {
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
  ok(ended !== undefined && !ended.leading && ended.at >= began.at, "nobody led in between");
  const lease = await lab.client.of(LEASES).get(LEASE);
  strictEqual(lease?.spec?.leaseTransitions, 1);
  ok((lease?.spec?.acquireTime ?? "") > "2026-01-01T00:00:06");
  strictEqual(await lab.holder(), "b");
});

Deno.test("a holder that ends gives up a Lease that was written a moment before, too", async () => {
  await using lab = new Lab();
  const a = lab.start("a", { handOverMs: 2_000 });
  await lab.pass(1_000);
  const b = lab.start("b");
  await lab.pass(5_000);
  const body = { metadata: { annotations: { report: "of the same process" } } };
  a.beforePatch = () => lab.client.of(LEASES).patch(LEASE, { type: "merge", body });
  a.stop();
  await lab.pass(1_000);
  ok(b.election.leading);
  strictEqual(a.beforePatch, undefined);
});

for (const latencyMs of [3, 40, 120]) {
  Deno.test(`whenever a holder ends, somebody leads all the time, ${latencyMs} ms away from the API server`, async () => {
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
  strictEqual(await lab.holder(), "");
});

Deno.test("a holder that goes on leads while the API server is silent, and until it sees another holder", async () => {
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
  ok(a.election.leading);
  await lab.pass(60_000);
  ok(a.election.leading && !b.election.leading);
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
  strictEqual((await lab.client.of(LEASES).get(LEASE))?.spec?.leaseTransitions, 1);
});

Deno.test("many candidates never lead two at once while the API server answers", async () => {
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
