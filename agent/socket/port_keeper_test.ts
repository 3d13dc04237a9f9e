import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import type { Link } from "../host/host_network.ts";
import { PortKeeper } from "./port_keeper.ts";
import { MemoryHost } from "../testing/memory_host.ts";
import { MemoryPort } from "../testing/memory_port.ts";

function setUp(options: { readonly limits?: readonly string[] } = {}) {
  const clock = new ManualClock();
  const log = memoryLogger();
  const host = new MemoryHost();
  const ports: MemoryPort[] = [];
  const refusals: Error[] = [];
  let changes = 0;
  const keeper = new PortKeeper({
    clock,
    random: () => 1,
    log,
    open: (link) => {
      const refusal = refusals.shift();
      if (refusal !== undefined) throw refusal;
      const port = new MemoryPort(link, options);
      ports.push(port);
      return port;
    },
    serve: async (port) => {
      while (await port.receive() > 0);
    },
    onChange: () => {
      changes++;
    },
  });
  const link: Link = host.link("eth1");
  return { clock, log, host, ports, refusals, keeper, link, changes: () => changes };
}

Deno.test("PortKeeper opens one socket and keeps it", async () => {
  const { clock, ports, keeper, link } = setUp();
  assert.equal(keeper.ensure(link), undefined);
  assert.equal(keeper.ensure(link), undefined);
  assert.equal(ports.length, 1);
  keeper.close();
  await clock.settle();
  assert.equal(ports[0]?.closed, true);
});

Deno.test("PortKeeper opens a new socket where the interface is another one of the same name", async () => {
  const { clock, host, ports, keeper, link } = setUp();
  keeper.ensure(link);
  host.unlink("eth1");
  const again = host.link("eth1");
  assert.notEqual(again.index, link.index);
  assert.equal(keeper.ensure(again), undefined);
  assert.equal(ports[0]?.closed, true);
  assert.equal(ports[1]?.link.index, again.index);
  keeper.close();
  await clock.settle();
});

Deno.test("PortKeeper tells why it has no socket, and tries again after longer and longer waits", async () => {
  const { clock, ports, refusals, keeper, link, changes } = setUp();
  const waits: number[] = [];
  refusals.push(...Array.from({ length: 6 }, () => new Error("EADDRINUSE")));
  while (ports.length === 0) {
    const from = clock.monotonic();
    const before = changes();
    if (keeper.ensure(link) === undefined) break;
    assert.equal(keeper.ensure(link), "EADDRINUSE");
    await clock.advanceUntil(() => changes() > before, { stepMs: 10 });
    waits.push(clock.monotonic() - from);
  }
  assert.deepEqual(waits, [50, 100, 200, 400, 500, 500]);
  assert.equal(keeper.opened, 1);
  keeper.close();
  await clock.settle();
});

Deno.test("PortKeeper opens a socket that died again, and says so", async () => {
  const { clock, ports, keeper, link, changes } = setUp();
  keeper.ensure(link);
  await clock.settle();
  ports[0]?.die("ENETDOWN");
  await clock.settle();
  assert.equal(changes(), 1);
  assert.equal(ports[0]?.closed, true);
  assert.equal(keeper.ensure(link), "ENETDOWN");
  await clock.advance(50);
  assert.equal(changes(), 2);
  assert.equal(keeper.ensure(link), undefined);
  keeper.close();
  await clock.settle();
});

Deno.test("PortKeeper opens a socket again that somebody else closed", async () => {
  const { clock, ports, keeper, link, changes } = setUp();
  keeper.ensure(link);
  await clock.settle();
  ports[0]?.close();
  await clock.settle();
  assert.equal(changes(), 1);
  assert.equal(keeper.ensure(link), "The socket was closed");
  await clock.advance(50);
  assert.equal(keeper.ensure(link), undefined);
  assert.equal(keeper.opened, 2);
  await keeper.close();
});

Deno.test("PortKeeper counts what none of its sockets had read", async () => {
  const { clock, ports, keeper, link } = setUp();
  assert.equal(keeper.unread, 0);
  keeper.ensure(link);
  for (const port of ports) port.dropped = 3;
  assert.equal(keeper.unread, 3);
  keeper.release();
  assert.equal(keeper.unread, 3);
  keeper.ensure(link);
  for (const port of ports) port.dropped = 4;
  assert.equal(keeper.unread, 7);
  await keeper.close();
  assert.equal(keeper.unread, 7);
  await clock.settle();
});

Deno.test("PortKeeper finds a socket out that is dead and does not say so", async () => {
  const { clock, ports, keeper, link } = setUp();
  keeper.ensure(link);
  const [port] = ports;
  assert.ok(port);
  port.trouble = "ECONNABORTED";
  assert.equal(keeper.ensure(link), "The socket is dead: ECONNABORTED");
  await clock.advance(50);
  assert.equal(keeper.ensure(link), undefined);
  keeper.close();
  await clock.settle();
});

Deno.test("PortKeeper begins with the shortest wait again after a socket that lasted", async () => {
  const { clock, ports, refusals, keeper, link } = setUp();
  refusals.push(new Error("one"), new Error("two"), new Error("three"));
  await clock.advanceUntil(() => keeper.ensure(link) === undefined, { stepMs: 10 });
  await clock.advance(6_000);
  ports[0]?.die("ENETDOWN");
  await clock.advance(50);
  assert.equal(keeper.ensure(link), undefined);
  keeper.close();
  await clock.settle();
});

Deno.test("PortKeeper opens a socket that dies each time ever less often", async () => {
  const { clock, ports, keeper, link } = setUp();
  const waits: number[] = [];
  for (let death = 0; death < 14; death++) {
    keeper.ensure(link);
    await clock.advance(100);
    ports.at(-1)?.die("ENETDOWN");
    await clock.settle();
    const from = clock.monotonic();
    const opened = keeper.opened;
    await clock.advanceUntil(() => {
      keeper.ensure(link);
      return keeper.opened > opened;
    }, { stepMs: 10 });
    waits.push(clock.monotonic() - from);
  }
  assert.deepEqual(waits, [50, 100, 200, 400, ...Array(10).fill(500)]);
  keeper.close();
  await clock.settle();
});

Deno.test("PortKeeper tells of the last failure only, and of none where the socket was merely given back", async () => {
  const { clock, refusals, keeper, link } = setUp();
  refusals.push(new Error("EADDRINUSE"));
  assert.equal(keeper.ensure(link), "EADDRINUSE");
  await clock.advance(50);
  assert.equal(keeper.ensure(link), undefined);
  await keeper.close();
  assert.equal(keeper.ensure(link), "it is closed");
});

Deno.test("PortKeeper is closed only when every socket that it gave back is", async () => {
  const { clock, ports, keeper, link } = setUp();
  keeper.ensure(link);
  const [port] = ports;
  assert.ok(port);
  const slow = Promise.withResolvers<void>();
  port.closing = slow.promise;
  keeper.release();
  let closed = false;
  const closing = keeper.close().then(() => closed = true);
  await clock.settle();
  assert.equal(closed, false);
  slow.resolve();
  await closing;
});

Deno.test("PortKeeper logs where it listens, what the socket cannot do, and why it failed", async () => {
  const { clock, log, ports, keeper, link } = setUp({ limits: ["No packet socket"] });
  keeper.ensure(link);
  await clock.settle();
  ports[0]?.die("ENETDOWN");
  await clock.settle();
  assert.deepEqual(
    log.lines.map(({ level, message, keys }) => [level, message, keys.limit ?? keys.interface]),
    [
      ["info", "Listening", "eth1"],
      ["warn", "The socket is limited", "No packet socket"],
      ["warn", "The socket failed, opening it again", undefined],
    ],
  );
  await keeper.close();
});

Deno.test("PortKeeper opens nothing after it was closed, and leaves nothing waiting", async () => {
  const { clock, ports, refusals, keeper, link } = setUp();
  refusals.push(new Error("EADDRINUSE"));
  keeper.ensure(link);
  keeper.close();
  await clock.settle();
  assert.equal(clock.sleeping, 0);
  assert.equal(keeper.ensure(link), "EADDRINUSE");
  assert.equal(ports.length, 0);
});
