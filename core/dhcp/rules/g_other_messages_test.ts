/** Section G of the rules: DECLINE, RELEASE, INFORM, BOOTP. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { IPv4Config } from "../../api/types.ts";
import { MessageType } from "../options/exchange/message_type.ts";
import { Destination } from "../server/destination.ts";
import { encode } from "../wire/encode.ts";
import { optionValue } from "../wire/message.ts";
import type { DhcpMessageInit } from "../wire/message.ts";
import { macToBytes, parseIPv4, parseMac } from "../../net/mod.ts";
import {
  ask,
  type ClientMessage,
  codesOf,
  discover,
  FOREIGN,
  KNOWN,
  LEASE,
  message,
  network,
  NOON,
  OTHER,
  OTHER_SERVER,
  pool,
  rawRequest,
  reboot,
  RELAY,
  renew,
  select,
  SERVER,
  Server,
  UNKNOWN,
} from "../testing/harness.ts";

function decline(server: number, address: number, fields?: ClientMessage): DhcpMessageInit {
  const options = [{ code: 50, value: address }, { code: 54, value: server }] as const;
  return message(MessageType.Decline, options, fields);
}

function release(server: number, address: number, fields: ClientMessage = {}): DhcpMessageInit {
  const options = [{ code: 54, value: server }] as const;
  return message(MessageType.Release, options, { ciaddr: address, ...fields });
}

function inform(address: number, fields: ClientMessage = {}): DhcpMessageInit {
  return message(MessageType.Inform, [], { ciaddr: address, ...fields });
}

Deno.test("rule 48: DECLINE and RELEASE are never answered", () => {
  for (const server of [SERVER, OTHER_SERVER]) {
    for (const address of [LEASE, OTHER, 0]) {
      for (const chaddr of [KNOWN, UNKNOWN]) {
        strictEqual(ask(decline(server, address, { chaddr })).bytes.length, 0);
        strictEqual(ask(release(server, address, { chaddr })).bytes.length, 0);
      }
    }
  }
});

Deno.test("rule 49: a DECLINE of the client's own address is told, with the address", () => {
  const { verdict, account } = ask(decline(SERVER, LEASE));
  strictEqual(verdict, "declined");
  deepStrictEqual([account.lease, account.chaddrHigh, account.chaddrLow], [
    LEASE,
    0x525400,
    0x112201,
  ]);
});

Deno.test("rule 50: a DECLINE of another's address, for another server, or without one changes nothing", () => {
  const ignored = [
    decline(SERVER, LEASE, { chaddr: UNKNOWN }),
    decline(SERVER, OTHER),
    decline(OTHER_SERVER, LEASE),
    message(MessageType.Decline, [{ code: 54, value: SERVER }]),
    // Neither has an address: that is no agreement.
    message(MessageType.Decline, [{ code: 54, value: SERVER }], { chaddr: UNKNOWN }),
    message(MessageType.Decline, [{ code: 50, value: LEASE }]),
    message(MessageType.Decline, [], { ciaddr: LEASE }),
  ];
  for (const sent of ignored) strictEqual(ask(sent).verdict, "decline_ignored");
});

/** A server whose one leased address is held until a minute after noon. */
function held(): Server {
  const conflicts = { "192.168.48.81": { until: "2025-11-21T12:01:00Z" } };
  return new Server(network(pool({}, { conflicts })));
}

Deno.test("rule 51: a held address is not offered until the hold ends", () => {
  strictEqual(held().ask(discover()).verdict, "address_held");
  strictEqual(held().ask(discover(), { at: NOON + 59_999 }).verdict, "address_held");
  strictEqual(held().ask(discover(), { at: NOON + 60_000 }).reply?.yiaddr, LEASE);
});

Deno.test("rule 51: a held address is not taken into use, and not taken from who uses it", () => {
  strictEqual(held().ask(select(SERVER, LEASE)).verdict, "nak_held");
  strictEqual(held().ask(reboot(LEASE)).verdict, "address_held");
  strictEqual(held().ask(renew(LEASE)).verdict, "ack");
});

Deno.test("rule 52: a RELEASE of the bound address is told, and the next DISCOVER gets it again", () => {
  const server = new Server();
  const { verdict, account } = server.ask(release(SERVER, LEASE));
  deepStrictEqual([verdict, account.lease], ["released", LEASE]);
  strictEqual(server.ask(discover()).reply?.yiaddr, LEASE);
});

Deno.test("rule 52: a RELEASE without a server identifier is taken as meant for this server", () => {
  strictEqual(ask(message(MessageType.Release, [], { ciaddr: LEASE })).verdict, "released");
});

Deno.test("rule 53: a RELEASE of another address, client or server changes nothing", () => {
  const ignored = [
    release(SERVER, OTHER),
    release(SERVER, 0),
    release(OTHER_SERVER, LEASE),
    release(SERVER, LEASE, { chaddr: UNKNOWN }),
    release(SERVER, 0, { chaddr: UNKNOWN }),
  ];
  for (const sent of ignored) strictEqual(ask(sent).verdict, "release_ignored");
});

Deno.test("rule 54: an INFORM is answered to ciaddr, without yiaddr and lease times", () => {
  const { verdict, reply, account } = ask(inform(OTHER, { flags: 0x8000 }), { source: OTHER });
  strictEqual(verdict, "inform_ack");
  deepStrictEqual([reply?.yiaddr, reply?.ciaddr], [0, OTHER]);
  deepStrictEqual(reply && codesOf(reply), [53, 54, 1, 3, 6, 15, 119, 42, 28]);
  strictEqual(reply && optionValue(reply, 53), 5);
  deepStrictEqual(
    [account.destination, account.destinationAddress, account.destinationPort],
    [Destination.Client, OTHER, 68],
  );
});

Deno.test("rule 54: an INFORM that asks for lease times gets none", () => {
  const asked = [{ code: 55, value: [51, 58, 59, 3] }] as const;
  const { reply } = ask(message(MessageType.Inform, asked, { ciaddr: OTHER }));
  deepStrictEqual(reply && codesOf(reply), [53, 54, 1, 3]);
});

Deno.test("rule 55: an INFORM without ciaddr is answered to its source, or not at all", () => {
  const { account } = ask(inform(0), { source: OTHER });
  deepStrictEqual(
    [account.destination, account.destinationAddress, account.destinationPort],
    [Destination.Source, OTHER, 68],
  );
  strictEqual(ask(inform(0), { source: 0 }).verdict, "inform_ignored");
});

Deno.test("rule 56: an INFORM needs no lease, but an address of the subnet", () => {
  strictEqual(ask(inform(OTHER, { chaddr: UNKNOWN })).verdict, "inform_ack");
  strictEqual(ask(inform(FOREIGN)).verdict, "inform_ignored");
  strictEqual(ask(inform(0), { source: FOREIGN }).verdict, "inform_ignored");
});

Deno.test("rule 56: an INFORM in the name of the whole subnet or of the server is no way to make the server shout", () => {
  for (const host of ["192.168.48.0", "192.168.48.255", "192.168.48.77"].map(parseIPv4)) {
    strictEqual(ask(inform(host)).verdict, "inform_ignored");
    strictEqual(ask(inform(0), { source: host }).verdict, "inform_ignored");
  }
});

Deno.test("rule 54: an INFORM in the name of a group's hardware address, or of none, is not answered by a broadcast", () => {
  for (const mac of ["ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "33:33:00:00:00:01"]) {
    const chaddr = macToBytes(parseMac(mac));
    strictEqual(ask(inform(OTHER, { chaddr })).verdict, "inform_ignored", mac);
    strictEqual(ask(inform(0, { chaddr }), { source: OTHER }).verdict, "inform_ignored", mac);
    // A relay is answered, not the client.
    strictEqual(ask(inform(OTHER, { chaddr, giaddr: RELAY })).verdict, "inform_ack", mac);
  }
  for (const [htype, hlen] of [[32, 16], [1, 0], [1, 16]] as const) {
    strictEqual(ask(inform(OTHER, { htype, hlen })).verdict, "inform_ignored", `${htype}, ${hlen}`);
  }
});

const BOOTP: DhcpMessageInit = { op: 1, xid: 9, chaddr: KNOWN, options: [] };

Deno.test("rule 57: BOOTP is ignored by default", () => {
  const { verdict, bytes } = ask(BOOTP);
  deepStrictEqual([verdict, bytes.length], ["bootp_ignored", 0]);
});

Deno.test("rule 57: where enabled, a BOOTREPLY has 300 octets and no DHCP option", () => {
  const server = new Server(network(pool({ bootp: true })));
  const { verdict, reply, bytes, account } = server.ask(BOOTP);
  strictEqual(verdict, "boot_reply");
  deepStrictEqual([reply?.op, reply?.yiaddr, bytes.length], [2, LEASE, 300]);
  // 42 and 28 do not fit into the 64 octets of the vendor field any more.
  deepStrictEqual(reply && codesOf(reply), [1, 3, 6, 15, 119]);
  strictEqual(account.destination, Destination.Hardware);
  strictEqual(server.ask({ ...BOOTP, chaddr: UNKNOWN }).verdict, "unknown_client");
  strictEqual(server.ask({ ...BOOTP, giaddr: RELAY }).account.destinationAddress, RELAY);
});

Deno.test("rule 57: a BOOTREPLY is never overloaded, whatever it echoes: to BOOTP, file is a file's name", () => {
  const server = new Server(network(pool({ bootp: true })));
  const identifier = [61, 7, 1, 1, 1, 1, 1, 1, 1, 255];
  const relayed = [82, 30, 1, 28, ...new Array(28).fill(7), 255];
  for (const options of [identifier, relayed]) {
    const { verdict, reply, bytes } = server.ask(rawRequest(options));
    strictEqual(verdict, "boot_reply");
    ok(reply && !codesOf(reply).includes(52));
    strictEqual(optionValue(reply, 1), 0xffffff00);
    ok(bytes.subarray(44, 236).every((octet) => octet === 0));
    strictEqual(bytes.length, 300);
    deepStrictEqual([
      ...bytes.subarray(bytes.lastIndexOf(255) + 1 - options.length, bytes.lastIndexOf(255) + 1),
    ], options);
  }
});

Deno.test("rules 57, 83: what a BOOTREPLY has no room for is counted", () => {
  const omitted = (config: Partial<IPv4Config>) => {
    const { reply, account } = new Server(network(pool({ bootp: true, ...config }))).ask(
      rawRequest([255]),
    );
    return [reply && codesOf(reply), account.omitted, account.omittedCode];
  };
  const small = { dns: [], ntp: [], domainName: "", domainSearch: [] };
  deepStrictEqual(omitted(small), [[1, 3, 28], 0, 0]);
  deepStrictEqual(omitted({ ...small, bootFileName: "f".repeat(128) }), [[1, 3, 28], 1, 67]);
  deepStrictEqual(omitted({ ...small, tftpServerName: "s".repeat(64) }), [[1, 3, 28], 1, 66]);
});

Deno.test("rule 57, T17: a BOOTREPLY goes to the client's own address, whatever address it says it has", () => {
  const server = new Server(network(pool({ bootp: true })));
  for (const ciaddr of [OTHER, FOREIGN]) {
    const { verdict, reply, account } = server.ask({ ...BOOTP, ciaddr });
    strictEqual(verdict, "boot_reply");
    deepStrictEqual([reply?.ciaddr, reply?.yiaddr], [0, LEASE]);
    deepStrictEqual([account.destination, account.destinationAddress], [
      Destination.Hardware,
      LEASE,
    ]);
  }
  const { reply, account } = server.ask({ ...BOOTP, ciaddr: LEASE });
  deepStrictEqual([reply?.ciaddr, account.destination], [LEASE, Destination.Client]);
});

Deno.test("rule 57: a held address is not given by BOOTP", () => {
  const conflicts = { "192.168.48.81": { until: "2025-11-21T12:01:00Z" } };
  const server = new Server(network(pool({ bootp: true }, { conflicts })));
  strictEqual(server.ask(encode(BOOTP)).verdict, "address_held");
});
