import assert from "node:assert/strict";
import type { IPPool } from "../../core/api/types.ts";
import { compilePool, encode, MessageType } from "../../core/dhcp/mod.ts";
import { formatIPv4, macFromBytes, parseIPv4, parseMac } from "../../core/net/mod.ts";
import { parseAddresses } from "../../core/api/agent/address_words.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { CLIENT_ADDRESS, CLIENT_MAC, poolWith } from "../testing/dhcp.ts";
import { MemoryHost } from "../testing/memory_host.ts";
import { NeighbourWatch } from "./neighbour_watch.ts";
import { ownMacs } from "./own_macs.ts";

const STRANGER = "52:54:00:00:00:99";
const FREE = "192.168.48.85";
const DECLINED = { address: parseIPv4(CLIENT_ADDRESS), mac: parseMac(CLIENT_MAC) };
const MINUTE = 60_000;

function setUp(config: Partial<IPPool["spec"]["ipv4Config"]> = {}) {
  const clock = new ManualClock();
  const host = new MemoryHost();
  let link = host.link("eth1");
  const log = memoryLogger();
  let woken = 0;
  const watch = new NeighbourWatch({
    host,
    clock,
    log,
    random: () => 0,
    onClaim: () => undefined,
    wake: () => {
      woken++;
    },
  });
  const follow = (pool = poolWith(config)) => {
    const { network } = compilePool(pool);
    assert.ok(network);
    watch.follow({ link, network, pool, own: ownMacs(host.read()) });
  };
  /** Lets time pass, with ten turns a second. */
  const pass = async (ms: number, each: () => void = () => undefined) => {
    for (let passed = 0; passed < ms; passed += 100) {
      each();
      watch.turn();
      await clock.advance(100);
    }
  };
  const probes = () => host.calls.filter((call) => call.startsWith("probe "));
  const inUse = () =>
    [...parseAddresses(watch.report(clock.now()).inUse ?? "")].map(([address]) =>
      formatIPv4(address)
    );
  const warnings = () => log.lines.filter(({ level }) => level === "warn");
  /** Gives the interface another MAC address. */
  const readdress = (hardwareAddress: Uint8Array) => {
    link = host.link("eth1", { hardwareAddress });
    follow();
  };
  follow();
  return {
    readdress,
    clock,
    host,
    log,
    watch,
    follow,
    pass,
    probes,
    inUse,
    warnings,
    woken: () => woken,
  };
}

function offer(server: string): Uint8Array {
  return encode({
    op: 2,
    xid: 1,
    chaddr: new Uint8Array(6),
    options: [{ code: 53, value: MessageType.Offer }, { code: 54, value: parseIPv4(server) }],
  });
}

Deno.test("T3: a thousand forged declines a second of twenty clients confirm nothing, log each once, and ask at most 20 times a second", async () => {
  const allocated = Object.fromEntries(
    Array.from({ length: 20 }, (_, n) => [`192.168.48.${100 + n}`, `52:54:00:00:01:${10 + n}`]),
  );
  const pool = { ...poolWith(), status: { ipv4: { allocated, used: 20, available: 200 } } };
  const { clock, watch, follow, pass, probes, warnings } = setUp();
  follow(pool);
  const perSecond: number[] = [];
  for (let second = 0; second < 30; second++) {
    const before = probes().length;
    await pass(1_000, () => {
      for (let n = 0; n < 100; n++) {
        const mac = parseMac(`52:54:00:00:01:${10 + n % 20}`);
        watch.declined({ address: parseIPv4(`192.168.48.${100 + n % 20}`), mac });
      }
    });
    perSecond.push(probes().length - before);
  }
  assert.equal("declined" in watch.report(clock.now()), false);
  assert.equal(Math.max(...perSecond) <= 20, true, String(perSecond));
  assert.equal(warnings().length, 20);
  const { declines } = watch.figures;
  assert.equal(declines.get("confirmed"), undefined);
  assert.equal((declines.get("unanswered") ?? 0) >= 20 * 4, true);
  assert.equal((declines.get("not_checked") ?? 0) > 29_000, true);
});

Deno.test("T3: a declined address that another machine answers for is reported within half a second, with that machine", async () => {
  const { clock, host, watch, pass, warnings, woken } = setUp();
  host.neighbour(CLIENT_ADDRESS, STRANGER);
  watch.declined(DECLINED);
  const before = woken();
  await pass(500);
  assert.deepEqual(
    watch.report(clock.now()).declined?.map(({ address, macAddress, usedBy }) => [
      address,
      macAddress,
      usedBy,
    ]),
    [[CLIENT_ADDRESS, CLIENT_MAC, STRANGER]],
  );
  assert.equal(woken() > before, true);
  assert.deepEqual(warnings().map(({ message }) => message), [
    "A client declined its address",
    "A declined address is used by another machine",
  ]);
});

Deno.test("T3: a forged decline of a client that answers for its address is nothing, whoever else answers", async () => {
  const { clock, host, watch, pass } = setUp();
  host.neighbour(CLIENT_ADDRESS, STRANGER, CLIENT_MAC);
  watch.declined(DECLINED);
  await pass(5_000);
  assert.equal("declined" in watch.report(clock.now()), false);
  assert.equal(watch.figures.declines.get("owner_answers"), 1);
});

Deno.test("T15: a declined address is logged once until its client has another, and counted beyond", async () => {
  const { watch, follow, pass, warnings } = setUp();
  for (let n = 0; n < 1_000; n++) watch.declined(DECLINED);
  follow({ ...poolWith(), metadata: { ...poolWith().metadata, resourceVersion: "8" } });
  watch.declined(DECLINED);
  assert.equal(warnings().length, 1);
  await pass(10_000);
  const counted = [...watch.figures.declines.values()].reduce((sum, one) => sum + one, 0);
  assert.equal(counted, 1_001);
  follow({ ...poolWith(), status: { ipv4: { allocated: {}, used: 0, available: 200 } } });
  follow(poolWith());
  watch.declined(DECLINED);
  assert.equal(warnings().length, 2);
});

Deno.test("a machine inside the range is found, though nobody asked for its address", async () => {
  const { host, pass, inUse } = setUp();
  host.neighbour(FREE, STRANGER);
  await pass(30_000);
  assert.deepEqual(inUse(), [FREE]);
});

Deno.test("what is found is reported at most every five seconds, however much comes", async () => {
  const { host, pass, woken } = setUp();
  for (let n = 100; n < 150; n++) {
    host.neighbour(`192.168.48.${n}`, `52:54:00:00:02:${n - 90}`);
  }
  await pass(30_000);
  assert.equal(woken() >= 2 && woken() <= 7, true, String(woken()));
});

Deno.test("this machine's own interfaces are no strangers", async () => {
  const { host, pass, inUse } = setUp();
  const [own] = ownMacs(host.read());
  assert.equal(own, macFromBytes(Uint8Array.of(2, 0, 0, 0, 0, 1)));
  host.neighbour(FREE, "02:00:00:00:00:01");
  await pass(30_000);
  assert.deepEqual(inUse(), []);
});

Deno.test("another DHCP server is named and told at its first reply, and forgotten after two silent rounds", async () => {
  const { clock, host, watch, pass, woken } = setUp();
  await pass(1_000);
  assert.equal(host.sentAsClient.length, 1);
  assert.equal("foreignServers" in watch.report(clock.now()), false);
  const before = woken();
  host.replied("eth1", offer("192.168.48.2"), STRANGER);
  host.replied("eth1", offer("192.168.48.77"), "52:54:00:00:00:98"); // Another agent of ours.
  await pass(100);
  assert.equal(woken(), before + 1);
  const foreign = [{ address: "192.168.48.2", macAddress: STRANGER }];
  assert.deepEqual(watch.report(clock.now()).foreignServers, foreign);
  assert.equal(watch.figures.foreignServers, 1);
  await pass(14 * MINUTE);
  assert.deepEqual(watch.report(clock.now()).foreignServers, foreign);
  await pass(2 * MINUTE);
  assert.deepEqual(watch.report(clock.now()).foreignServers, []);
  assert.equal(host.sentAsClient.length, 5); // Twice in the first round.
});

Deno.test("another DHCP server is named by a client that answers it; no address of nobody is", async () => {
  const { clock, watch, pass } = setUp();
  for (const address of ["192.168.48.3", "0.0.0.0", "255.255.255.255", "192.168.48.77"]) {
    watch.namedServer(parseIPv4(address));
  }
  await pass(100);
  assert.deepEqual(watch.report(clock.now()).foreignServers, [{ address: "192.168.48.3" }]);
});

Deno.test("passive: it only listens, and believes what it hears", async () => {
  const { clock, host, watch, pass, probes, inUse } = setUp({ conflictDetection: "passive" });
  await pass(100);
  host.announced("eth1", FREE, STRANGER);
  watch.declined(DECLINED);
  await pass(1_000);
  host.announced("eth1", CLIENT_ADDRESS, STRANGER);
  await pass(1_000);
  assert.deepEqual(inUse(), [FREE]);
  assert.equal(watch.report(clock.now()).declined?.length, 1);
  await pass(6 * MINUTE);
  assert.deepEqual([probes(), host.sentAsClient], [[], []]);
});

Deno.test("off: it neither asks nor believes; a decline is counted", async () => {
  const { clock, host, watch, pass, probes, warnings } = setUp({ conflictDetection: "off" });
  host.neighbour(CLIENT_ADDRESS, STRANGER);
  watch.declined(DECLINED);
  watch.namedServer(parseIPv4("192.168.48.3"));
  await pass(100);
  host.announced("eth1", FREE, STRANGER);
  host.announced("eth1", CLIENT_ADDRESS, STRANGER);
  host.replied("eth1", offer("192.168.48.2"), STRANGER);
  await pass(6 * MINUTE);
  assert.deepEqual(watch.report(clock.now()), {});
  assert.deepEqual([probes(), host.sentAsClient, warnings().length], [[], [], 1]);
  assert.equal(watch.figures.declines.get("not_checked"), 1);
});

Deno.test("an edit of conflictDetection counts from then on, and what was found is forgotten", async () => {
  const { clock, host, watch, follow, pass, inUse } = setUp();
  host.neighbour(FREE, STRANGER);
  await pass(30_000);
  assert.deepEqual(inUse(), [FREE]);
  follow(poolWith({ conflictDetection: "off" }));
  await pass(100);
  assert.deepEqual(watch.report(clock.now()), {});
});

Deno.test("a network that cannot be heard is told once, tried again, and heard when it can be", async () => {
  const { host, pass, inUse, warnings, watch, follow } = setUp();
  watch.stop();
  host.deaf = new Error("Cannot open a packet socket: EPERM");
  follow();
  host.neighbour(FREE, STRANGER);
  await pass(5_000);
  assert.deepEqual(warnings().map(({ message }) => message), [
    "Cannot tell who else is on the network",
  ]);
  host.deaf = undefined;
  await pass(30_000);
  assert.deepEqual(inUse(), [FREE]);
});

Deno.test("a network that is heard no more is listened to again a second later, and no sooner", async () => {
  const { host, pass, watch, follow } = setUp();
  watch.stop();
  let listened = 0;
  host.listen = () => {
    listened++;
    const claims = () => {
      throw new Error("Cannot receive: ENETDOWN");
    };
    return { claims, replies: () => [], close: () => undefined };
  };
  follow();
  await pass(1_000);
  assert.equal(listened, 1);
  await pass(100);
  assert.equal(listened, 2);
});

Deno.test("a watch is closed only when its socket is", async () => {
  const { host, pass, watch, follow } = setUp();
  watch.stop();
  const { promise, resolve } = Promise.withResolvers<void>();
  host.listen = () => ({ claims: () => [], replies: () => [], close: () => promise });
  follow();
  watch.stop();
  let isClosed = false;
  const closed = watch.closed().then(() => {
    isClosed = true;
  });
  await pass(100);
  assert.equal(isClosed, false);
  resolve();
  await closed;
});

Deno.test("a network is listened to from the moment that it is followed", () => {
  const { host, watch, follow } = setUp();
  assert.equal(host.hears("eth1"), true);
  watch.stop();
  assert.equal(host.hears("eth1"), false);
  follow();
  assert.equal(host.hears("eth1"), true);
});

Deno.test("a watch wants a turn soon while it asks, is asked to look into something, or has something to report", async () => {
  const { host, watch, clock, pass } = setUp({ pool: { start: FREE, end: FREE } });
  assert.equal(watch.turn(), true);
  await pass(4_000);
  assert.equal(watch.turn(), false);
  watch.declined(DECLINED);
  assert.equal(watch.turn(), true);
  await pass(2_000);
  assert.equal(watch.turn(), false);
  host.announced("eth1", FREE, STRANGER);
  assert.equal(watch.turn(), true);
  await pass(8_000);
  assert.equal(watch.turn(), false);
  host.announced("eth1", FREE, STRANGER, true);
  await clock.advance(3_600_000);
  assert.equal(watch.turn(), true);
  watch.stop();
  assert.equal(watch.turn(), false);
});

Deno.test("a question that cannot be asked stops nothing, and is told once", async () => {
  const { host, pass, inUse, warnings } = setUp();
  host.neighbour(FREE, STRANGER);
  await pass(3_000, () => host.failure = new Error("Cannot send a packet: ENETDOWN"));
  host.failure = undefined;
  await pass(30_000);
  assert.deepEqual(inUse(), [FREE]);
  assert.equal(warnings().length, 1);
});

Deno.test("a machine that answers for every address empties no pool, and is named once", async () => {
  const { host, pass, inUse, warnings } = setUp();
  for (let n = 80; n < 250; n++) host.neighbour(`192.168.48.${n}`, STRANGER);
  await pass(60_000);
  assert.equal(inUse().length, 64);
  assert.deepEqual(warnings().map(({ message, keys }) => [message, keys.macAddresses]), [
    ["Machines answer for too many addresses to be believed", [STRANGER]],
  ]);
});

Deno.test("an interface with another MAC address asks anew: nothing that was asked before is answered to it", async () => {
  const { host, pass, inUse, probes, readdress } = setUp();
  await pass(30_000);
  const before = probes().length;
  host.neighbour(FREE, STRANGER);
  await pass(30_000);
  assert.deepEqual([inUse(), probes().length], [[], before]);
  readdress(Uint8Array.of(2, 0, 0, 0, 0, 7));
  await pass(30_000);
  assert.deepEqual(inUse(), [FREE]);
});

Deno.test("T3: a decline is looked into to its end, though the interface takes another MAC address meanwhile", async () => {
  const { clock, host, watch, pass, readdress } = setUp();
  host.neighbour(CLIENT_ADDRESS, STRANGER);
  watch.declined(DECLINED);
  readdress(Uint8Array.of(2, 0, 0, 0, 0, 7));
  await pass(500);
  assert.equal(watch.report(clock.now()).declined?.length, 1);
});
