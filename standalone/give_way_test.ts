import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createKubeClient, VMNETCFGS } from "../kube/mod.ts";
import { systemClock } from "../runtime/clock.ts";
import { EmbeddedApi } from "./api/mod.ts";
import { givingWay, Slices, slicesOf } from "./give_way.ts";

/** Slices under a time of the test's, with an event loop that turns when the test says so. */
function setUp() {
  let time = 0;
  let turns = 0;
  let turnNow = () => {};
  const slices = new Slices({
    now: () => time,
    turn: () => {
      turns++;
      return new Promise((resolve) => turnNow = resolve);
    },
  });
  return {
    slices,
    work: (ms: number) => time += ms,
    turn: () => turnNow(),
    get turns() {
      return turns;
    },
  };
}

Deno.test("T18: Slices gives way when 10 ms of work were done since the event loop turned", async () => {
  const { slices, work, turn } = setUp();
  const done: string[] = [];
  await slices.giveWay();
  work(9);
  await slices.giveWay();
  work(1);
  const waiting = slices.giveWay().then(() => done.push("second slice"));
  await Promise.resolve();
  deepStrictEqual(done, []);
  turn();
  await waiting;
  work(9);
  await slices.giveWay();
  deepStrictEqual(done, ["second slice"]);
});

Deno.test("T18: Slices does not wait for a turn that came by itself", async () => {
  const scene = setUp();
  await scene.slices.giveWay();
  scene.turn();
  await Promise.resolve();
  scene.work(1_000);
  await scene.slices.giveWay();
  strictEqual(scene.turns, 2);
});

Deno.test("T18: 2,000 requests to the embedded API in a row let timers in between", async () => {
  using api = new EmbeddedApi();
  const configs = createKubeClient(givingWay(api.rest(), slicesOf(systemClock))).of(VMNETCFGS);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const begun = performance.now();
  for (let at = 0; at < 2_000; at++) {
    await configs.create({
      apiVersion: VMNETCFGS.apiVersion,
      kind: VMNETCFGS.kind,
      metadata: { namespace: "default", name: `vm-${at}` },
      spec: { vmName: `vm-${at}`, networkConfig: [] },
    });
  }
  clearInterval(timer);
  // Without slices there is none; a slice and the piece of work that ends it take 10 ms and a bit.
  ok(turns >= (performance.now() - begun) / 100, `${turns} turns`);
});
