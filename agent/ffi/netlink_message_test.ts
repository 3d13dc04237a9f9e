import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addressBody,
  decodeMessages,
  encodeRequest,
  errorOf,
  linkAddressOf,
  linkOf,
  netconfOfAll,
  NetlinkFlag,
  type NetlinkMessage,
  reversePathFilterOf,
  routeBody,
  Rtm,
} from "./netlink_message.ts";

const ADDRESS = { address: 0xc0a8304d, prefixLength: 24 };

function messageOf(type: number, body: Uint8Array): NetlinkMessage {
  const [message] = decodeMessages(encodeRequest({ type, flags: 0, sequence: 7 }, body));
  assert.ok(message);
  return message;
}

Deno.test("encodeRequest writes struct nlmsghdr before the body", () => {
  const bytes = encodeRequest(
    { type: Rtm.NEWADDR, flags: NetlinkFlag.ACK, sequence: 258 },
    Uint8Array.of(1, 2, 3, 4),
  );
  assert.deepEqual([...bytes], [
    ...[20, 0, 0, 0], // length
    ...[20, 0], // RTM_NEWADDR
    ...[5, 0], // NLM_F_REQUEST | NLM_F_ACK
    ...[2, 1, 0, 0], // sequence
    ...[0, 0, 0, 0], // port
    ...[1, 2, 3, 4],
  ]);
});

Deno.test("addressBody asks for an address without a prefix route, with the agent's label", () => {
  assert.deepEqual([...addressBody(3, ADDRESS)], [
    ...[2, 24, 0, 0, 3, 0, 0, 0], // struct ifaddrmsg: AF_INET, /24, index 3
    ...[8, 0, 2, 0, 192, 168, 48, 77], // IFA_LOCAL
    ...[8, 0, 1, 0, 192, 168, 48, 77], // IFA_ADDRESS
    ...[8, 0, 8, 0, 0, 2, 0, 0], // IFA_FLAGS: IFA_F_NOPREFIXROUTE
    ...[12, 0, 3, 0, ...new TextEncoder().encode("vm-dhcp\0")], // IFA_LABEL
  ]);
});

Deno.test("routeBody asks for the route to the network of the address", () => {
  assert.deepEqual([...routeBody(3, ADDRESS)], [
    ...[2, 24, 0, 0, 254, 4, 253, 1, 0, 0, 0, 0], // struct rtmsg: table main, static, scope link, unicast
    ...[8, 0, 1, 0, 192, 168, 48, 0], // RTA_DST
    ...[8, 0, 4, 0, 3, 0, 0, 0], // RTA_OIF
    ...[8, 0, 7, 0, 192, 168, 48, 77], // RTA_PREFSRC
  ]);
});

Deno.test("routeBody masks nothing of a /32 and everything of a /0", () => {
  const target = (
    prefixLength: number,
  ) => [...routeBody(1, { ...ADDRESS, prefixLength }).subarray(16, 20)];
  assert.deepEqual(target(32), [192, 168, 48, 77]);
  assert.deepEqual(target(0), [0, 0, 0, 0]);
});

Deno.test("netconfOfAll asks for the settings of all interfaces", () => {
  assert.deepEqual([...netconfOfAll()], [2, 0, 0, 0, 8, 0, 1, 0, 255, 255, 255, 255]);
});

Deno.test("linkOf reads what the kernel says of an interface", () => {
  const settings = Uint8Array.from(
    { length: 33 * 4 },
    (_, at) => at === 7 * 4 || at === 22 * 4 ? 1 : 0,
  );
  const body = Uint8Array.of(
    ...[0, 0, 1, 0, 3, 0, 0, 0, 0x43, 0x10, 1, 0, 0, 0, 0, 0], // struct ifinfomsg: Ethernet, index 3, up
    ...[9, 0, 3, 0, ...new TextEncoder().encode("eth1\0"), 0, 0, 0], // IFLA_IFNAME
    ...[8, 0, 4, 0, 0xdc, 5, 0, 0], // IFLA_MTU: 1500
    ...[10, 0, 1, 0, 2, 0, 0, 0, 0, 9, 0, 0], // IFLA_ADDRESS
    ...[144, 0, 26, 0, 140, 0, 2, 0, 136, 0, 1, 0, ...settings], // IFLA_AF_SPEC: AF_INET: IFLA_INET_CONF
  );
  assert.deepEqual(linkOf(messageOf(Rtm.NEWLINK, body)), {
    name: "eth1",
    index: 3,
    mtu: 1500,
    hardwareAddress: Uint8Array.of(2, 0, 0, 0, 0, 9),
    up: true,
    reversePathFilter: 1,
    acceptsLocal: true,
  });
});

Deno.test("linkAddressOf reads back what addressBody writes, and whose it is", () => {
  assert.deepEqual(linkAddressOf(messageOf(Rtm.NEWADDR, addressBody(3, ADDRESS))), {
    index: 3,
    ...ADDRESS,
    ours: true,
  });
  const other = addressBody(3, ADDRESS);
  other.set(new TextEncoder().encode("eth1\0"), other.length - 8);
  assert.equal(linkAddressOf(messageOf(Rtm.NEWADDR, other))?.ours, false);
});

Deno.test("linkAddressOf leaves IPv6 addresses out", () => {
  const body = addressBody(3, ADDRESS);
  body[0] = 10;
  assert.equal(linkAddressOf(messageOf(Rtm.NEWADDR, body)), undefined);
});

Deno.test("reversePathFilterOf reads rp_filter, and 0 where it is not told", () => {
  const head = [2, 0, 0, 0];
  assert.equal(
    reversePathFilterOf(messageOf(Rtm.NEWNETCONF, Uint8Array.of(...head, 8, 0, 3, 0, 2, 0, 0, 0))),
    2,
  );
  assert.equal(reversePathFilterOf(messageOf(Rtm.NEWNETCONF, Uint8Array.of(...head))), 0);
});

Deno.test("errorOf tells an error from an acknowledgement", () => {
  assert.equal(errorOf(messageOf(Rtm.ERROR, Uint8Array.of(0xef, 0xff, 0xff, 0xff))), 17);
  assert.equal(errorOf(messageOf(Rtm.ERROR, new Uint8Array(4))), 0);
});

Deno.test("decodeMessages reads several messages and leaves a cut-off last one out", () => {
  const one = encodeRequest({ type: 1, flags: 0, sequence: 1 }, new Uint8Array(4));
  const two = encodeRequest({ type: 2, flags: 0, sequence: 2 }, new Uint8Array(8));
  const bytes = Uint8Array.of(...one, ...two, ...one.subarray(0, 18));
  assert.deepEqual([...decodeMessages(bytes)].map(({ type, sequence }) => [type, sequence]), [[
    1,
    1,
  ], [2, 2]]);
});

Deno.test("netlink messages of any bytes are read without an error", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    for (const message of decodeMessages(bytes)) {
      linkOf(message);
      linkAddressOf(message);
      reversePathFilterOf(message);
      errorOf(message);
    }
    const body = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    linkOf({ type: Rtm.NEWLINK, sequence: 0, body });
    linkAddressOf({ type: Rtm.NEWADDR, sequence: 0, body });
  }));
});
