import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { AddressWaits } from "./address_waits.ts";

function setUp() {
  const clock = new ManualClock();
  const told: number[] = [];
  return { clock, told, waits: new AddressWaits(clock, (seconds) => told.push(seconds)) };
}

Deno.test("AddressWaits tells how long a VM waited for its first address, once", async () => {
  const { clock, told, waits } = setUp();
  waits.begin("default/web");
  await clock.advance(1_500);
  assert.equal(waits.end("default/web"), 1_500);
  assert.equal(waits.end("default/web"), undefined);
  assert.deepEqual(told, [1.5]);
});

Deno.test("AddressWaits tells nothing of VMs that it did not see come, that went, or that another controller looked after", () => {
  const { told, waits } = setUp();
  waits.end("default/old");
  waits.begin("default/gone");
  waits.forget("default/gone");
  waits.end("default/gone");
  waits.begin("default/web");
  waits.forget();
  waits.end("default/web");
  assert.deepEqual(told, []);
});

Deno.test("AddressWaits measures who waits for an hour, whoever comes meanwhile", async () => {
  const { clock, told, waits } = setUp();
  waits.begin("default/late");
  await clock.advance(3_600_000);
  waits.begin("default/web");
  waits.end("default/late");
  assert.deepEqual(told, [3_600]);
});

Deno.test("AddressWaits forgets who waits for more than an hour when others come, so that it stays small", async () => {
  const { clock, told, waits } = setUp();
  waits.begin("default/never");
  await clock.advance(3_600_001);
  waits.begin("default/web");
  waits.end("default/never");
  waits.end("default/web");
  assert.deepEqual(told, [0]);
});
