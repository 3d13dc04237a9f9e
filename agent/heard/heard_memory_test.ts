import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { IPPool } from "../../core/api/types.ts";
import type { ClientHeard } from "../../core/inspect/heard.ts";
import { MessageType } from "../../core/dhcp/mod.ts";
import { formatMac, parseIPv4, parseMac } from "../../core/net/mod.ts";
import { answered } from "../testing/answered.ts";
import { CLIENT_ADDRESS, CLIENT_MAC, poolWith } from "../testing/dhcp.ts";
import { HeardMemory } from "./heard_memory.ts";

const START = Date.UTC(2026, 0, 1);
const OTHER_MAC = "52:54:00:00:00:99";
const { Discover, Request, Release } = MessageType;
const server = { code: 54, value: parseIPv4("192.168.48.77") } as const;
const wanted = { code: 50, value: parseIPv4(CLIENT_ADDRESS) } as const;

function memory(fields: { readonly dryRun?: boolean } = {}): HeardMemory {
  const memory = new HeardMemory({ pool: "default/net-48", dryRun: false, ...fields });
  memory.hear(true, START);
  return memory;
}

function clientOf(heard: HeardMemory, mac = CLIENT_MAC): ClientHeard | undefined {
  return heard.find(parseMac(mac));
}

/** A pool with so many leases, from `first` on. */
function poolOf(count: number, first = 1): IPPool {
  const pool = poolWith({ cidr: "10.0.0.0/16", serverIP: "10.0.255.1" });
  const allocated = Object.fromEntries(
    Array.from({ length: count }, (_, n) => {
      const number = first + n;
      return [`10.0.${number >> 8}.${number & 0xff}`, macOf(number)];
    }).filter(([address]) => address !== "10.0.255.1"),
  );
  return { ...pool, status: { ipv4: { allocated, used: count, available: 1 } } };
}

function macOf(number: number): string {
  return formatMac(0x5254_0000_0000 + number);
}

Deno.test("HeardMemory tells the last packet of a client, its answer, offers not taken and the last ACK", () => {
  const heard = memory();
  const ask = (type: number, seconds: number, options: readonly typeof server[] = []) =>
    heard.note(
      answered([{ mac: CLIENT_MAC, type, options: type === Request ? [wanted, ...options] : [] }], {
        at: START + seconds * 1_000 + 999,
      }),
    );
  ask(Discover, 1);
  ask(Discover, 2);
  const offered: ClientHeard = {
    pool: "default/net-48",
    macAddress: CLIENT_MAC,
    known: true,
    at: "2026-01-01T00:00:02Z",
    asked: "DISCOVER",
    answer: "OFFER",
    why: "",
    address: CLIENT_ADDRESS,
    offersUntaken: 2,
    ackedAt: "",
    relay: "",
  };
  deepStrictEqual(clientOf(heard), offered);
  ask(Request, 3, [server]);
  const bound = {
    ...offered,
    at: "2026-01-01T00:00:03Z",
    asked: "REQUEST",
    answer: "ACK",
    offersUntaken: 0,
    ackedAt: "2026-01-01T00:00:03Z",
  };
  deepStrictEqual(clientOf(heard), bound);
  ask(Discover, 60);
  deepStrictEqual(clientOf(heard), {
    ...offered,
    at: "2026-01-01T00:01:00Z",
    offersUntaken: 1,
    ackedAt: bound.ackedAt,
  });
  deepStrictEqual([...heard.clients()], [clientOf(heard)]);
});

Deno.test("HeardMemory counts offers since the last request, also one that is for another server: those were taken", () => {
  const heard = memory();
  const discover = { mac: CLIENT_MAC, type: Discover };
  const other = { code: 54, value: parseIPv4("192.168.48.2") } as const;
  heard.note(answered([discover, discover, discover]));
  strictEqual(clientOf(heard)?.offersUntaken, 3);
  heard.note(answered([{ mac: CLIENT_MAC, type: Request, options: [wanted, other] }]));
  const { offersUntaken, answer, why } = clientOf(heard) ?? {};
  deepStrictEqual([offersUntaken, answer, why], [0, "", "other_server"]);
});

Deno.test("HeardMemory tells why a client met with silence or a NAK, and by which relay it asked", () => {
  const heard = memory();
  heard.note(answered([
    { mac: OTHER_MAC, type: Discover },
    { mac: CLIENT_MAC, type: Request, options: [{ code: 50, value: 1 }, server] },
    {
      mac: "52:54:00:00:00:98",
      type: Discover,
      giaddr: parseIPv4("192.168.48.9"),
    },
    { mac: "52:54:00:00:00:97", type: 77 },
  ]));
  const told = [...heard.clients()].map(({ macAddress, known, asked, answer, why, relay }) => [
    ...[macAddress.slice(-2), known, asked, answer, why, relay],
  ]);
  deepStrictEqual(told, [
    ["01", true, "REQUEST", "NAK", "nak_wrong_address", ""],
    ["97", false, "OTHER", "", "unexpected_type", ""],
    ["98", false, "DISCOVER", "", "unknown_client", "192.168.48.9"],
    ["99", false, "DISCOVER", "", "unknown_client", ""],
  ]);
});

Deno.test("HeardMemory tells what was given back", () => {
  const heard = memory();
  const ciaddr = parseIPv4(CLIENT_ADDRESS);
  heard.note(answered([{ mac: CLIENT_MAC, type: Release, ciaddr, options: [server] }]));
  const { asked, answer, why, address } = clientOf(heard) ?? {};
  deepStrictEqual([asked, answer, why, address], ["RELEASE", "", "released", CLIENT_ADDRESS]);
});

Deno.test("HeardMemory does not say of a reply that the system refused that it was sent", () => {
  const heard = memory();
  heard.note(answered([{ mac: CLIENT_MAC, type: Discover }], { refused: "ENOBUFS" }));
  const { answer, why, offersUntaken, known } = clientOf(heard) ?? {};
  deepStrictEqual([answer, why, offersUntaken, known], ["", "not_sent", 0, true]);
});

Deno.test("HeardMemory does not say of a dry run that anything was answered", () => {
  const heard = memory({ dryRun: true });
  heard.note(answered([{ mac: CLIENT_MAC, type: Request, options: [wanted, server] }]));
  const { answer, why, ackedAt } = clientOf(heard) ?? {};
  deepStrictEqual([answer, why, ackedAt], ["", "dry_run", ""]);
});

Deno.test("HeardMemory keeps clients with a record over an edit of the pool, and says of one without that it has none", () => {
  const heard = memory();
  heard.note(answered([{ mac: CLIENT_MAC, type: Request, options: [wanted, server] }]));
  const { ackedAt } = clientOf(heard) ?? {};
  heard.note(
    answered([{ mac: OTHER_MAC, type: Discover }], { pool: poolWith({ dns: ["1.1.1.1"] }) }),
  );
  strictEqual(clientOf(heard)?.ackedAt, ackedAt);
  // Its record goes, it asks on.
  heard.note(answered([{ mac: CLIENT_MAC, type: Discover }], { pool: poolOf(1, 7) }));
  const { known, why, offersUntaken } = clientOf(heard) ?? {};
  deepStrictEqual([known, why, offersUntaken], [false, "unknown_client", 0]);
  strictEqual([...heard.clients()].length, 2);
});

Deno.test("HeardMemory has one word on a client that gets a record after it asked", () => {
  const heard = memory();
  heard.note(answered([{ mac: CLIENT_MAC, type: Discover }], { pool: poolOf(1, 7) }));
  heard.note(answered([{ mac: CLIENT_MAC, type: Discover }]));
  deepStrictEqual([...heard.clients()].map(({ known }) => known), [true]);
});

Deno.test("HeardMemory keeps what it knows of a client while the pool is paused, and says so", () => {
  const heard = memory();
  heard.note(answered([{ mac: CLIENT_MAC, type: Discover }]));
  heard.note(answered([{ mac: CLIENT_MAC, type: Discover }], { pool: "none" }));
  const { known, answer, why, offersUntaken } = clientOf(heard) ?? {};
  deepStrictEqual([known, answer, why, offersUntaken], [true, "", "not_served", 1]);
});

Deno.test("HeardMemory is not filled by packets that it cannot read, nor by other hardware than Ethernet", () => {
  const heard = memory();
  const tokenRing = answered([{ mac: OTHER_MAC, type: Discover, htype: 6 }]);
  for (const batch of [answered([new Uint8Array(10)]), tokenRing]) heard.note(batch);
  strictEqual(heard.size, 0);
});

Deno.test("HeardMemory bears a flood of made-up clients: it forgets the oldest of them, says how many, and no client with a record", () => {
  const heard = memory();
  heard.note(answered([{ mac: CLIENT_MAC, type: Discover }]));
  const flood = Array.from(
    { length: 5_000 },
    (_, n) => ({ mac: macOf(1_000 + n), type: Discover }),
  );
  heard.note(answered(flood));
  strictEqual(heard.size, 513);
  strictEqual(heard.state.forgotten, 5_000 - 512);
  ok(clientOf(heard));
  ok(clientOf(heard, macOf(5_999)));
  strictEqual(clientOf(heard, macOf(1_000)), undefined);
});

Deno.test("HeardMemory remembers all clients that have a record, and those alone, however often records change", () => {
  const heard = memory();
  for (let round = 0; round < 40; round++) {
    const first = 1 + round * 100;
    const pool = poolOf(200, first);
    const askings = Array.from(
      { length: 200 },
      (_, n) => ({ mac: macOf(first + n), type: Discover }),
    );
    heard.note(answered(askings, { pool }));
    const known = new Set([...heard.clients()].map(({ macAddress }) => macAddress));
    for (const { mac } of askings) ok(known.has(mac), `${mac} in round ${round}`);
  }
  ok(heard.size < 4 * 200, `${heard.size} of 4,100 clients`);
});

Deno.test("HeardMemory says since when it hears, and that it does not while another agent answers", () => {
  const heard = new HeardMemory({ pool: "default/net-48", dryRun: false });
  deepStrictEqual([heard.hears, heard.state.since], [false, ""]);
  heard.hear(true, START + 5_400);
  heard.hear(true, START + 9_000);
  deepStrictEqual([heard.hears, heard.state.since], [true, "2026-01-01T00:00:05Z"]);
  heard.hear(false, START + 9_000);
  deepStrictEqual([heard.hears, heard.state.since], [false, ""]);
});
