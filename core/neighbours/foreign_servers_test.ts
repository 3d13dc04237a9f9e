import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { decode, encode, MessageType, optionValue } from "../dhcp/mod.ts";
import { macFromBytes } from "../net/mod.ts";
import {
  discoverOf,
  ForeignServers,
  randomLocalMac,
  ROUND_MS,
  serverOfReply,
} from "./foreign_servers.ts";

const SERVER = { address: 0x0a0000fe, mac: 0x525400000099 };

Deno.test("ForeignServers asks within two seconds, again four seconds later, then every five minutes", () => {
  const servers = new ForeignServers(() => 0.5);
  const rounds = [];
  for (let now = 0; now < 3 * ROUND_MS; now += 100) if (servers.isDue(now)) rounds.push(now);
  deepStrictEqual(rounds, [1_000, 5_000, 5_000 + ROUND_MS, 5_000 + 2 * ROUND_MS]);
});

Deno.test("ForeignServers can say that there is none ten seconds after it asked first, and of one at once", () => {
  const servers = new ForeignServers(() => 0);
  strictEqual(servers.isDue(0), true);
  strictEqual(servers.list(9_999), undefined);
  deepStrictEqual(servers.list(10_000), []);
  const quick = new ForeignServers(() => 0);
  quick.hear(SERVER);
  deepStrictEqual(quick.list(0), [SERVER]);
});

Deno.test("ForeignServers forgets a server after two silent rounds, and not before", () => {
  const servers = new ForeignServers(() => 0);
  servers.isDue(0);
  servers.hear(SERVER);
  for (const round of [1, 2]) {
    servers.isDue(round * ROUND_MS);
    deepStrictEqual(servers.list(round * ROUND_MS), [SERVER]);
  }
  servers.hear({ ...SERVER, mac: -1 });
  for (const round of [3, 4]) {
    servers.isDue(round * ROUND_MS);
    deepStrictEqual(servers.list(round * ROUND_MS), [SERVER]);
  }
  servers.isDue(5 * ROUND_MS);
  deepStrictEqual(servers.list(5 * ROUND_MS), []);
});

Deno.test("ForeignServers remembers at most eight", () => {
  const servers = new ForeignServers(() => 0);
  for (let n = 0; n < 100; n++) servers.hear({ address: n + 1, mac: -1 });
  strictEqual(servers.list(0)?.length, 8);
});

Deno.test("randomLocalMac makes a local address of one station", () => {
  for (const random of [() => 0, () => 0.5, () => 0.999999]) {
    const first = Math.floor(randomLocalMac(random) / 2 ** 40);
    strictEqual(first & 0x03, 0x02);
  }
});

Deno.test("discoverOf asks everybody, for a broadcast answer", () => {
  const message = decode(discoverOf(0x0200000000aa, () => 0.5));
  strictEqual(optionValue(message, 53), MessageType.Discover);
  strictEqual(message.flags, 0x8000);
  strictEqual(macFromBytes(message.chaddr), 0x0200000000aa);
});

Deno.test("serverOfReply reads who answers, and nothing of what is no server's", () => {
  const reply = (op: number, type: number, server = SERVER.address) =>
    encode({
      op,
      xid: 1,
      chaddr: new Uint8Array(6),
      options: [{ code: 53, value: type }, { code: 54, value: server }],
    });
  const { Offer, Ack, Nak, Discover } = MessageType;
  for (const type of [Offer, Ack, Nak]) strictEqual(serverOfReply(reply(2, type)), SERVER.address);
  strictEqual(serverOfReply(reply(1, Offer)), -1);
  strictEqual(serverOfReply(reply(2, Discover)), -1);
  strictEqual(serverOfReply(new Uint8Array(300)), -1);
  const nameless = encode({
    op: 2,
    xid: 1,
    chaddr: new Uint8Array(6),
    options: [{ code: 53, value: Offer }],
  });
  strictEqual(serverOfReply(nameless), -1);
});
