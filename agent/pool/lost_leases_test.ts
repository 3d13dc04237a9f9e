import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import type { IPPool, IPv4Status } from "../../core/api/types.ts";
import { LostLeases } from "./lost_leases.ts";

const [M1, M2] = ["52:54:00:00:00:01", "52:54:00:00:00:02"];
const [A1, A2] = [0x0a_00_00_01, 0x0a_00_00_02];
const MINUTE = 60_000;

function pool(resourceVersion: string, ipv4: Partial<IPv4Status>, uid = "u"): IPPool {
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { namespace: "default", name: "net", uid, resourceVersion },
    spec: { networkName: "default/net", ipv4Config: { cidr: "10.0.0.0/24", leaseTime: 300 } },
    status: { ipv4: { used: 0, available: 0, ...ipv4 } },
  };
}

const NEW = pool("900", { allocated: { "10.0.0.1": M1, "10.0.0.2": M2, "10.0.0.9": "RESERVED" } });
const OLD = pool("80", { allocated: { "10.0.0.1": M1 } });

Deno.test("S1: LostLeases tells what a record that went back does not have", () => {
  const lost = new LostLeases();
  lost.follow(undefined, NEW, 0);
  equal(lost.list(0), undefined);
  lost.follow(NEW, OLD, 0);
  deepEqual(lost.list(0), [[A2, 0x5254_0000_0002]]);
});

Deno.test("S1: LostLeases tells that nothing is lost where nothing is, and nothing at all where nothing went back", () => {
  const lost = new LostLeases();
  lost.follow(NEW, pool("80", NEW.status?.ipv4 ?? {}), 0);
  deepEqual(lost.list(0), []);
  for (const after of [pool("901", {}), pool("901", {}, "another"), pool("x", {})]) {
    const other = new LostLeases();
    other.follow(NEW, after, 0);
    equal(other.list(0), undefined);
  }
});

Deno.test("S1: LostLeases tells what is lost of a pool that was made again, where that is undone", () => {
  const lost = new LostLeases();
  lost.follow(NEW, { ...OLD, metadata: { ...OLD.metadata, uid: "former" } }, 0);
  deepEqual(lost.list(0), [[A2, 0x5254_0000_0002]]);
});

Deno.test("S1: LostLeases tells also what was kept for who had it: a record may go back twice within a lease", () => {
  const lost = new LostLeases();
  const released = {
    "10.0.0.2": { macAddress: M2, until: "2026-01-01T00:00:00Z" },
    "10.0.0.9": { until: "2026-01-01T00:00:00Z" },
  };
  lost.follow(pool("900", { released }), OLD, 0);
  deepEqual(lost.list(0), [[A2, 0x5254_0000_0002]]);
});

Deno.test("S1: LostLeases tells what a client had before what it had left, also where that becomes a hold and is lost again", () => {
  const until = "2026-01-01T00:00:00Z";
  const released = { "10.0.0.1": { macAddress: M1, until }, "10.0.0.3": { macAddress: M2, until } };
  const lost = new LostLeases();
  const addresses = () => lost.list(0)?.map(([address]) => address - 0x0a_00_00_00);
  lost.follow(pool("900", { released, allocated: { "10.0.0.2": M1 } }), pool("80", {}), 0);
  deepEqual(addresses(), [2, 1, 3]);
  const held = { ...released, "10.0.0.2": { macAddress: M1, until } };
  lost.follow(pool("80", {}), pool("81", { released: held }), 0);
  lost.follow(pool("81", { released: held }), pool("79", {}), 0);
  deepEqual(addresses(), [2, 1, 3]);
});

Deno.test("S1: LostLeases goes on telling what the record keeps, behind the rest, and ends with the hold", () => {
  const lost = new LostLeases();
  lost.follow(NEW, pool("80", {}), 0);
  const released = { "10.0.0.1": { macAddress: M1, until: "2026-01-01T00:00:00Z" } };
  const holding = pool("81", { released });
  lost.follow(pool("80", {}), holding, 0);
  deepEqual(lost.list(0)?.map(([address]) => address), [A2, A1]);
  const given = pool("82", { allocated: { "10.0.0.2": M2 } });
  lost.follow(holding, given, 0);
  deepEqual(lost.list(0), []);
});

Deno.test("S1: LostLeases tells as long as a freed address is kept for who had it", () => {
  const lost = new LostLeases();
  lost.follow(NEW, OLD, 0);
  equal(lost.list(7 * MINUTE - 1)?.length, 1);
  equal(lost.list(7 * MINUTE), undefined);
});

Deno.test("S1: LostLeases tells the first thousand, those first that nobody keeps", () => {
  const all = Object.fromEntries(
    Array.from({ length: 2_000 }, (_, n) => [`10.0.${n >> 8}.${n & 255}`, M1]),
  );
  const lost = new LostLeases();
  lost.follow(pool("900", { allocated: all }), OLD, 0);
  equal(lost.list(0)?.length, 1_000);
});

Deno.test("S1: LostLeases has told what the record keeps, or gives to another one", () => {
  const lost = new LostLeases();
  equal(lost.hasUntold(0), false);
  lost.follow(NEW, pool("80", {}), 0);
  equal(lost.hasUntold(0), true);
  const until = "2026-01-01T00:00:00Z";
  const given = { "10.0.0.2": M1 };
  const another = { "10.0.0.1": { macAddress: M2, until } };
  lost.follow(undefined, pool("81", { released: another, allocated: given }), 0);
  equal(lost.hasUntold(0), true);
  const released = { "10.0.0.1": { macAddress: M1, until } };
  lost.follow(undefined, pool("81", { released }), 0);
  equal(lost.hasUntold(0), true);
  lost.follow(undefined, pool("82", { released, allocated: given }), 0);
  equal(lost.hasUntold(0), false);
});

/** A record that keeps the second address for the second MAC address until then. */
function keeping(resourceVersion: string, minute: number): IPPool {
  const until = `2026-01-01T00:0${minute}:00Z`;
  return pool(resourceVersion, { released: { "10.0.0.2": { macAddress: M2, until } } });
}

Deno.test("S1: LostLeases tells nothing of what the record keeps as long as it did, and goes on where it keeps it since an earlier lease", () => {
  const kept = new LostLeases();
  kept.follow(keeping("900", 5), keeping("80", 5), 0);
  deepEqual(kept.list(0), []);
  const lost = new LostLeases();
  lost.follow(keeping("900", 5), keeping("80", 1), 0);
  equal(lost.hasUntold(0), true);
  // That is over before anybody keeps it for longer.
  lost.follow(keeping("80", 1), pool("81", {}), 0);
  equal(lost.list(0)?.length, 1);
  lost.follow(pool("81", {}), keeping("82", 7), 0);
  equal(lost.hasUntold(0), false);
  lost.follow(keeping("82", 7), pool("83", {}), 0);
  deepEqual(lost.list(0), []);
});

Deno.test("S1: LostLeases goes on telling of what was given, also where the record that went back once more keeps it as long", () => {
  const lost = new LostLeases();
  lost.follow(NEW, OLD, 0);
  lost.follow(OLD, keeping("81", 7), 0);
  lost.follow(keeping("82", 7), keeping("79", 7), 0);
  equal(lost.list(0)?.length, 1);
});
