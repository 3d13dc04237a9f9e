/** Section H of the rules: where and how the answer travels. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { END_OPTION } from "../wire/constants.ts";
import { Destination } from "../server/destination.ts";
import { actionOf, Verdict } from "../server/verdict.ts";
import { MessageType } from "../options/exchange/message_type.ts";
import type { DhcpOption } from "../options/option.ts";
import { parseIPv4 } from "../../net/mod.ts";
import {
  ask,
  discover,
  FOREIGN,
  LEASE,
  message,
  network,
  NOON,
  OTHER,
  type Outcome,
  pool,
  rawRequest,
  reboot,
  RELAY,
  renew,
  replyTo,
  select,
  SERVER,
  Server,
} from "../testing/harness.ts";

function way({ account }: Outcome): readonly number[] {
  return [account.destination, account.destinationAddress, account.destinationPort];
}

Deno.test("rule 58: a relayed reply goes to giaddr, port 67, whatever the source", () => {
  for (const sent of [discover([], { giaddr: RELAY }), renew(LEASE, { giaddr: RELAY })]) {
    const outcome = ask(sent, { source: OTHER, port: 40_000 });
    deepStrictEqual(way(outcome), [Destination.Relay, RELAY, 67]);
    strictEqual(outcome.reply?.giaddr, RELAY);
  }
});

Deno.test("rule 58: with the relay source port sub-option it goes to the relay's port", () => {
  const port: DhcpOption = { code: 82, value: [{ code: 19, value: new Uint8Array(0) }] };
  const asked = discover([port], { giaddr: RELAY });
  deepStrictEqual(way(ask(asked, { source: OTHER, port: 40_000 })), [
    Destination.Relay,
    RELAY,
    40_000,
  ]);
  // In a circuit id, 19 is only an octet; and a sub-option that is cut off is none.
  const circuit: DhcpOption = { code: 82, value: [{ code: 1, value: new Uint8Array([19, 0]) }] };
  strictEqual(way(ask(discover([circuit], { giaddr: RELAY }), { port: 40_000 }))[2], 67);
  const cut = rawRequest([53, 1, 1, 82, 2, 19, 3, 255], { giaddr: RELAY });
  strictEqual(way(ask(cut, { port: 40_000 }))[2], 67);
});

Deno.test("rule 58, T4, P3: a relay whose address is not of the network, or is the server's own, is met with silence", () => {
  const messages = [
    discover([], { giaddr: FOREIGN }),
    renew(LEASE, { giaddr: FOREIGN }),
    select(SERVER, OTHER, { giaddr: FOREIGN }),
    message(MessageType.Inform, [], { giaddr: FOREIGN, ciaddr: OTHER }),
    message(MessageType.Decline, [{ code: 50, value: LEASE }, { code: 54, value: SERVER }], {
      giaddr: FOREIGN,
    }),
    discover([], { giaddr: SERVER }),
    discover([], { giaddr: parseIPv4("192.168.48.0") }),
    discover([], { giaddr: parseIPv4("192.168.48.255") }),
    discover([], { giaddr: 0xe0000001 }),
    discover([], { giaddr: 0xffffffff }),
  ];
  for (const sent of messages) {
    const { verdict, account } = ask(sent, { source: FOREIGN, port: 67 });
    deepStrictEqual([verdict, account.length, account.destination], ["relay_outside", 0, 0]);
  }
  strictEqual(actionOf(Verdict.RelayOutside), "silence");
});

Deno.test("rule 58, T4: 16 relays of a network are answered, a further one is not, and an edited pool forgets none", () => {
  const first = network();
  const server = new Server(first);
  const relay = (number: number) => discover([], { giaddr: RELAY + number });
  for (let number = 0; number < 16; number++) {
    strictEqual(server.ask(relay(number)).verdict, "offer");
  }
  server.network = network(pool({ dns: [] }), { previous: first });
  const { verdict, account } = server.ask(relay(16));
  deepStrictEqual([verdict, account.length, account.type], ["relay_limited", 0, 0]);
  strictEqual(server.ask(relay(3)).verdict, "offer");
  strictEqual(server.ask(discover()).verdict, "offer");
  strictEqual(server.ask(relay(16), { at: NOON + 60_000 }).verdict, "offer");
  strictEqual(actionOf(Verdict.RelayLimited), "silence");
});

Deno.test("rule 58: a relay's own port is not 0", () => {
  const port: DhcpOption = { code: 82, value: [{ code: 19, value: new Uint8Array(0) }] };
  strictEqual(way(ask(discover([port], { giaddr: RELAY }), { port: 0 }))[2], 67);
});

Deno.test("rule 59: a client that uses its address is answered there", () => {
  for (const flags of [0, 0x8000]) {
    const outcome = ask(renew(LEASE, { flags }), { source: LEASE });
    deepStrictEqual(way(outcome), [Destination.Client, LEASE, 68]);
  }
});

Deno.test("rule 60: the broadcast bit asks for a broadcast", () => {
  for (const flags of [0x8000, 0xffff]) {
    for (const sent of [discover([], { flags }), select(SERVER, LEASE, { flags })]) {
      deepStrictEqual(way(ask(sent)), [Destination.Broadcast, 0xffffffff, 68]);
    }
  }
});

Deno.test("rule 61: without it the reply goes to yiaddr and chaddr", () => {
  for (const flags of [0, 0x7fff]) {
    for (const sent of [discover([], { flags }), reboot(LEASE, { flags })]) {
      const outcome = ask(sent);
      deepStrictEqual(way(outcome), [Destination.Hardware, LEASE, 68]);
      deepStrictEqual([outcome.account.chaddrHigh, outcome.account.chaddrLow], [
        0x525400,
        0x112201,
      ]);
    }
  }
});

Deno.test("rule 63: flags and giaddr come back; hops and secs are 0", () => {
  for (const flags of [0, 0x8000, 0x1234]) {
    const reply = replyTo(discover([], { flags, giaddr: RELAY, hops: 3, secs: 99 }));
    deepStrictEqual([reply.flags, reply.giaddr, reply.hops, reply.secs], [flags, RELAY, 0, 0]);
  }
});

Deno.test("rule 64: sname and file are zero", () => {
  const { bytes } = ask(discover([], { sname: "someone", file: "something" }));
  deepStrictEqual(bytes.slice(44, 236), new Uint8Array(192));
});

Deno.test("rule 65: a reply has at least 300 octets, zeros after END", () => {
  const bare = new Server(network(pool({ dns: [], domainName: "", domainSearch: [], ntp: [] })));
  const { bytes } = bare.ask(discover([{ code: 55, value: [1] }]));
  strictEqual(bytes.length, 300);
  const end = bytes.indexOf(END_OPTION, 240 + 3 + 4 * 6 + 6);
  deepStrictEqual(bytes.slice(end + 1), new Uint8Array(300 - end - 1));
});

Deno.test("rule 65: nothing of an earlier, longer reply is left in the buffer", () => {
  const server = new Server();
  const long = server.ask(discover());
  const short = server.ask(message(3, [{ code: 50, value: OTHER }]));
  strictEqual(long.bytes.length > 300, true);
  strictEqual(short.bytes.length, 300);
  const end = 240 + 3 + 6 + 2 + "not the address of this client".length;
  strictEqual(short.bytes[end], END_OPTION);
  deepStrictEqual(short.bytes.slice(end + 1), new Uint8Array(300 - end - 1));
});

/** A pool whose options fill about 900 octets. */
function wordy(): ReturnType<typeof pool> {
  const domainSearch = Array.from({ length: 24 }, (_, i) => `a-rather-long-name-${i}.test${i}.net`);
  return pool({ domainSearch });
}

Deno.test("rule 66: without option 57 a reply has at most 548 octets", () => {
  const { bytes, account } = new Server(network(wordy())).ask(discover());
  strictEqual(bytes.length <= 548, true);
  strictEqual(account.omitted, 1);
});

Deno.test("rule 66: option 57 allows more, the interface's MTU bounds it", () => {
  const asked = discover([{ code: 57, value: 1472 }]);
  const roomy = new Server(network(wordy())).ask(asked);
  strictEqual(roomy.account.omitted, 0);
  strictEqual(roomy.bytes.length > 548 && roomy.bytes.length <= 1444, true);
  const narrow = new Server(network(wordy(), { mtu: 600 })).ask(asked);
  strictEqual(narrow.bytes.length <= 572, true);
  strictEqual(narrow.account.omitted, 1);
});

Deno.test("rule 67: option 57 below 576 counts as 576", () => {
  for (const value of [0, 1, 300, 575]) {
    const { bytes, verdict } = new Server(network(wordy())).ask(discover([{ code: 57, value }]));
    strictEqual(verdict, "offer");
    strictEqual(bytes.length > 300 && bytes.length <= 548, true);
  }
});
