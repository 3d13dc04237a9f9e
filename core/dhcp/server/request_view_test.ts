import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { anything, mutants } from "../testing/arbitraries.ts";
import { Datagram } from "./datagram.ts";
import { decode } from "../wire/decode.ts";
import { PACKETS } from "../fixtures/all.ts";
import * as dhcpcd from "../fixtures/dhcpcd.ts";
import * as relayed from "../fixtures/relayed.ts";
import * as windows from "../fixtures/windows.ts";
import { optionValue } from "../wire/message.ts";
import type { OptionBytes } from "./request_options.ts";
import { ParseResult } from "./verdict.ts";
import { RequestView } from "./request_view.ts";
import { rawRequest } from "../testing/harness.ts";

const octetsOf = ({ bytes, offset, length }: OptionBytes) => [
  ...bytes.subarray(offset, offset + length),
];

/** What a view shows, as a plain object. */
function shown(view: RequestView): Record<string, unknown> {
  return {
    type: view.type,
    xid: view.xid,
    flags: view.flags,
    ciaddr: view.ciaddr,
    giaddr: view.giaddr,
    requested: view.requestedAddress,
    server: view.serverIdentifier,
    leaseTime: view.leaseTime,
    size: view.maximumMessageSize,
    list: octetsOf(view.parameterRequestList),
    id: octetsOf(view.clientIdentifier),
  };
}

/** The same from the whole message. */
function expected(bytes: Uint8Array): Record<string, unknown> {
  const message = decode(bytes);
  return {
    type: optionValue(message, 53) ?? 0,
    xid: message.xid,
    flags: message.flags,
    ciaddr: message.ciaddr,
    giaddr: message.giaddr,
    requested: optionValue(message, 50) ?? 0,
    server: optionValue(message, 54) ?? 0,
    leaseTime: optionValue(message, 51) ?? 0,
    size: optionValue(message, 57) ?? 0,
    list: [...optionValue(message, 55) ?? []],
    id: [...optionValue(message, 61) ?? []],
  };
}

for (const [name, packet] of Object.entries(PACKETS)) {
  Deno.test(`a view shows of ${name} what decode gives`, () => {
    const view = new RequestView();
    strictEqual(view.parse(new Datagram(packet)), ParseResult.Ok);
    deepStrictEqual(shown(view), expected(packet));
  });
}

Deno.test("a view agrees with decode on any request that decode can read", () => {
  const view = new RequestView();
  fc.assert(
    fc.property(fc.oneof(anything, mutants), (bytes) => {
      const result = view.parse(new Datagram(bytes));
      let wanted: Record<string, unknown>;
      try {
        wanted = expected(bytes);
      } catch {
        return; // decode is stricter: it reads every option
      }
      if (bytes[0] !== 1) return strictEqual(result, ParseResult.NotARequest);
      // A type of 0 is none, and not that of a request without one.
      const isNoType = optionValue(decode(bytes), 53) === 0;
      strictEqual(result, isNoType ? ParseResult.Malformed : ParseResult.Ok);
      if (!isNoType) deepStrictEqual(shown(view), wanted);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("a view reads a datagram in the middle of a buffer, and nothing around it", () => {
  const view = new RequestView();
  for (const packet of Object.values(PACKETS)) {
    const buffer = new Uint8Array(1500).fill(0xee);
    buffer.set(packet, 700);
    strictEqual(view.parse(new Datagram(buffer, 700, packet.length)), ParseResult.Ok);
    deepStrictEqual(shown(view), expected(packet));
    const half = new Datagram(buffer, 700, 239);
    strictEqual(view.parse(half), ParseResult.TooShort);
  }
});

Deno.test("a view takes a length beyond the buffer as the buffer's end", () => {
  const view = new RequestView();
  strictEqual(view.parse(new Datagram(windows.REQUEST, 0, 9000)), ParseResult.Ok);
  strictEqual(view.parse(new Datagram(windows.REQUEST, 200, 9000)), ParseResult.TooShort);
});

Deno.test("a view keeps nothing of the request before", () => {
  const view = new RequestView();
  view.parse(new Datagram(relayed.DISCOVER));
  ok(view.relayInformation.length > 0);
  view.parse(new Datagram(rawRequest([53, 1, 3, 255])));
  deepStrictEqual([view.giaddr, view.flags, view.maximumMessageSize], [0, 0, 0]);
  deepStrictEqual(
    [view.relayInformation, view.clientIdentifier, view.parameterRequestList].map(octetsOf),
    [[], [], []],
  );
  view.parse(new Datagram(new Uint8Array(10)));
  deepStrictEqual([view.type, view.xid, view.chaddrHigh], [0, 0, 0]);
});

Deno.test("a view joins long options in pieces, longer than an ordinary datagram", () => {
  const piece = (code: number, value: number) => [code, 255, ...new Array(255).fill(value)];
  const pieces: number[] = [];
  for (let i = 0; i < 10; i++) pieces.push(...piece(61, i), ...piece(55, i), ...piece(82, i));
  const view = new RequestView();
  strictEqual(view.parse(new Datagram(rawRequest([53, 1, 1, ...pieces, 255]))), ParseResult.Ok);
  const wanted = Array.from({ length: 2550 }, (_, i) => Math.floor(i / 255));
  deepStrictEqual(octetsOf(view.clientIdentifier), wanted);
  deepStrictEqual(octetsOf(view.parameterRequestList), wanted);
  deepStrictEqual(octetsOf(view.relayInformation), wanted);
});

Deno.test("a view shows the hardware address as two numbers, if it is Ethernet", () => {
  const view = new RequestView();
  view.parse(new Datagram(dhcpcd.DISCOVER));
  deepStrictEqual([view.ethernet, view.chaddrHigh, view.chaddrLow], [true, 0x525400, 0x112203]);
  const other = dhcpcd.DISCOVER.slice();
  other[1] = 32;
  view.parse(new Datagram(other));
  deepStrictEqual([view.ethernet, view.chaddrHigh, view.chaddrLow], [false, 0, 0]);
});

Deno.test("random octets meet every way in which a datagram can be right or wrong", () => {
  const view = new RequestView();
  const samples = fc.sample(anything, { numRuns: 3000, seed: 1 });
  const met = new Set(samples.map((bytes) => view.parse(new Datagram(bytes))));
  deepStrictEqual([...met].toSorted(), Object.values(ParseResult).toSorted());
});
