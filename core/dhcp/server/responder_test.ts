import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { anything } from "../testing/arbitraries.ts";
import { Datagram, Reply } from "./datagram.ts";
import { decode } from "../wire/decode.ts";
import { Destination } from "./destination.ts";
import { DhcpDecodeError } from "../wire/errors.ts";
import * as relayed from "../fixtures/relayed.ts";
import * as udhcpc from "../fixtures/udhcpc.ts";
import * as windows from "../fixtures/windows.ts";
import { optionValue } from "../wire/message.ts";
import { Responder } from "./responder.ts";
import { network, NOON, pool } from "../testing/harness.ts";
import { actionOf, Verdict } from "./verdict.ts";

const allocated = Object.fromEntries(
  [1, 2, 3, 4, 5, 6].map((host) => [`192.168.48.8${host}`, `52:54:00:11:22:0${host}`]),
);
const NETWORKS = [
  network(pool({}, { allocated })),
  network(pool({ authoritative: true, bootp: true }, { allocated }), { mtu: 576 }),
  network(pool({ domainSearch: Array.from({ length: 20 }, (_, i) => `name-${i}.zone-${i}`) }, {
    allocated,
  })),
  undefined,
];

function sent(bytes: Uint8Array): Datagram {
  const datagram = new Datagram(bytes);
  datagram.receivedAt = NOON;
  return datagram;
}

Deno.test("a responder never throws and never writes outside its room, whatever arrives", () => {
  const responder = new Responder();
  const room = fc.oneof(fc.nat(700), fc.constant(1472));
  const arrival = fc.record({
    sourceAddress: fc.integer({ min: 0, max: 0xffffffff }),
    sourcePort: fc.nat(0xffff),
    receivedAt: fc.integer({ min: 0, max: 2 ** 42 }),
  });
  fc.assert(
    fc.property(
      anything,
      fc.constantFrom(...NETWORKS),
      room,
      arrival,
      (bytes, served, capacity, from) => {
        const before = bytes.slice();
        const buffer = new Uint8Array(100 + capacity + 100).fill(0xa5);
        const reply = new Reply(buffer, 100, capacity);
        const datagram = Object.assign(new Datagram(bytes), from);
        const verdict = responder.respond(served, datagram, reply);
        strictEqual(verdict, reply.verdict);
        deepStrictEqual(bytes, before);
        const outside = [...buffer.subarray(0, 100), ...buffer.subarray(100 + capacity)];
        ok(outside.every((octet) => octet === 0xa5));
        ok(reply.length >= 0 && reply.length <= capacity);
        const answers = ["offer", "ack", "nak"].includes(actionOf(verdict));
        strictEqual(reply.length > 0, answers);
        strictEqual(reply.destination !== Destination.None, answers);
        if (answers) checkReply(reply, bytes);
      },
    ),
    { numRuns: 5000 },
  );
});

/** What holds for every reply. */
function checkReply({ bytes: buffer, offset, length, type }: Reply, request: Uint8Array): void {
  const bytes = buffer.subarray(offset, offset + length);
  ok(bytes.length >= 300 && bytes.length <= 1472);
  deepStrictEqual([bytes[0], bytes[3]], [2, 0]);
  deepStrictEqual(bytes.subarray(4, 8), request.subarray(4, 8));
  deepStrictEqual(bytes.subarray(28, 44), request.subarray(28, 44));
  if (type !== 0) deepStrictEqual([...bytes.subarray(240, 243)], [53, 1, type]);
  try {
    decode(bytes);
  } catch (error) {
    // An option 82 is echoed as it is, also where it makes no sense.
    if (!(error instanceof DhcpDecodeError) || error.field !== "option 82") throw error;
  }
}

Deno.test("a reply says nothing of the seconds that its client has waited (RFC 2131 table 3)", () => {
  const request = udhcpc.DISCOVER.slice();
  request.set([0x12, 0x34], 8);
  const reply = new Reply(new Uint8Array(1472));
  strictEqual(new Responder().respond(NETWORKS[0], sent(request), reply), Verdict.Offer);
  deepStrictEqual([...reply.bytes.subarray(4, 10)], [...request.subarray(4, 8), 0, 0]);
});

Deno.test("a responder answers from and into the middle of buffers", () => {
  const responder = new Responder();
  const [served] = NETWORKS;
  const alone = new Reply(new Uint8Array(1472));
  responder.respond(served, sent(relayed.DISCOVER), alone);
  const input = new Uint8Array(4000).fill(0xee);
  input.set(relayed.DISCOVER, 1500);
  const datagram = new Datagram(input, 1500, relayed.DISCOVER.length);
  const middle = new Reply(new Uint8Array(4000).fill(0xdd), 2000, 1472);
  responder.respond(served, datagram, middle);
  strictEqual(middle.length, alone.length);
  deepStrictEqual(
    middle.bytes.slice(2000, 2000 + middle.length),
    alone.bytes.slice(0, alone.length),
  );
});

Deno.test("a responder has no room for a reply in less than 300 octets", () => {
  const responder = new Responder();
  for (const capacity of [0, 1, 299]) {
    const reply = new Reply(new Uint8Array(capacity));
    strictEqual(responder.respond(NETWORKS[0], sent(udhcpc.DISCOVER), reply), Verdict.NoRoom);
    deepStrictEqual([reply.length, reply.type, reply.destination], [0, 0, 0]);
  }
  // In 300, the rest goes into file and sname.
  const reply = new Reply(new Uint8Array(300));
  strictEqual(responder.respond(NETWORKS[0], sent(udhcpc.DISCOVER), reply), Verdict.Offer);
  const offer = decode(reply.bytes);
  deepStrictEqual([reply.length, optionValue(offer, 54) !== undefined], [300, true]);
});

Deno.test("a responder believes the buffer rather than a capacity beyond it", () => {
  const bootp = udhcpc.DISCOVER.slice();
  bootp.fill(0, 240);
  for (const length of [100, 299]) {
    const reply = new Reply(new Uint8Array(length), 0, 1472);
    for (const packet of [udhcpc.DISCOVER, bootp]) {
      strictEqual(new Responder().respond(NETWORKS[1], sent(packet), reply), Verdict.NoRoom);
    }
  }
});

Deno.test("a reply object carries nothing over from the datagram before", () => {
  const responder = new Responder();
  const reply = new Reply(new Uint8Array(1472));
  responder.respond(NETWORKS[0], sent(windows.REQUEST), reply);
  strictEqual(reply.verdict, Verdict.Ack);
  responder.respond(NETWORKS[0], sent(new Uint8Array(3)), reply);
  const { bytes: _, ...fields } = reply;
  deepStrictEqual(fields, {
    ...{ offset: 0, capacity: 1472, length: 0, verdict: Verdict.TooShort },
    ...{ requestType: 0, type: 0, destination: 0, destinationAddress: 0, destinationPort: 0 },
    ...{ ciaddr: 0, lease: 0, chaddrHigh: 0, chaddrLow: 0, omitted: 0, omittedCode: 0 },
  });
});

Deno.test("a responder's settings bound its NAKs", () => {
  const responder = new Responder({ nakBurst: 1, nakInterval: 10_000 });
  const wrong = windows.REQUEST.slice();
  wrong[240 + 3 + 9 + 5] = 99; // the requested address
  const reply = new Reply(new Uint8Array(1472));
  const at = (time: number) => {
    const datagram = sent(wrong);
    datagram.receivedAt = time;
    return responder.respond(NETWORKS[0], datagram, reply);
  };
  deepStrictEqual(
    [at(NOON), at(NOON), at(NOON + 9_999), at(NOON + 10_000), at(NOON + 10_001)],
    [
      ...[Verdict.NakWrongAddress, Verdict.NakLimited, Verdict.NakLimited],
      ...[Verdict.NakWrongAddress, Verdict.NakLimited],
    ],
  );
});
