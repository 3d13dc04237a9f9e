/** Section A of the rules: which datagrams are looked at. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { encode } from "../wire/encode.ts";
import { optionValue } from "../wire/message.ts";
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
} from "../testing/harness.ts";

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

Deno.test("rule 3: type 0 is no message type, and no BOOTP request", () => {
  const server = new Server(network(pool({ bootp: true })));
  strictEqual(server.ask(rawRequest([53, 1, 0, 255])).verdict, "malformed");
  strictEqual(server.ask(rawRequest([255])).verdict, "boot_reply");
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
  const bare = [52, 1, 3, ...TYPE, 61, 1, 1, 255];
  const bytes = rawRequest(bare);
  bytes.set([61, 1, 2, 54, 4, ...SERVER_OCTETS, 52, 1, 9, 255], 108); // file; its own option 52 means nothing
  bytes.set([61, 1, 3, 255], 44); // sname
  const { verdict, reply } = ask(bytes);
  strictEqual(verdict, "offer"); // 54 names this server
  deepStrictEqual(reply && optionValue(reply, 61), new Uint8Array([1, 2, 3]));
  bytes[108 + 5] = 10;
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
  strictEqual(ask(rawRequest([52, 1, 4, ...TYPE, 255])).verdict, "malformed");
  strictEqual(ask(rawRequest([52, 2, 1, 1, ...TYPE, 255])).verdict, "wrong_option_length");
  strictEqual(ask(rawRequest([52, 0, ...TYPE, 255])).verdict, "wrong_option_length");
});

Deno.test("rule 8: options in pieces are joined in order of appearance", () => {
  const split = [...TYPE, 55, 2, 6, 3, 12, 1, 65, 55, 2, 15, 42, 255];
  const { reply } = ask(rawRequest(split));
  deepStrictEqual(reply && codesOf(reply), [53, 54, 51, 58, 59, 1, 6, 3, 15, 42]);
});

/** A number in two pieces, which no client sends: each copy has the wrong length. */
const HALVES = [54, 2, 192, 168, 54, 2, 48, 77];

Deno.test("rule 8, P1: of an option that has one length, the first copy counts", () => {
  const foreign = [10, 0, 0, 1];
  const cases: readonly (readonly [string, readonly number[]])[] = [
    ["offer", [...TYPE, ...TYPE]],
    ["offer", [...TYPE, 53, 1, 3]],
    ["offer", [...TYPE, 57, 2, 2, 64, 57, 2, 2, 64]], // udhcpc -x 0x39:0240
    ["offer", [...TYPE, 50, 4, ...SERVER_OCTETS, 50, 4, ...foreign]],
    ["offer", [...TYPE, 51, 4, 0, 0, 0, 9, 51, 4, 0, 0, 0, 9]],
    ["offer", [...TYPE, 54, 4, ...SERVER_OCTETS, 54, 4, ...foreign]],
    ["other_server", [...TYPE, 54, 4, ...foreign, 54, 4, ...SERVER_OCTETS]],
    ["offer", [...TYPE, 52, 1, 1, 52, 1, 9]],
    ["wrong_option_length", [...TYPE, ...HALVES]],
  ];
  for (const [verdict, options] of cases) {
    strictEqual(ask(rawRequest([...options, 255])).verdict, verdict, `${options}`);
  }
  const twice = [53, 1, 3, 50, 4, 192, 168, 48, 81, 50, 4, ...foreign, 54, 4, ...SERVER_OCTETS];
  strictEqual(ask(rawRequest([...twice, 54, 4, ...foreign, 255])).verdict, "ack");
});

Deno.test("rule 8, P1: the size that counts is the first", () => {
  const long = Array.from({ length: 24 }, (_, i) => `a-rather-long-name-${i}.test${i}.net`);
  const server = new Server(network(pool({ domainSearch: long })));
  const small = [57, 2, 2, 64];
  const large = [57, 2, 5, 220];
  const lengthFor = (...sizes: readonly number[]) =>
    server.ask(rawRequest([...TYPE, ...sizes, 255])).bytes.length;
  strictEqual(lengthFor(...small, ...large), lengthFor(...small));
  strictEqual(lengthFor(...large, ...small), lengthFor(...large));
  strictEqual(lengthFor(...large) > lengthFor(...small), true);
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

Deno.test("rule 8: pieces are looked for only in fields that hold options", () => {
  const cases = [[0, [1, 2]], [1, [1, 2, 8]], [2, [1, 2, 4]], [3, [1, 2, 8, 4]]] as const;
  for (const [fields, wanted] of cases) {
    const overload = fields === 0 ? [] : [52, 1, fields];
    const bytes = rawRequest([...TYPE, ...overload, 61, 1, 1, 61, 1, 2, 255]);
    bytes.set([61, 1, 4, 255], 44); // sname
    bytes.set([61, 1, 8, 255], 108); // file
    const { reply } = ask(bytes);
    deepStrictEqual(reply && optionValue(reply, 61), new Uint8Array(wanted), `${fields}`);
  }
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

/** Option `code` of `length` octets. */
function ofLength(code: number, length: number): number[] {
  return [code, length, ...SERVER_OCTETS, ...SERVER_OCTETS].slice(0, 2 + length);
}

Deno.test("rule 11: a type or a server identifier of the wrong length makes the packet malformed", () => {
  for (const [code, right] of [[53, 1], [54, 4]] as const) {
    for (let length = 0; length <= 8; length++) {
      if (length === right) continue;
      const type = code === 53 ? [] : TYPE;
      const sent = rawRequest([...type, ...ofLength(code, length), 255]);
      strictEqual(ask(sent).verdict, "wrong_option_length");
    }
  }
});

Deno.test("rule 11: so does the address that a REQUEST or a DECLINE is about", () => {
  for (const type of [3, 4]) {
    for (const length of [0, 1, 2, 3, 5, 8]) {
      const sent = rawRequest([53, 1, type, 54, 4, ...SERVER_OCTETS, ...ofLength(50, length), 255]);
      strictEqual(ask(sent).verdict, "wrong_option_length");
    }
  }
});

Deno.test("rule 11, P1: a hint that cannot be read is no hint", () => {
  const hints = [[50, 0], [50, 3], [50, 5], [51, 0], [51, 8], [57, 0], [57, 1], [57, 3]] as const;
  for (const [code, length] of hints) {
    const { verdict, bytes } = ask(rawRequest([...TYPE, ...ofLength(code, length), 255]));
    strictEqual(verdict, "offer", `${code} of length ${length}`);
    deepStrictEqual(bytes, ask(rawRequest([...TYPE, 255])).bytes);
  }
  const selecting = [53, 1, 3, 50, 4, 192, 168, 48, 81, 54, 4, ...SERVER_OCTETS];
  for (const [code, length] of [[51, 0], [51, 2], [57, 0], [57, 1], [57, 4]] as const) {
    const sent = rawRequest([...selecting, ...ofLength(code, length), 255]);
    strictEqual(ask(sent).verdict, "ack", `${code} of length ${length}`);
  }
});

Deno.test("rule 11, P1: option 52 of value 0 names no field", () => {
  const bytes = rawRequest([52, 1, 0, ...TYPE, 255]);
  bytes.set([54, 4, 10, 0, 0, 1, 255], 44);
  bytes.set([54, 4, 10, 0, 0, 1, 255], 108);
  strictEqual(ask(bytes).verdict, "offer");
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
