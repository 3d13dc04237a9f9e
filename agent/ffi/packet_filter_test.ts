import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { CLIENT_PORT, IP_UDP_HEADER_LENGTH, SERVER_PORT } from "../../core/dhcp/mod.ts";
import { parseIPv4 } from "../../core/net/mod.ts";
import { arpAnnouncement, arpProbe, packetViews, writeIpUdp } from "./frames.ts";
import { libc } from "./libc.ts";
import {
  ARP_CLAIMS,
  arpQuestionsFor,
  attachFilter,
  DHCP_REPLIES,
  type PacketKind,
} from "./packet_filter.ts";
import { closeDescriptor } from "./sockets.ts";

const MAC = Uint8Array.of(0x52, 0x54, 0, 0, 0, 0x99);
const ADDRESS = parseIPv4("192.168.48.77");
const AF_UNIX = 1;
/** `SOCK_DGRAM | SOCK_NONBLOCK`. */
const TYPE = 2 | 0x800;

/** Of these packets those that the kernel hands on to a socket with the filter. */
function heard({ filter }: PacketKind, packets: Readonly<Record<string, Uint8Array<ArrayBuffer>>>) {
  const library = Deno.dlopen("libc.so.6", {
    socketpair: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  });
  const pair = new Int32Array(2);
  strictEqual(library.symbols.socketpair(AF_UNIX, TYPE, 0, pair), 0);
  const [from = -1, to = -1] = pair;
  try {
    attachFilter(to, filter);
    const octets = new Uint8Array(2_000);
    return Object.entries(packets).flatMap(([name, packet]) => {
      libc().write(from, packet, packet.length);
      const length = libc().read(to, octets, octets.length);
      if (length < 0) return [];
      deepStrictEqual(octets.slice(0, length), packet, name);
      return [name];
    });
  } finally {
    for (const descriptor of pair) closeDescriptor(descriptor);
    library.close();
  }
}

function arp(operation: number, { sender, target }: { sender: string; target: string }) {
  const packet = arpAnnouncement(MAC, parseIPv4(sender)).with(7, operation);
  new DataView(packet.buffer).setUint32(24, parseIPv4(target));
  return packet;
}

Deno.test("ARP_CLAIMS hears who says what of themselves: answers, and questions of those who have an address", () => {
  deepStrictEqual(
    heard(ARP_CLAIMS, {
      announcement: arpAnnouncement(MAC, ADDRESS),
      question: arp(1, { sender: "192.168.48.5", target: "192.168.48.77" }),
      probe: arpProbe(MAC, ADDRESS),
      answer: arp(2, { sender: "192.168.48.77", target: "192.168.48.5" }),
      "answer of nobody": arp(2, { sender: "0.0.0.0", target: "192.168.48.5" }),
      "reverse question": arp(3, { sender: "192.168.48.5", target: "192.168.48.77" }),
      "cut off": arpAnnouncement(MAC, ADDRESS).slice(0, 7),
    }),
    ["announcement", "question", "answer", "answer of nobody"],
  );
});

Deno.test("arpQuestionsFor hears who asks for the address, and for no other", () => {
  deepStrictEqual(
    heard(arpQuestionsFor(ADDRESS), {
      question: arp(1, { sender: "192.168.48.5", target: "192.168.48.77" }),
      probe: arpProbe(MAC, ADDRESS),
      "question for another": arp(1, { sender: "192.168.48.77", target: "192.168.48.5" }),
      answer: arp(2, { sender: "192.168.48.5", target: "192.168.48.77" }),
      "cut off": arp(1, { sender: "192.168.48.5", target: "192.168.48.77" }).slice(0, 27),
    }),
    ["question", "probe"],
  );
});

/** A datagram with 300 octets; `options`: so many words more in its IP header. */
function datagram(destinationPort: number, options = 0): Uint8Array<ArrayBuffer> {
  const plain = new Uint8Array(IP_UDP_HEADER_LENGTH + 300);
  const source = parseIPv4("192.168.48.2");
  writeIpUdp(packetViews(plain), 300, {
    source,
    sourcePort: SERVER_PORT,
    destinationAddress: 0xffffffff,
    destinationPort,
  });
  const header = [...plain.slice(0, 20).with(0, 0x45 + options), ...new Uint8Array(options * 4)];
  return Uint8Array.from([...header, ...plain.slice(20)]);
}

Deno.test("DHCP_REPLIES hears what goes to the port of clients, wherever the header ends, and no other datagram", () => {
  const reply = datagram(CLIENT_PORT);
  deepStrictEqual(
    heard(DHCP_REPLIES, {
      reply,
      "reply with options of IP": datagram(CLIENT_PORT, 3),
      "first fragment": reply.with(6, 0x20),
      "later fragment": reply.with(7, 1),
      request: datagram(SERVER_PORT),
      TCP: reply.with(9, 6),
      "cut off": reply.slice(0, 23),
      empty: new Uint8Array(1),
    }),
    ["reply", "reply with options of IP", "first fragment"],
  );
});
