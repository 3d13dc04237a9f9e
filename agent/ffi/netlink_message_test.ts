import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addressBody,
  addressDump,
  decodeMessages,
  encodeRequest,
  errorOf,
  linkAddressOf,
  linkAliasBody,
  linkOf,
  linkSettingsBody,
  netconfOfAll,
  NetlinkFlag,
  type NetlinkMessage,
  ownAddressBody,
  reversePathFilterOf,
  routeDump,
  routeOf,
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

Deno.test("ownAddressBody asks for an address without a prefix route, with the agent's label", () => {
  assert.deepEqual([...ownAddressBody(3, ADDRESS)], [
    ...[2, 24, 0, 0, 3, 0, 0, 0], // struct ifaddrmsg: AF_INET, /24, index 3
    ...[8, 0, 2, 0, 192, 168, 48, 77], // IFA_LOCAL
    ...[8, 0, 1, 0, 192, 168, 48, 77], // IFA_ADDRESS
    ...[8, 0, 8, 0, 0, 2, 0, 0], // IFA_FLAGS: IFA_F_NOPREFIXROUTE
    ...[12, 0, 3, 0, ...new TextEncoder().encode("vm-dhcp\0")], // IFA_LABEL
  ]);
});

Deno.test("addressBody names an address without a label, which the kernel may have changed", () => {
  const named = addressBody(3, ADDRESS);
  assert.deepEqual(named, ownAddressBody(3, ADDRESS).subarray(0, 24));
});

Deno.test("linkAliasBody names the interface by its index, and its alias", () => {
  assert.deepEqual([...linkAliasBody(0x0102, "abcd")], [
    ...[0, 0, 0, 0], // family, type
    ...[2, 1, 0, 0], // index, host order
    ...[0, 0, 0, 0, 0, 0, 0, 0], // flags
    ...[8, 0, 20, 0], // length, IFLA_IFALIAS
    ...[97, 98, 99, 100],
  ]);
});

Deno.test("linkSettingsBody asks for the settings that are named", () => {
  const body = linkSettingsBody(3, { forwarding: 0, rpFilter: 2 });
  assert.deepEqual([...body], [
    ...[0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], // struct ifinfomsg: index 3
    ...[28, 0, 26, 128], // IFLA_AF_SPEC
    ...[24, 0, 2, 128], // AF_INET
    ...[20, 0, 1, 128], // IFLA_INET_CONF
    ...[8, 0, 1, 0, 0, 0, 0, 0], // IPV4_DEVCONF_FORWARDING: 0
    ...[8, 0, 8, 0, 2, 0, 0, 0], // IPV4_DEVCONF_RP_FILTER: 2
  ]);
});

Deno.test("addressDump asks for the addresses of IPv4, of every interface", () => {
  assert.deepEqual([...addressDump()], [2, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test("routeDump asks for the routes of IPv4", () => {
  assert.deepEqual([...routeDump()], [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
});

/** A route as the kernel tells it. */
function route(
  { family = 2, prefixLength = 0, type = 1 },
  ...attributes: readonly number[]
): NetlinkMessage {
  const head = [family, prefixLength, 0, 0, 254, 3, 0, type, 0, 0, 0, 0]; // struct rtmsg
  return messageOf(Rtm.NEWROUTE, Uint8Array.of(...head, ...attributes));
}

const GATEWAY = [8, 0, 5, 0, 10, 42, 0, 1]; // RTA_GATEWAY

Deno.test("routeOf reads where a route leads, by one gateway, by several, or by none", () => {
  const viaIPv4 = [10, 0, 18, 0, 2, 0, 10, 42, 0, 2, 0, 0]; // RTA_VIA: AF_INET
  const viaIPv6 = [22, 0, 18, 0, 10, 0, ...Array(16).fill(7), 0, 0]; // RTA_VIA: AF_INET6
  const hop = [16, 0, 0, 0, 3, 0, 0, 0]; // struct rtnexthop: index 3
  const several = [36, 0, 9, 0, ...hop, ...GATEWAY, ...hop, 8, 0, 5, 0, 10, 42, 0, 3]; // RTA_MULTIPATH
  const gateways = (message: NetlinkMessage) => routeOf(message)?.gateways;
  assert.deepEqual(routeOf(route({}, ...GATEWAY)), { prefixLength: 0, gateways: [0x0a2a0001] });
  assert.deepEqual(gateways(route({ prefixLength: 8 }, ...viaIPv4)), [0x0a2a0002]);
  assert.deepEqual(gateways(route({}, ...viaIPv6)), []);
  assert.deepEqual(gateways(route({}, ...several)), [0x0a2a0001, 0x0a2a0003]);
  assert.deepEqual(routeOf(route({ prefixLength: 24 })), { prefixLength: 24, gateways: [] });
});

Deno.test("routeOf leaves out IPv6, and what leads to nobody else", () => {
  assert.equal(routeOf(route({ family: 10 }, ...GATEWAY)), undefined);
  assert.equal(routeOf(route({ type: 2 }, ...GATEWAY)), undefined); // RTN_LOCAL
  assert.equal(routeOf(messageOf(Rtm.NEWROUTE, Uint8Array.of(2, 0))), undefined);
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
    alias: "",
    settings: { forwarding: 0, rpFilter: 1, acceptLocal: 1, arpIgnore: 0 },
  });
});

Deno.test("linkAddressOf reads back what ownAddressBody writes, and whose it is", () => {
  assert.deepEqual(linkAddressOf(messageOf(Rtm.NEWADDR, ownAddressBody(3, ADDRESS))), {
    index: 3,
    ...ADDRESS,
    ours: true,
  });
  const other = ownAddressBody(3, ADDRESS);
  other.set(new TextEncoder().encode("eth1\0"), other.length - 8);
  assert.equal(linkAddressOf(messageOf(Rtm.NEWADDR, other))?.ours, false);
});

Deno.test("linkAddressOf leaves IPv6 addresses out", () => {
  const body = ownAddressBody(3, ADDRESS);
  body[0] = 10;
  assert.equal(linkAddressOf(messageOf(Rtm.NEWADDR, body)), undefined);
});

Deno.test("linkOf takes for the hardware address nothing but six octets that the kernel calls so", () => {
  const hardwareAddress = (...parts: readonly number[]) => {
    const name = [6, 0, 3, 0, 0x61, 0, 0, 0]; // IFLA_IFNAME: a
    const body = Uint8Array.of(...Array(16).fill(0), ...name, ...parts);
    return linkOf(messageOf(Rtm.NEWLINK, body))?.hardwareAddress;
  };
  const six = (type: number, octet: number) => [10, 0, type, 0, 2, 0, 0, 0, 0, octet, 0, 0];
  const tunnel = [8, 0, 1, 0, 10, 0, 0, 1]; // IFLA_ADDRESS of an IPIP tunnel
  const ethernet = Uint8Array.of(2, 0, 0, 0, 0, 9);
  assert.deepEqual(hardwareAddress(...six(1, 9), ...six(2, 255), ...six(54, 7)), ethernet); // IFLA_BROADCAST, IFLA_PERM_ADDRESS
  assert.deepEqual(hardwareAddress(...tunnel), new Uint8Array(6));
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
      routeOf(message);
      errorOf(message);
    }
    const body = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    linkOf({ type: Rtm.NEWLINK, sequence: 0, body });
    linkAddressOf({ type: Rtm.NEWADDR, sequence: 0, body });
    routeOf({ type: Rtm.NEWROUTE, sequence: 0, body });
  }));
});
