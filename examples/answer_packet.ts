/**
 * What the server answers to a DHCP packet: bytes in, decision and bytes out, without a socket.
 *
 * It shows how a datagram is decoded, how a pool is compiled into what is served, and an offer, an acknowledgement, a
 * refusal and silence, each with its reason.
 *
 * Run it: `deno run examples/answer_packet.ts`
 *
 * @module
 */
// deno-lint-ignore-file no-console -- an example prints
import {
  actionOf,
  compilePool,
  Datagram,
  decode,
  encode,
  formatIPv4,
  formatMac,
  macFromBytes,
  MessageType,
  optionValue,
  parseIPv4,
  Reply,
  Responder,
  Verdict,
  VERDICT_NAMES,
} from "@vm-dhcp/vm-dhcp";

const { network, problems } = compilePool({
  apiVersion: "network.harvesterhci.io/v1alpha1",
  kind: "IPPool",
  metadata: { namespace: "default", name: "net-48" },
  spec: {
    networkName: "default/net-48",
    ipv4Config: {
      cidr: "192.168.48.0/24",
      serverIP: "192.168.48.77",
      router: "192.168.48.1",
      dns: ["1.1.1.1"],
      leaseTime: 300,
    },
  },
  status: {
    ipv4: { allocated: { "192.168.48.81": "52:54:00:11:22:01" }, used: 1, available: 252 },
  },
});
console.log(`Problems of the pool: ${problems.length}`);

const responder = new Responder();
const reply = new Reply(new Uint8Array(1472));

/** Answers a datagram and prints what became of it. */
function answer(title: string, bytes: Uint8Array): void {
  const { chaddr } = decode(bytes);
  console.log(`${title} of ${formatMac(macFromBytes(chaddr))}, ${bytes.length} octets`);
  const verdict = responder.respond(network, new Datagram(bytes), reply);
  console.log(`  ${actionOf(verdict)}: ${VERDICT_NAMES[verdict]}`);
  if (reply.length === 0) return;
  const sent = decode(reply.bytes.subarray(reply.offset, reply.offset + reply.length));
  if (verdict > Verdict.BootReply) return;
  console.log(`  address ${formatIPv4(sent.yiaddr)}, lease ${optionValue(sent, 51)} s`);
  console.log(
    `  router ${optionValue(sent, 3)?.map(formatIPv4)}, DNS ${
      optionValue(sent, 6)?.map(formatIPv4)
    }`,
  );
}

const chaddr = Uint8Array.of(0x52, 0x54, 0, 0x11, 0x22, 1);
const wanted = { code: 55, value: [1, 3, 6] } as const;
const discover = encode({
  op: 1,
  xid: 1,
  chaddr,
  options: [{ code: 53, value: MessageType.Discover }, wanted],
});

/** A request for an address, to our server. */
function request(address: string): Uint8Array {
  return encode({
    op: 1,
    xid: 1,
    chaddr,
    options: [
      { code: 53, value: MessageType.Request },
      { code: 50, value: parseIPv4(address) },
      { code: 54, value: parseIPv4("192.168.48.77") },
      wanted,
    ],
  });
}

answer("DISCOVER", discover);
answer("REQUEST", request("192.168.48.81"));
answer("REQUEST of another address", request("192.168.48.99"));
answer(
  "DISCOVER",
  encode({
    op: 1,
    xid: 2,
    chaddr: Uint8Array.of(2, 0, 0, 0, 0, 9),
    options: [{ code: 53, value: 1 }],
  }),
);
