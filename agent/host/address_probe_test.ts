import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { parseIPv4 } from "../../core/net/mod.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { AddressProbe } from "./address_probe.ts";
import { MemoryHost } from "../testing/memory_host.ts";

const SERVER = "192.168.48.77";
const OTHER = "52:54:00:00:00:99";

function setUp() {
  const clock = new ManualClock();
  const host = new MemoryHost();
  const link = host.link("eth1");
  const log = memoryLogger();
  const probe = new AddressProbe({ host, clock, log });
  const heard = new Map(["eth1", "eth2"].map((name) => [name, host.listen(host.link(name))]));
  const look = (address = SERVER, on = link) => {
    for (const claim of heard.get(on.name)?.claims() ?? []) probe.hear(claim);
    return probe.look({ link: on, address: parseIPv4(address) });
  };
  /** What is known after looking every 500 ms for so long. */
  const after = async (ms: number) => {
    let owner = look();
    for (let passed = 0; passed < ms; passed += 500) {
      await clock.advance(500);
      owner = look();
    }
    return owner;
  };
  return { clock, host, link, log, probe, look, after };
}

Deno.test("AddressProbe asks every ten seconds where nobody answers", async () => {
  const { host, after } = setUp();
  strictEqual(await after(25_000), undefined);
  deepStrictEqual(host.calls, Array(3).fill(`probe ${SERVER}/32 eth1`));
});

Deno.test("AddressProbe names who answered twice, and forgets them when they are gone", async () => {
  const { host, after } = setUp();
  host.neighbour(SERVER, OTHER);
  strictEqual(await after(3_500), undefined);
  strictEqual(await after(1_000), OTHER);
  host.neighbour(SERVER);
  strictEqual(await after(3_000), OTHER);
  strictEqual(await after(3_000), undefined);
});

Deno.test("AddressProbe believes no single answer", async () => {
  const { host, after } = setUp();
  host.neighbour(SERVER, OTHER);
  await after(0);
  host.neighbour(SERVER);
  strictEqual(await after(30_000), undefined);
});

Deno.test("AddressProbe counts an answer once, however often it is looked at", async () => {
  const { clock, host, look } = setUp();
  host.neighbour(SERVER, OTHER);
  look();
  host.neighbour(SERVER);
  for (let second = 0; second < 15; second++) {
    strictEqual(look(), undefined);
    await clock.advance(1_000);
  }
});

Deno.test("AddressProbe begins anew with another address, another interface, and after forget", async () => {
  const { host, probe, look, after } = setUp();
  host.neighbour(SERVER, OTHER);
  strictEqual(await after(6_000), OTHER);
  strictEqual(look("192.168.48.78"), undefined);
  strictEqual(await after(6_000), OTHER);
  strictEqual(look(SERVER, host.link("eth2")), undefined);
  strictEqual(await after(6_000), OTHER);
  probe.forget();
  strictEqual(look(), undefined);
});

Deno.test("AddressProbe tells once that it cannot ask", async () => {
  const { host, log, look, clock } = setUp();
  for (let round = 0; round < 3; round++) {
    host.failure = new Error("Cannot send an ARP packet: EPERM");
    look();
    await clock.advance(10_000);
  }
  deepStrictEqual(log.lines.map(({ level, message }) => `${level}: ${message}`), [
    "warn: Cannot ask who else has the server address",
  ]);
});

Deno.test("AddressProbe asks at once after forget, and believes no single answer then either", async () => {
  const { host, probe, look, after } = setUp();
  host.neighbour(SERVER, OTHER);
  strictEqual(await after(6_000), OTHER);
  probe.forget();
  host.calls.length = 0;
  look();
  deepStrictEqual(host.calls, [`probe ${SERVER}/32 eth1`]);
  host.neighbour(SERVER);
  strictEqual(await after(30_000), undefined);
});
