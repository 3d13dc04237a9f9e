import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { macToBytes, parseIPv4, parseMac } from "../../core/net/mod.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import type { Link } from "../host/host_network.ts";
import { MemoryHost } from "../testing/memory_host.ts";
import { StandIn } from "./stand_in.ts";

const SERVER = parseIPv4("192.168.48.77");

/** Somebody who stands by on a network where the server's address is there, or not. */
class Scene {
  isThere = true;
  probes = 0;
  readonly clock = new ManualClock();
  readonly log = memoryLogger();
  readonly standIn: StandIn;
  readonly #link = new MemoryHost().link("eth1");

  constructor(probe?: () => void) {
    this.standIn = new StandIn({
      clock: this.clock,
      log: this.log,
      host: {
        probe: probe ?? ((_, address) => {
          this.probes++;
          if (this.isThere) this.standIn.hear({ address, mac: 1, isAnswer: true });
        }),
      },
    });
  }

  /** Lets time pass while a client asks, or nobody does; after how many seconds this agent began or ceased to answer. */
  async changes(seconds: number, asks = true): Promise<readonly number[]> {
    const found: number[] = [];
    let before = this.standIn.stands;
    for (let half = 0; half < seconds * 2; half++) {
      if (asks && !this.standIn.stands) this.standIn.doubt();
      if (this.standIn.doubts) this.standIn.look({ link: this.#link, address: SERVER });
      if (this.standIn.stands !== before) found.push(half / 2);
      before = this.standIn.stands;
      await this.clock.advance(500);
    }
    return found;
  }
}

Deno.test("who stands by asks for the server's address while clients ask, and is silent while it is there", async () => {
  const scene = new Scene();
  deepStrictEqual(await scene.changes(60), []);
  strictEqual(scene.probes, 60);
  deepStrictEqual(await scene.changes(20, false), []);
  strictEqual(scene.probes, 70);
});

Deno.test("who stands by answers after three questions for the server's address that nobody answered, and asks on more often", async () => {
  const scene = new Scene();
  scene.isThere = false;
  deepStrictEqual(await scene.changes(60), [3]);
  strictEqual(scene.probes, 3 + 2 * 57);
  scene.isThere = true;
  deepStrictEqual(await scene.changes(60), [1.5]);
});

Deno.test("who stands by believes neither one question that was lost nor two", async () => {
  const scene = new Scene();
  for (let round = 0; round < 10; round++) {
    scene.isThere = false;
    deepStrictEqual(await scene.changes(2), []);
    scene.isThere = true;
    deepStrictEqual(await scene.changes(1), []);
  }
});

Deno.test("who stands by takes for an answer neither another's question nor what is said of another address", async () => {
  const scene: Scene = new Scene(() => {
    scene.standIn.hear({ address: SERVER, mac: 1, isAnswer: false });
    scene.standIn.hear({ address: SERVER + 1, mac: 1, isAnswer: true });
  });
  deepStrictEqual(await scene.changes(60), [3]);
});

Deno.test("who stands by does nothing where no client asks, whoever has the address", async () => {
  const scene = new Scene();
  scene.isThere = false;
  deepStrictEqual(await scene.changes(60, false), []);
  strictEqual(scene.probes, 0);
});

Deno.test("who stands by takes a question that could not be asked for no sign", async () => {
  const scene = new Scene(() => {
    throw new Error("No buffer space available");
  });
  deepStrictEqual(await scene.changes(60), []);
});

/** Who stands by on one network where nobody leads: a MAC address each, and when it looks for the first time. */
async function standbys(machines: readonly (readonly [mac: string, startsAtMs: number])[]) {
  const clock = new ManualClock();
  const all = machines.map(([mac, startsAtMs]) => {
    const link = { ...new MemoryHost().link("eth1"), hardwareAddress: macToBytes(parseMac(mac)) };
    const probe = (_: Link, address: number) => {
      for (const other of all) {
        if (other === one || !other.standIn.stands) continue;
        one.standIn.hear({ address, mac: parseMac(other.mac), isAnswer: true });
      }
    };
    const standIn = new StandIn({ clock, log: memoryLogger(), host: { probe } });
    const one = { mac, link, startsAtMs, standIn };
    return one;
  });
  const answering: string[] = [];
  for (let ms = 0; ms < 60_000; ms += 100) {
    for (const { link, startsAtMs, standIn } of all) {
      if (ms < startsAtMs || (ms - startsAtMs) % 500 !== 0) continue;
      if (!standIn.stands) standIn.doubt();
      standIn.look({ link, address: SERVER });
    }
    const now = all.filter(({ standIn }) => standIn.stands).map(({ mac }) => mac).join(" ");
    if (now !== answering.at(-1)) answering.push(now);
    await clock.advance(100);
  }
  return answering;
}

Deno.test("of several who begin to answer at once, the one with the lowest MAC address goes on, and nobody takes turns", async () => {
  const [low, middle, high] = ["52:54:00:00:00:0a", "52:54:00:00:00:0b", "52:54:00:00:00:0c"];
  for (const startsAtMs of [0, 100, 300, 400]) {
    const firstLow = await standbys([[low, 0], [high, startsAtMs], [middle, 200]]);
    deepStrictEqual(firstLow.at(-1), low);
    ok(firstLow.length <= 6, firstLow.join(", "));
    ok(!firstLow.slice(1).includes(""), "somebody answers all the time");
    const firstHigh = await standbys([[high, 0], [low, startsAtMs]]);
    deepStrictEqual(firstHigh.at(-1), low);
    ok(!firstHigh.slice(1).includes(""), "somebody answers all the time");
  }
});

Deno.test("who begins to answer a second after another one does not: that one is heard", async () => {
  const [low, high] = ["52:54:00:00:00:0a", "52:54:00:00:00:0c"];
  deepStrictEqual(await standbys([[high, 0], [low, 1_500]]), ["", high]);
});

Deno.test("who leads, or cannot answer, does not stand in any more", async () => {
  const scene = new Scene();
  scene.isThere = false;
  await scene.changes(5);
  scene.standIn.forget();
  deepStrictEqual([scene.standIn.stands, scene.standIn.doubts], [false, false]);
});
