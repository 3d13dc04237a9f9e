import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import type { HostNetwork } from "./host_network.ts";
import { InterfaceWatch } from "./interface_watch.ts";
import { MemoryHost } from "../testing/memory_host.ts";

function setUp({ tells = false } = {}) {
  const clock = new ManualClock();
  let isBusy = false;
  const host: MemoryHost & Pick<HostNetwork, "news"> = new MemoryHost();
  if (tells) host.news = (ms, signal) => clock.sleep(ms, signal);
  host.link("lo");
  const log = memoryLogger();
  const stop = new AbortController();
  let looks = 0;
  let turns = 0;
  const watch = new InterfaceWatch({
    host,
    clock,
    log,
    onLook: () => {
      looks++;
    },
    onTurn: () => {
      turns++;
      return isBusy;
    },
  });
  host.changed();
  const running = watch.run(stop.signal);
  const end = async () => {
    stop.abort();
    await running;
    assert.equal(clock.sleeping, 0);
  };
  const busy = (is: boolean) => {
    isBusy = is;
  };
  return { clock, host, log, watch, end, busy, looks: () => looks, turns: () => turns };
}

Deno.test("InterfaceWatch notices a change at its next look", async () => {
  const { clock, host, watch, end, looks } = setUp();
  host.link("eth1");
  await clock.advance(99);
  assert.equal(watch.state.links.has("eth1"), false);
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
  assert.equal(watch.state.links.has("eth1"), true);
  assert.ok(log.lines.some(({ message }) => message === "Cannot read the interfaces"));
  host.read = read;
  host.unlink("eth1");
  await clock.advance(100);
  assert.equal(watch.state.links.has("eth1"), false);
  await end();
});

Deno.test("InterfaceWatch knows what is there from the start", async () => {
  const { watch, end } = setUp();
  assert.deepEqual([...watch.state.links.keys()], ["lo"]);
  await end();
});

Deno.test("InterfaceWatch reads everything at each look where the kernel does not tell of changes, and says so", async () => {
  const { clock, host, log, watch, end } = setUp();
  host.changed = () => {
    throw new Error("Cannot hear by netlink");
  };
  host.link("eth1");
  await clock.advance(100);
  assert.equal(watch.state.links.has("eth1"), true);
  assert.deepEqual(log.lines.map(({ level, message }) => [level, message]), [
    ["error", "Cannot tell whether an interface changed"],
  ]);
  await end();
});

Deno.test("InterfaceWatch has a turn every 100 ms, whatever there is to look at", async () => {
  const { clock, end, looks, turns } = setUp();
  await clock.advance(450);
  assert.deepEqual([turns(), looks()], [4, 0]);
  await end();
});

Deno.test("InterfaceWatch waits for a host that tells of its news: 500 ms at most, and 100 while there is something to be done", async () => {
  const { clock, end, busy, looks, turns } = setUp({ tells: true });
  await clock.advance(100);
  await clock.advance(1_000);
  assert.deepEqual([turns(), looks()], [3, 2]);
  busy(true);
  await clock.advance(500);
  await clock.advance(300);
  assert.deepEqual([turns(), looks()], [7, 3]);
  await end();
});
