/** Section A of the rules: which datagrams are looked at. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { encode } from "../encode.ts";
import { optionValue } from "../message.ts";
import {
  ask,
  codesOf,
  discover,
  KNOWN,
  LEASE,
  message,
  network,
  pool,
  rawRequest,
  replyTo,
  request,
  SERVER,
  Server,
  UNKNOWN,
} from "./harness.ts";

/** The octets of a DISCOVER's option 53. */
const TYPE = [53, 1, 1];
/** The octets of an IPv4 address. */
const SERVER_OCTETS = [192, 168, 48, 77];

Deno.test("rule 1: only BOOTREQUEST is processed", () => {
  strictEqual(ask(discover()).verdict, "offer");
  for (const op of [0, 2, 3, 255]) {
    const { verdict, reply } = ask(discover([], { op }));
    deepStrictEqual([verdict, reply], ["not_a_request", undefined]);
  }
});

Deno.test("rule 2: a datagram that is short or has no cookie gets no answer", () => {
  const whole = encode(discover());
  for (let length = 0; length < 240; length++) {
    strictEqual(ask(whole.slice(0, length)).verdict, "too_short");
  }
  for (let at = 236; at < 240; at++) {
    const wrong = whole.slice();
    wrong[at] = 0;
    strictEqual(ask(wrong).verdict, "no_cookie");
  }
});

Deno.test("rule 3: types that clients do not send are dropped", () => {
  for (const type of [2, 5, 6, 9, 10, 18, 255]) {
    const { verdict, reply } = ask(message(type));
    deepStrictEqual([verdict, reply], ["unexpected_type", undefined]);
  }
});

Deno.test("rule 4: only an Ethernet address of 6 octets has a lease", () => {
  strictEqual(ask(discover([], { htype: 6 })).verdict, "unknown_client");
  strictEqual(ask(discover([], { hlen: 5 })).verdict, "unknown_client");
  strictEqual(ask(discover([], { hlen: 16 })).verdict, "unknown_client");
});

Deno.test("rule 4: hlen over 16 is never a copy length", () => {
  const bytes = encode(discover());
  for (const hlen of [17, 128, 255]) {
    bytes[2] = hlen;
    strictEqual(ask(bytes).verdict, "malformed");
  }
});

Deno.test("rule 5: the hardware address is the key, in any spelling of the record", () => {
  for (const mac of ["52:54:00:11:22:01", "52-54-00-11-22-01", "5254.0011.2201", "525400112201"]) {
    const upper = mac.toUpperCase();
    const server = new Server(network(pool({}, { allocated: { "192.168.48.81": upper } })));
    strictEqual(server.ask(discover()).reply?.yiaddr, LEASE);
  }
  // Neither the source address nor ciaddr says who the client is.
  strictEqual(
    ask(discover([], { chaddr: UNKNOWN, ciaddr: LEASE }), { source: LEASE }).reply,
    undefined,
  );
});

Deno.test("rule 6: the client identifier selects nothing and is echoed", () => {
  const id = new Uint8Array([255, 0, 0, 0, 1, 0, 2, 9, 9]);
  const option = { code: 61, value: id } as const;
  deepStrictEqual(optionValue(replyTo(discover([option])), 61), id);
  strictEqual(ask(discover([option], { chaddr: UNKNOWN })).verdict, "unknown_client");
});

Deno.test("rule 7: options go on in file and then sname as option 52 says", () => {
  const bare = [52, 1, 3, ...TYPE, 255];
  const bytes = rawRequest(bare);
  bytes.set([54, 2, 192, 168, 52, 1, 9, 255], 108); // file; its own option 52 means nothing
  bytes.set([54, 2, 48, 77, 255], 44); // sname, the second half of option 54
  strictEqual(ask(bytes).verdict, "offer"); // 54 names this server
  bytes[108 + 2] = 10;
  strictEqual(ask(bytes).verdict, "other_server"); // so it was read
});

Deno.test("rule 7: fields that option 52 does not name are not options", () => {
  const other = [54, 4, 10, 0, 0, 1, 255];
  const fileOnly = rawRequest([52, 1, 1, ...TYPE, 255]);
  fileOnly.set(other, 44);
  strictEqual(ask(fileOnly).verdict, "offer");
  const snameOnly = rawRequest([52, 1, 2, ...TYPE, 255]);
  snameOnly.set(other, 108);
  strictEqual(ask(snameOnly).verdict, "offer");
  const neither = rawRequest([...TYPE, 255]);
  neither.set(other, 44);
  neither.set(other, 108);
  strictEqual(ask(neither).verdict, "offer");
});

Deno.test("rule 7: option 52 of another value or length is malformed", () => {
  strictEqual(ask(rawRequest([52, 1, 0, ...TYPE, 255])).verdict, "malformed");
  strictEqual(ask(rawRequest([52, 1, 4, ...TYPE, 255])).verdict, "malformed");
  strictEqual(ask(rawRequest([52, 2, 1, 1, ...TYPE, 255])).verdict, "wrong_option_length");
  strictEqual(ask(rawRequest([52, 1, 1, 52, 1, 1, ...TYPE, 255])).verdict, "wrong_option_length");
});

Deno.test("rule 8: options in pieces are joined in order of appearance", () => {
  const split = [...TYPE, 55, 2, 6, 3, 12, 1, 65, 55, 2, 15, 42, 255];
  const { reply } = ask(rawRequest(split));
  deepStrictEqual(reply && codesOf(reply), [53, 54, 51, 58, 59, 1, 6, 3, 15, 42]);
  // A number in pieces is a number; two whole ones are one that is too long.
  const halves = [...TYPE, 54, 2, 192, 168, 54, 2, 48, 77, 255];
  strictEqual(ask(rawRequest(halves)).verdict, "offer");
  strictEqual(ask(rawRequest([...TYPE, ...TYPE, 255])).verdict, "wrong_option_length");
});

Deno.test("rule 8: a client identifier in pieces is echoed whole", () => {
  const pieces = [...TYPE, 61, 3, 1, 2, 3, 82, 3, 1, 1, 7, 61, 2, 4, 5, 82, 3, 2, 1, 8, 255];
  const { reply } = ask(rawRequest(pieces));
  deepStrictEqual(reply && optionValue(reply, 61), new Uint8Array([1, 2, 3, 4, 5]));
  deepStrictEqual(reply && optionValue(reply, 82), [
    { code: 1, value: new Uint8Array([7]) },
    { code: 2, value: new Uint8Array([8]) },
  ]);
});

Deno.test("rule 9: PAD is skipped, END ends, and END may be missing", () => {
  strictEqual(ask(rawRequest([0, 0, ...TYPE, 0, 255])).verdict, "offer");
  strictEqual(ask(rawRequest([...TYPE, 255, 54, 200, 1, 2])).verdict, "offer");
  strictEqual(ask(rawRequest(TYPE)).verdict, "offer");
});

Deno.test("rule 10: an option that runs past the buffer makes the whole packet malformed", () => {
  for (const tail of [[12], [12, 1], [12, 255, 65], [54, 4, 192, 168, 48]]) {
    strictEqual(ask(rawRequest([...TYPE, ...tail])).verdict, "malformed");
  }
  const bytes = rawRequest([52, 1, 1, ...TYPE, 255]);
  bytes.set([12, 127], 108); // one octet more than is left of file
  strictEqual(ask(bytes).verdict, "malformed");
});

Deno.test("rule 10: the server goes on after a malformed packet", () => {
  const server = new Server();
  strictEqual(server.ask(rawRequest([...TYPE, 61, 200, 1])).verdict, "malformed");
  strictEqual(server.ask(discover()).verdict, "offer");
});

Deno.test("rule 11: an option of the wrong length is malformed", () => {
  const lengths: readonly (readonly [number, number])[] = [[50, 4], [51, 4], [53, 1], [54, 4], [
    57,
    2,
  ]];
  for (const [code, right] of lengths) {
    for (let length = 0; length <= 8; length++) {
      if (length === right) continue;
      const option = [code, length, ...SERVER_OCTETS, ...SERVER_OCTETS].slice(0, 2 + length);
      const type = code === 53 ? [] : TYPE;
      strictEqual(ask(rawRequest([...type, ...option, 255])).verdict, "wrong_option_length");
    }
  }
});

Deno.test("rule 13: xid, htype, hlen and all of chaddr come back", () => {
  const chaddr = new Uint8Array([...KNOWN, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
  for (const xid of [0, 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
    const reply = replyTo(discover([], { xid, chaddr }));
    deepStrictEqual([reply.op, reply.xid, reply.htype, reply.hlen], [2, xid, 1, 6]);
    deepStrictEqual(reply.chaddr, chaddr);
  }
  // Also where the address is no Ethernet address: a NAK to who chose this server.
  const odd = new Uint8Array(16).fill(0xab);
  const nak = replyTo(request([{ code: 50, value: LEASE }, { code: 54, value: SERVER }], {
    htype: 32,
    hlen: 16,
    chaddr: odd,
  }));
  deepStrictEqual([nak.htype, nak.hlen, nak.chaddr], [32, 16, odd]);
});
