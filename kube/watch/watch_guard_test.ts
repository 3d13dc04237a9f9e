import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { setUp as informerScene } from "../testing/informer_scene.ts";

/** A clock that may go on while nobody is there to look at it, as for a process that is stopped, or whose machine sleeps. */
class StoppableClock extends ManualClock {
  #skippedMs = 0;
  #sleptMs = 0;

  override now(): number {
    return super.now() + this.#skippedMs + this.#sleptMs;
  }

  override monotonic(): number {
    return super.monotonic() + this.#skippedMs;
  }

  standStill(ms: number, { asleep }: { readonly asleep: boolean }): void {
    if (asleep) this.#sleptMs += ms;
    else this.#skippedMs += ms;
  }
}

function setUp() {
  const clock = new StoppableClock();
  return { ...informerScene({ clock }), clock };
}

Deno.test("S1: Informer lists anew after its process, or its machine, stood still, though the server has overtaken what was known", async () => {
  for (const asleep of [false, true]) {
    const { api, clock, informer, end, names } = setUp();
    const backup = api.backup();
    api.put("lost");
    await clock.advance(1_000);
    api.restore(backup);
    api.breakWatches();
    for (const name of ["a", "b", "c"]) api.put(name);
    clock.standStill(60_000, { asleep });
    await clock.advance(1_000);
    assert.deepEqual([names(), api.lists], [["a", "b", "c"], 2], `${asleep}`);
    api.breakWatches();
    await clock.advance(1_000);
    assert.equal(api.lists, 2, "once is enough");
    assert.equal(informer.synced, true);
    await end();
  }
});

Deno.test("S1: Informer lists anew after a standstill in which a watch came to the end of its time", async () => {
  const { api, clock, end, names } = setUp();
  const backup = api.backup();
  api.put("lost");
  await clock.advance(1_000);
  api.restore(backup);
  api.endWatches();
  for (const name of ["a", "b"]) api.put(name);
  clock.standStill(900_000, { asleep: false });
  await clock.advance(1_000);
  assert.deepEqual(names(), ["a", "b"]);
  await end();
});

Deno.test("S1: Informer.ask lists anew where the watch does not tell for long that an object is not there any more", async () => {
  const { api, clock, informer, end, names } = setUp();
  const backup = api.backup();
  api.put("a");
  await clock.advance(1_000);
  api.restore(backup);
  for (const name of ["b", "c"]) api.put(name);
  const ask = async () => {
    await informer.ask("default/a", () => Promise.resolve(undefined));
    await clock.settle();
  };
  await ask();
  await clock.advance(10_000);
  await ask();
  assert.deepEqual([names(), api.lists], [["a", "c"], 1]);
  await clock.advance(1);
  await ask();
  assert.deepEqual([names(), api.lists], [["b", "c"], 2]);
  await ask();
  await clock.advance(20_000);
  await ask();
  assert.equal(api.lists, 2, "what is not known is missed by nobody");
  await end();
});
