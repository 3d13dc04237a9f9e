/**
 * One exchange without sockets: a DHCPREQUEST is read, looked up, decided and answered; nanoseconds and octets
 * allocated for each, beside the plain `decode` and `encode` in the same run.
 *
 * `deno run --v8-flags=--expose-gc core/dhcp/server/exchange_bench.ts`; exits with an error where a goal is missed.
 *
 * @module
 */
import process from "node:process";
import type { IPPool, IPv4Config } from "../../api/types.ts";
import { formatIPv4, formatMac } from "../../net/mod.ts";
import * as networkd from "../fixtures/networkd.ts";
import * as relayed from "../fixtures/relayed.ts";
import * as udhcpc from "../fixtures/udhcpc.ts";
import * as windows from "../fixtures/windows.ts";
import {
  compilePool,
  Datagram,
  decide,
  decode,
  encode,
  LeaseTable,
  Reply,
  RequestView,
  Responder,
  type ServedNetwork,
  Verdict,
} from "../mod.ts";
import { network, pool, rawRequest } from "../testing/harness.ts";

const CLIENTS = 1000;
const MINIMUM_MS = 400;
/** Goals of one exchange. */
const GOAL_NANOSECONDS = 1000;
const GOAL_OCTETS = 1;
/** Goal of one whose option list nobody sent before, the making of the list included. */
const GOAL_LIST_NANOSECONDS = 5000;

interface Measured {
  readonly nanoseconds: number;
  readonly octets: number;
}

/** 1,000 clients, then the ones of the captured packets. */
function thousand(): ServedNetwork {
  const allocated: Record<string, string> = {};
  for (let i = 0; i < CLIENTS; i++) {
    allocated[formatIPv4(0xc0a80100 + i)] = formatMac(0x525400110000 + i * 7);
  }
  for (let i = 1; i <= 6; i++) allocated[`192.168.48.8${i}`] = `52:54:00:11:22:0${i}`;
  return network(pool({ cidr: "192.168.0.0/16" }, { allocated }));
}

/**
 * Times and weighs a loop after warming it up; `work` does one round and says how many exchanges it was. Octets are the
 * growth of the heap over rounds that are too few for a collection in between.
 */
function measure(work: () => number, rounds: number): Measured {
  const end = performance.now() + MINIMUM_MS;
  let exchanges = 1;
  while (performance.now() < end) exchanges = work();
  const times = Array.from({ length: 25 }, () => {
    const start = performance.now();
    let count = 0;
    while (count < 10_000) count += work();
    return (performance.now() - start) * 1e6 / count;
  });
  const octets = Array.from({ length: 15 }, () => {
    gc();
    const heap = process.memoryUsage().heapUsed;
    for (let round = 0; round < rounds; round++) work();
    return (process.memoryUsage().heapUsed - heap) / (exchanges * rounds);
  });
  return { nanoseconds: median(times), octets: Math.max(0, median(octets)) };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function gc(): void {
  const collect = (globalThis as { gc?: () => void }).gc;
  if (collect === undefined) {
    throw new Error("Cannot measure memory, run with: --v8-flags=--expose-gc");
  }
  collect();
}

/** REQUESTs of all clients, one after the other in one buffer. */
function requests(): Datagram[] {
  const stride = 512;
  const bytes = new Uint8Array(CLIENTS * stride);
  return Array.from({ length: CLIENTS }, (_, i) => {
    const mac = 0x525400110000 + i * 7;
    const message = encode({
      op: 1,
      xid: i * 7919,
      chaddr: Uint8Array.from({ length: 6 }, (_, octet) => mac / 2 ** (40 - octet * 8) & 255),
      options: [
        { code: 53, value: 3 },
        { code: 50, value: 0xc0a80100 + i },
        { code: 54, value: 0xc0a8304d },
        { code: 55, value: [1, 3, 6, 12, 15, 28, 42, 119] },
        { code: 57, value: 1472 },
        { code: 61, value: new Uint8Array([1, 2, 3, 4, 5, 6, 7]) },
      ],
    });
    bytes.set(message, i * stride);
    const datagram = new Datagram(bytes, i * stride, message.length);
    datagram.receivedAt = 1_763_719_200_000 + i;
    return datagram;
  });
}

const served = thousand();
const datagrams = requests();
const out = new Reply(new Uint8Array(2048), 64, 1472);
const responder = new Responder();

/** The packet path. */
function hot(): number {
  for (const datagram of datagrams) {
    if (responder.respond(served, datagram, out) !== Verdict.Ack) throw new Error("Not an ACK");
  }
  return datagrams.length;
}

/** The same packets as captured from clients, mixed. */
const mixed = [udhcpc, networkd, windows].flatMap(({ DISCOVER, REQUEST }) => [DISCOVER, REQUEST])
  .concat(relayed.DISCOVER)
  .map((packet) => new Datagram(packet));

function captured(): number {
  for (let i = 0; i < 100; i++) {
    for (const datagram of mixed) {
      if (responder.respond(served, datagram, out) > Verdict.Ack) throw new Error("Not answered");
    }
  }
  return mixed.length * 100;
}

/** Refused at once, but for the first few: the limit of NAKs. */
const wrong = datagrams.map((datagram) => {
  const bytes = datagram.bytes.slice(datagram.offset, datagram.offset + datagram.length);
  bytes[240 + 3 + 5] = 250;
  return new Datagram(bytes);
});
let later = 0;

function naks(): number {
  later += 1000;
  for (const datagram of wrong) {
    datagram.receivedAt = later;
    responder.respond(served, datagram, out);
  }
  return wrong.length;
}

/** As many lists as there are requests, each in an order of its own: none is remembered for long (T16). */
let order = 1;
const CODES = [1, 3, 6, 15, 28, 42, 119, 51, 54, 58, 59, 12, 26, 33, 121, 249];

function lists(): number {
  for (const datagram of shuffled) {
    const list = datagram.bytes.subarray(245, 245 + CODES.length);
    for (let last = CODES.length - 1; last > 0; last--) {
      order = Math.imul(order, 1_103_515_245) + 12_345 >>> 0;
      const other = order % (last + 1);
      const code = list[last] ?? 0;
      list[last] = list[other] ?? 0;
      list[other] = code;
    }
    if (responder.respond(served, datagram, out) !== Verdict.Offer) throw new Error("No offer");
  }
  return shuffled.length;
}

const shuffled = Array.from({ length: 100 }, (_, i) =>
  new Datagram(encode({
    op: 1,
    xid: i,
    chaddr: new Uint8Array([0x52, 0x54, 0, 0x11, i * 7 >> 8, i * 7 & 255]),
    options: [{ code: 53, value: 1 }, { code: 55, value: CODES }],
  })));

/** A datagram filled with one option of zeros in pieces, to a network that looks at the option for 64 rows (rule 106). */
function filled(code: number, config: Partial<IPv4Config>): () => number {
  const asked = network(pool(config));
  const value = new Uint8Array(1100);
  const pieces = Array.from({ length: 5 }, (_, i) => value.subarray(i * 220, (i + 1) * 220));
  const octets = pieces.flatMap((piece) => [code, piece.length, ...piece]);
  const datagram = new Datagram(rawRequest([53, 1, 1, ...octets, 255]));
  return () => {
    for (let i = 0; i < 100; i++) {
      if (responder.respond(asked, datagram, out) !== Verdict.Offer) throw new Error("No offer");
    }
    return 100;
  };
}

const numbered = Array.from({ length: 64 }, (_, i) => i);
const classes = numbered.map((i) => ({ userClass: `u${i}`, fileName: `f${i}` }));
const architectures = numbered.map((i) => ({ architecture: 1000 + i, fileName: `f${i}` }));
const vendorOptions = numbered.map((i) => ({
  ...{ enterprise: 1000 + i, code: 1, value: "1" },
  type: "uint8" as const,
}));

const view = new RequestView();
const context = { lease: 0, now: 0 };

function parseOnly(): number {
  for (const datagram of datagrams) view.parse(datagram);
  return datagrams.length;
}

function lookupOnly(): number {
  const { leases } = served;
  for (let i = 0; i < CLIENTS; i++) {
    out.lease = leases.addressAt(leases.slotOf(0x525400, 0x110000 + i * 7));
    if (out.lease === 0) throw new Error("Not found");
  }
  return CLIENTS;
}

/** The whole messages: what a program does that is in no hurry. */
function plain(): number {
  for (const { bytes, offset, length } of few) {
    const request = decode(bytes.subarray(offset, offset + length));
    view.parse(new Datagram(bytes, offset, length));
    context.lease = served.leases.find(view.chaddrHigh, view.chaddrLow);
    if (decide(view, served, context) !== Verdict.Ack) throw new Error("Not an ACK");
    encode({
      op: 2,
      xid: request.xid,
      flags: request.flags,
      yiaddr: context.lease,
      giaddr: request.giaddr,
      chaddr: request.chaddr,
      options: answer,
    });
  }
  return few.length;
}

const few = datagrams.slice(0, 100);
const answer = (() => {
  responder.respond(served, datagrams[0] ?? new Datagram(new Uint8Array(0)), out);
  return decode(out.bytes.subarray(out.offset, out.offset + out.length)).options;
})();

function compile(count: number): number {
  const allocated: Record<string, string> = {};
  for (let i = 0; i < count; i++) {
    allocated[formatIPv4(0x0a000001 + i)] = formatMac(0x525400000000 + i);
  }
  // As it comes from the API server: strings that were parsed, not put together.
  const large: IPPool = JSON.parse(
    JSON.stringify(pool({ cidr: "10.0.0.0/8", serverIP: "10.255.0.1" }, { allocated })),
  );
  const start = performance.now();
  const { network } = compilePool(large);
  const milliseconds = performance.now() - start;
  if (!(network?.leases instanceof LeaseTable) || network.leases.size !== count) {
    throw new Error("Not compiled");
  }
  return milliseconds;
}

const encoder = new TextEncoder();

function print(text: string): void {
  process.stdout.write(encoder.encode(`${text}\n`));
}

const rows: [string, () => number, number][] = [
  ["REQUEST to ACK, responder", hot, 40],
  ["captured packets, mixed, responder", captured, 40],
  ["REQUEST to NAK, responder", naks, 40],
  ["a new option list each time", lists, 40],
  ["full of option 77, 64 classes", filled(77, { bootFiles: classes }), 40],
  ["full of option 93, 64 architectures", filled(93, { bootFiles: architectures }), 40],
  ["full of option 124, 64 enterprises", filled(124, { vendorOptions }), 40],
  ["full of option 125, 64 enterprises", filled(125, { vendorOptions }), 40],
  ["of it: read the request", parseOnly, 40],
  ["of it: find the lease among 1,000", lookupOnly, 40],
  // Last, because it calls decide with objects of other shapes, which V8 then takes into account.
  ["REQUEST to ACK, decode and encode", plain, 1],
];
print("                                         ns     octets allocated");
const results = rows.map(([name, work, rounds]) => {
  const result = measure(work, rounds);
  print(
    `${name.padEnd(36)} ${result.nanoseconds.toFixed(0).padStart(6)} ${
      result.octets.toFixed(2).padStart(10)
    }`,
  );
  return result;
});
const [fast, slow] = [results[0], results.at(-1)];
const list = results[rows.findIndex(([, work]) => work === lists)];
if (fast === undefined || slow === undefined || list === undefined) {
  throw new Error("Nothing measured");
}
print(`decode and encode cost ${(slow.nanoseconds / fast.nanoseconds).toFixed(1)} times as much`);
compile(1000);
for (const count of [1000, 65_000]) {
  const times = Array.from({ length: 5 }, () => compile(count));
  print(`compilePool with ${count} leases: ${median(times).toFixed(2)} ms`);
}
const missed = fast.nanoseconds > GOAL_NANOSECONDS || fast.octets > GOAL_OCTETS;
if (list.nanoseconds > GOAL_LIST_NANOSECONDS) {
  throw new Error(`Goal missed: a new option list in under ${GOAL_LIST_NANOSECONDS} ns`);
}
if (missed) throw new Error(`Goal missed: under ${GOAL_NANOSECONDS} ns and ${GOAL_OCTETS} octet`);
