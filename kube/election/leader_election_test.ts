import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { LEASES } from "../objects/resources.ts";
import { ElectionLab, LEASE, overlaps } from "../testing/election_lab.ts";

Deno.test("an election with one candidate is won at once, in a Lease as client-go writes it", async () => {
  await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
  lab.start("a");
  await lab.pass(1_000);
  const b = lab.start("b");
  await lab.pass(60_000);
  deepStrictEqual(b.changes, []);
  strictEqual(b.election.holder, "a");
});

Deno.test("rule 101: a holder that dies is followed within the duration and one renewal", async () => {
  await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
  const a = lab.start("a", { handOverMs: 2_000 });
  await lab.pass(1_000);
  a.stop();
  await lab.pass(5_000);
  deepStrictEqual(a.log.lines.at(-1)?.keys["why"], "This process ends, and gave the Lease up");
});

Deno.test("that the Lease cannot be reached is said once, and once when it can be again", async () => {
  await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
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
    await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
  const a = lab.start("a", { onSilence: "stop" });
  await lab.pass(500);
  const b = lab.start("b", { onSilence: "stop" });
  b.election.challenge(() => true);
  await lab.pass(10_000);
  deepStrictEqual([a.election.leading, b.election.leading], [true, false]);
});

Deno.test("a holder that stops has stopped before another one begins", async () => {
  await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
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
