import assert from "node:assert/strict";
import { parseCidr, parseIPv4 } from "../../core/net/mod.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import type { Link } from "./host_network.ts";
import { ServerAddress } from "./server_address.ts";
import { MemoryHost } from "../testing/memory_host.ts";

function setUp(fields: Partial<Link> = {}) {
  const host = new MemoryHost();
  const link = host.link("eth1", fields);
  const log = memoryLogger();
  const address = new ServerAddress({ host, log });
  const wanted = (server: string, cidr = "192.168.48.0/24") => ({
    cidr: parseCidr(cidr),
    address: parseIPv4(server),
  });
  return { host, link, log, address, wanted };
}

Deno.test("ServerAddress adds the address once, and announces it twice", () => {
  const { host, link, address, wanted } = setUp();
  const state = host.read();
  const options = { link, wanted: wanted("192.168.48.77") };
  assert.deepEqual(address.ensure(state, options), { present: true });
  assert.deepEqual(address.ensure(state, options), { present: true });
  for (const _look of [1, 2, 3]) address.ensure(host.read(), options);
  assert.deepEqual(host.calls, [
    "add 192.168.48.77/32 eth1",
    "announce 192.168.48.77/32 eth1",
    "announce 192.168.48.77/32 eth1",
  ]);
});

Deno.test("ServerAddress announces the address twice again where the interface takes another MAC address", () => {
  const { host, link, address, wanted } = setUp();
  const look = () => {
    const state = host.read();
    const present = state.links.get("eth1");
    assert.ok(present);
    address.ensure(state, { link: present, wanted: wanted("192.168.48.77") });
  };
  for (const _look of [1, 2, 3]) look();
  host.calls.length = 0;
  host.link("eth1", { ...link, hardwareAddress: Uint8Array.of(2, 0, 0, 0, 0, 9) });
  for (const _look of [1, 2, 3]) look();
  assert.deepEqual(host.calls, [
    "announce 192.168.48.77/32 eth1",
    "announce 192.168.48.77/32 eth1",
  ]);
});

Deno.test("ServerAddress uses an address that is there, whatever its prefix, and leaves it", () => {
  const { host, link, address, wanted } = setUp();
  host.address(link, "192.168.48.77/16");
  assert.deepEqual(address.ensure(host.read(), { link, wanted: wanted("192.168.48.77") }), {
    present: true,
  });
  address.ensure(host.read(), { link });
  assert.deepEqual(host.calls, []);
});

Deno.test("ServerAddress takes over what an earlier agent left, and removes the rest of it", () => {
  const { host, link, address, wanted } = setUp();
  host.address(link, "192.168.48.77/24", true);
  host.address(link, "192.168.48.76/24", true);
  address.ensure(host.read(), { link, wanted: wanted("192.168.48.77") });
  assert.deepEqual(host.calls, ["remove 192.168.48.76/24 eth1"]);
  address.ensure(host.read(), { link });
  assert.deepEqual(host.calls.slice(1), ["remove 192.168.48.77/24 eth1"]);
});

Deno.test("ServerAddress moves to a new address", () => {
  const { host, link, address, wanted } = setUp();
  address.ensure(host.read(), { link, wanted: wanted("192.168.48.77") });
  host.calls.length = 0;
  address.ensure(host.read(), { link, wanted: wanted("192.168.48.78") });
  assert.deepEqual(host.calls.slice(0, 2), [
    "remove 192.168.48.77/32 eth1",
    "add 192.168.48.78/32 eth1",
  ]);
});

Deno.test("ServerAddress removes what it added even before it was seen there", () => {
  const { host, link, address, wanted } = setUp();
  const state = host.read();
  address.ensure(state, { link, wanted: wanted("192.168.48.77") });
  address.ensure(state, { link });
  assert.equal(host.calls.at(-1), "remove 192.168.48.77/32 eth1");
});

Deno.test("ServerAddress leaves the interface it was on, and not one that is gone", () => {
  const { host, link, address, wanted } = setUp();
  const other = host.link("eth2");
  address.ensure(host.read(), { link, wanted: wanted("192.168.48.77") });
  address.leave(host.read(), link);
  assert.notEqual(host.calls.at(-1), "remove 192.168.48.77/32 eth1");
  address.leave(host.read(), other);
  assert.equal(host.calls.at(-1), "remove 192.168.48.77/32 eth1");
  const calls = host.calls.length;
  address.ensure(host.read(), { link, wanted: wanted("192.168.48.77") });
  host.unlink("eth1");
  address.leave(host.read(), undefined);
  assert.deepEqual(host.calls.slice(calls).filter((call) => call.startsWith("remove")), []);
});

Deno.test("ServerAddress says what went wrong, says it once in the log, and tries again", () => {
  const { host, link, log, address, wanted } = setUp();
  for (const _look of [1, 2, 3]) {
    host.failure = new Error("Cannot add an address: EPERM");
    assert.deepEqual(address.ensure(host.read(), { link, wanted: wanted("192.168.48.77") }), {
      present: false,
      note: "Cannot add an address: EPERM",
    });
  }
  assert.equal(log.lines.filter(({ level }) => level === "warn").length, 1);
  assert.deepEqual(address.ensure(host.read(), { link, wanted: wanted("192.168.48.77") }), {
    present: true,
  });
});

Deno.test("ServerAddress lets clients be heard that have an address of this machine's on another network", () => {
  const { host, link, address, wanted } = setUp();
  const options = { link, wanted: wanted("192.168.48.77") };
  address.ensure(host.read(), options);
  assert.deepEqual(host.calls.filter((call) => call.startsWith("acceptLocal")), []);
  host.address(host.link("eth2"), "192.168.48.78/24");
  address.ensure(host.read(), options);
  address.ensure(host.read(), { link });
  assert.deepEqual(host.calls.filter((call) => call.startsWith("acceptLocal")), [
    "acceptLocal 1 eth1",
    "acceptLocal 0 eth1",
  ]);
});

Deno.test("ServerAddress leaves accept_local as it is where it was set before", () => {
  const { host, link, address, wanted } = setUp({
    settings: { forwarding: 0, rpFilter: 0, acceptLocal: 1, arpIgnore: 0 },
  });
  host.address(host.link("eth2"), "192.168.48.78/24");
  address.ensure(host.read(), { link, wanted: wanted("192.168.48.77") });
  address.ensure(host.read(), { link });
  assert.deepEqual(host.calls.filter((call) => call.startsWith("acceptLocal")), []);
});

Deno.test("ServerAddress logs what it adds and removes, with the interface", () => {
  const { host, link, log, address, wanted } = setUp();
  address.ensure(host.read(), { link, wanted: wanted("192.168.48.77") });
  address.ensure(host.read(), { link });
  assert.deepEqual(log.lines, [
    {
      level: "info",
      message: "Added the server address",
      keys: { interface: "eth1", address: "192.168.48.77/32" },
    },
    {
      level: "info",
      message: "Removed a server address",
      keys: { interface: "eth1", address: "192.168.48.77/32" },
    },
  ]);
});

Deno.test("ServerAddress acts at once on another address or another subnet, without a new look", () => {
  const { host, link, address, wanted } = setUp();
  const state = host.read();
  address.ensure(state, { link, wanted: wanted("192.168.48.77") });
  address.ensure(state, { link, wanted: wanted("192.168.48.78") });
  assert.ok(host.calls.includes("add 192.168.48.78/32 eth1"));
  host.address(host.link("eth2"), "192.168.48.200/24");
  const other = host.read();
  address.ensure(other, { link, wanted: wanted("192.168.48.78", "192.168.48.0/25") });
  assert.ok(!host.calls.includes("acceptLocal 1 eth1"));
  address.ensure(other, { link, wanted: wanted("192.168.48.78") });
  assert.ok(host.calls.includes("acceptLocal 1 eth1"));
});

Deno.test("ServerAddress does nothing twice on one look, also where it is asked anew", () => {
  const { host, link, address, wanted } = setUp();
  const state = host.read();
  address.ensure(state, { link, wanted: wanted("192.168.48.77") });
  const calls = host.calls.length;
  address.ensure(state, { link, wanted: wanted("192.168.48.77") });
  assert.equal(host.calls.length, calls);
});

Deno.test("ServerAddress leaves an interface once: what another network puts there later stays", () => {
  const { host, link, address, wanted } = setUp();
  address.ensure(host.read(), { link, wanted: wanted("192.168.48.77") });
  address.leave(host.read(), undefined);
  host.address(link, "192.168.48.99/32", true);
  host.calls.length = 0;
  address.leave(host.read(), undefined);
  assert.deepEqual(host.calls, []);
});

Deno.test("ServerAddress undoes nothing on an interface that is gone", () => {
  const { host, link, address, wanted } = setUp();
  host.address(host.link("eth2"), "192.168.48.78/24");
  address.ensure(host.read(), { link, wanted: wanted("192.168.48.77") });
  host.unlink("eth1");
  address.leave(host.read(), undefined);
  const again = host.link("eth1");
  host.calls.length = 0;
  address.ensure(host.read(), { link: again });
  assert.deepEqual(host.calls, []);
});

Deno.test("ServerAddress does not remove again what somebody else removed", () => {
  const { host, link, address, wanted } = setUp();
  address.ensure(host.read(), { link, wanted: wanted("192.168.48.77") });
  address.ensure(host.read(), { link, wanted: wanted("192.168.48.77") });
  host.unlink("eth1");
  host.link("eth1", { index: link.index });
  host.calls.length = 0;
  address.ensure(host.read(), { link });
  assert.deepEqual(host.calls, []);
});

Deno.test("ServerAddress undoes accept_local once", () => {
  const { host, link, address, wanted } = setUp();
  host.address(host.link("eth2"), "192.168.48.78/24");
  address.ensure(host.read(), { link, wanted: wanted("192.168.48.77") });
  address.ensure(host.read(), { link });
  address.ensure(host.read(), { link });
  assert.deepEqual(host.calls.filter((call) => /^acceptLocal 0/.test(call)), [
    "acceptLocal 0 eth1",
  ]);
});
