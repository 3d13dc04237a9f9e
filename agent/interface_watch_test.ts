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
  let changes = 0;
  const watch = new InterfaceWatch({
    host,
    clock,
    log,
    pollMs: 100,
    checkMs: 500,
    onChange: () => {
      changes++;
    },
  });
  host.changed();
  const running = watch.run(stop.signal);
  const end = async () => {
    stop.abort();
    await running;
    assert.equal(clock.sleeping, 0);
  };
  return { clock, host, log, watch, end, changes: () => changes };
}

Deno.test("InterfaceWatch notices a change at its next look", async () => {
  const { clock, host, watch, end, changes } = setUp();
  host.link("eth1");
  await clock.advance(99);
  assert.equal(watch.state.links.size, 0);
  await clock.advance(1);
  assert.equal(watch.state.links.get("eth1")?.name, "eth1");
  assert.equal(changes(), 1);
  await end();
});

Deno.test("InterfaceWatch reads everything now and then, also where no change was told", async () => {
  const { clock, end, changes } = setUp();
  await clock.advance(1_000);
  assert.equal(changes(), 2);
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
  await clock.advance(500);
  assert.equal(watch.state.links.size, 1);
  assert.ok(log.lines.some(({ message }) => message === "Cannot read the interfaces"));
  host.read = read;
  host.unlink("eth1");
  await clock.advance(100);
  assert.equal(watch.state.links.size, 0);
  await end();
});
