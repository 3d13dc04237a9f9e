import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Clock } from "../../runtime/clock.ts";
import { LEASES } from "../objects/resources.ts";
import { ElectionLab, LEASE, overlaps } from "../testing/election_lab.ts";

for (const onSilence of ["stop", "go-on"] as const) {
  Deno.test(`who stood still for two thirds of the duration is ${onSilence === "stop" ? "no longer " : ""}sure to lead (${onSilence})`, async () => {
    await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
  const a = lab.start("a");
  await lab.pass(1_000);
  a.beforePatch = () => new Promise(() => undefined);
  a.stop();
  await lab.pass(1_500);
  ok(!a.election.leading);
});

Deno.test("a holder goes on renewing after somebody else wrote the Lease, also where its watch is dead", async () => {
  await using lab = new ElectionLab();
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
    await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
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
    await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
  const a = lab.start("a");
  await lab.pass(3_000);
  a.online = false;
  const again = lab.start("a");
  await lab.pass(500);
  ok(again.election.leading);
});

Deno.test("a process that led before leads again while the API server stays silent at its start", async () => {
  await using lab = new ElectionLab();
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
    await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
  const a = lab.start("a", { ledBefore: true, unlisted: true });
  let creates = 0;
  a.beforeCreate = () => Promise.resolve(creates++);
  await lab.pass(10_000);
  const renewed = Date.parse((await lab.lease())?.renewTime ?? "");
  ok(lab.clock.now() - renewed <= 2_000, `renewed ${lab.clock.now() - renewed} ms ago`);
  deepStrictEqual([a.election.leading, creates], [true, 1]);
});

Deno.test("a Lease of the Go version is respected for as long as it says", async () => {
  await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
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
    await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
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
    await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
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
  await using lab = new ElectionLab();
  const a = lab.start("a", { online: false });
  await lab.pass(14_950);
  deepStrictEqual([a.election.trouble], [undefined]);
  await lab.pass(50);
  ok(a.election.trouble?.includes("Connection refused"), a.election.trouble);
});
