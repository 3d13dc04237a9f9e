import assert from "node:assert/strict";
import { ManualClock } from "../runtime/manual_clock.ts";
import { memoryLogger } from "../runtime/memory_logger.ts";
import { InterfaceWatch } from "./interface_watch.ts";
import { MemoryHost } from "./testing/memory_host.ts";

function setUp() {
  const clock = new ManualClock();
  const host = new MemoryHost();
  const log = memoryLogger();
  const stop = new AbortController();
  let looks = 0;
  const watch = new InterfaceWatch({
    host,
    clock,
    log,
    pollMs: 100,
    readMs: 2_000,
    lookMs: 500,
    onLook: () => {
      looks++;
    },
  });
  host.changed();
  const running = watch.run(stop.signal);
  const end = async () => {
    stop.abort();
    await running;
    assert.equal(clock.sleeping, 0);
  };
  return { clock, host, log, watch, end, looks: () => looks };
}

Deno.test("InterfaceWatch notices a change at its next look", async () => {
  const { clock, host, watch, end, looks } = setUp();
  host.link("eth1");
  await clock.advance(99);
  assert.equal(watch.state.links.size, 0);
  await clock.advance(1);
  assert.equal(watch.state.links.get("eth1")?.name, "eth1");
  assert.equal(looks(), 1);
  await end();
});

Deno.test("InterfaceWatch has everything looked at now and then, and reads it more seldom", async () => {
  const { clock, watch, end, looks } = setUp();
  const { state } = watch;
  await clock.advance(1_000);
  assert.equal(looks(), 2);
  assert.equal(watch.state, state);
  await clock.advance(1_000);
  assert.equal(looks(), 4);
  assert.notEqual(watch.state, state);
  await end();
});

Deno.test("InterfaceWatch keeps what it knows while the kernel does not answer", async () => {
  const { clock, host, log, watch, end } = setUp();
  host.link("eth1");
  await clock.advance(100);
  const read = host.read;
  host.read = () => {
    throw new Error("Cannot list by netlink");
  };
  await clock.advance(2_000);
  assert.equal(watch.state.links.size, 1);
  assert.ok(log.lines.some(({ message }) => message === "Cannot read the interfaces"));
  host.read = read;
  host.unlink("eth1");
  await clock.advance(100);
  assert.equal(watch.state.links.size, 0);
  await end();
});
