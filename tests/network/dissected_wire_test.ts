/** Every kind of reply as it was on the wire, read by tshark, which knows nothing of this project. */
import assert from "node:assert/strict";
import { formatMac, macFromBytes } from "../../core/net/mod.ts";
import { dissect } from "./dissector.ts";
import { RawClient } from "./raw_client.ts";
import { ADDRESS, RELAY, REPLY_KINDS, SERVER } from "./reply_kinds.ts";
import { ServedLab, serving, whenPool } from "./served_lab.ts";

const EVERYBODY = "255.255.255.255";
const TO_ALL = "ff:ff:ff:ff:ff:ff";
const FIELDS = [
  ...["eth.src", "eth.dst", "ip.src", "ip.dst", "ip.ttl", "ip.len", "ip.flags.mf", "udp.srcport"],
  ...["udp.dstport", "udp.length", "udp.checksum.status", "dhcp.type", "dhcp.hw.type"],
  ...["dhcp.hw.len", "dhcp.hops", "dhcp.id", "dhcp.secs", "dhcp.flags", "dhcp.ip.client"],
  ...["dhcp.ip.your", "dhcp.ip.server", "dhcp.ip.relay", "dhcp.hw.mac_addr", "dhcp.server"],
  ...["dhcp.file", "dhcp.option.dhcp", "dhcp.option.dhcp_server_id", "dhcp.option.type"],
  "dhcp.option.end",
] as const;

/** A reply as tshark read it: the first value of each field, `""` where there is none. */
interface Heard {
  readonly kind: (typeof REPLY_KINDS)[number];
  readonly read: (field: (typeof FIELDS)[number]) => string;
  readonly options: readonly string[];
  readonly complaints: readonly string[];
  readonly xid: number;
  readonly client: string;
  readonly server: string;
}

/** One client, which is the relay as well, asks for every kind of reply. */
async function hear(): Promise<readonly Heard[]> {
  await using served = await ServedLab.open();
  await served.lab.bridge("br0");
  const guest = await served.lab.guest({ bridge: "br0" });
  await served.pool({
    name: "net-48",
    config: {
      ...{ cidr: "192.168.48.0/24", serverIP: SERVER, router: "192.168.48.1", leaseTime: 3600 },
      bootp: true,
    },
    leases: { [ADDRESS]: guest.macAddress },
  });
  const agent = served.agent([{ pool: "default/net-48", interfaceName: "br0" }]);
  await whenPool(agent, "default/net-48", serving);
  const server = served.host.read().links.get("br0")?.hardwareAddress ?? assert.fail();
  using client = new RawClient(guest);
  const frames: Uint8Array[] = [];
  const xids: number[] = [];
  for (const { ask, to } of REPLY_KINDS) {
    client.address = to === RELAY ? RELAY : undefined;
    const xid = client.say(ask);
    xids.push(xid);
    frames.push((await client.reply(xid)).frame);
  }
  const dissected = await dissect(frames, FIELDS);
  assert.equal(dissected.length, REPLY_KINDS.length);
  return REPLY_KINDS.map((kind, index) => {
    const { values, complaints } = dissected[index] ?? assert.fail();
    return {
      kind,
      read: (field) => values[field]?.[0] ?? "",
      // Without padding, which tshark calls option 0.
      options: values["dhcp.option.type"].filter((type) => type !== "0"),
      complaints,
      xid: xids[index] ?? 0,
      client: guest.macAddress,
      server: formatMac(macFromBytes(server)),
    };
  });
}

let heard: Promise<readonly Heard[]> | undefined;

/** Looks at each reply; they are asked for once. */
function eachReply(look: (reply: Heard) => void): () => Promise<void> {
  return async () => {
    const replies = await (heard ??= hear());
    for (const reply of replies) {
      try {
        look(reply);
      } catch (error) {
        throw new Error(`${reply.kind.name} is not as it should be`, { cause: error });
      }
    }
  };
}

/** Looks at those replies that a rule is about, of which there must be this many. */
function repliesOf(
  { count, where }: { readonly count: number; readonly where: (reply: Heard) => boolean },
  look: (reply: Heard) => void,
): () => Promise<void> {
  return async () => {
    const replies = (await (heard ??= hear())).filter(where);
    assert.equal(replies.length, count);
    for (const reply of replies) look(reply);
  };
}

const isRelayed = ({ kind }: Heard): boolean => kind.to === RELAY;
const isNak = ({ kind }: Heard): boolean => kind.type === 6;

Deno.test(
  "rule 105: tshark finds whole checksums, and nothing malformed, in every kind of reply",
  eachReply(({ complaints, read }) => {
    assert.deepEqual(complaints, []);
    assert.equal(read("udp.checksum.status"), "1"); // good, and not left out
  }),
);

Deno.test(
  "rules 13, 17, 35, 44, 54: tshark reads the request's xid and hardware address, and the addresses that the kind of reply has",
  eachReply(({ kind, read, xid, client }) => {
    assert.equal(read("dhcp.type"), "2");
    assert.equal(Number(read("dhcp.id")), xid);
    assert.deepEqual([Number(read("dhcp.hw.type")), read("dhcp.hw.len")], [1, "6"]);
    assert.equal(read("dhcp.hw.mac_addr"), client);
    assert.equal(read("dhcp.option.dhcp"), kind.type === undefined ? "" : `${kind.type}`);
    assert.equal(read("dhcp.ip.your"), kind.yiaddr);
    assert.equal(read("dhcp.ip.client"), kind.ciaddr);
    assert.equal(read("dhcp.ip.server"), "0.0.0.0");
  }),
);

Deno.test(
  "rules 18, 43: tshark reads the options that an OFFER or ACK must have, and in a NAK no others than it may have",
  eachReply(({ kind, options, read }) => {
    assert.equal(Number(read("dhcp.option.end")), 255);
    if (kind.type === undefined) return;
    assert.equal(read("dhcp.option.dhcp_server_id"), SERVER);
    if (kind.type === 6) assert.deepEqual(options, ["53", "54", "56"]);
    else assert.equal(options.includes("51"), !kind.name.includes("INFORM"));
  }),
);

Deno.test(
  "rule 45: tshark sees a NAK without a relay as a broadcast of IP and Ethernet to port 68",
  repliesOf({ count: 1, where: (one) => isNak(one) && !isRelayed(one) }, ({ read }) => {
    assert.deepEqual([read("eth.dst"), read("ip.dst"), read("udp.dstport")], [
      TO_ALL,
      EVERYBODY,
      "68",
    ]);
    assert.equal(Number(read("dhcp.flags")), 0); // the client asked for no broadcast
  }),
);

Deno.test(
  "rule 46: tshark sees a NAK to a relay at port 67 of giaddr, with the broadcast bit set",
  repliesOf({ count: 1, where: (one) => isNak(one) && isRelayed(one) }, ({ read, client }) => {
    assert.deepEqual([read("eth.dst"), read("ip.dst"), read("udp.dstport")], [client, RELAY, "67"]);
    assert.equal(Number(read("dhcp.flags")), 0x8000);
  }),
);

Deno.test(
  "rule 57: tshark reads a BOOTREPLY of 300 octets, with the options of a network and none of DHCP's own",
  repliesOf({ count: 1, where: ({ kind }) => kind.type === undefined }, ({ read, options }) => {
    assert.deepEqual([read("dhcp.option.dhcp"), read("udp.length")], ["", "308"]);
    assert.deepEqual(options, ["1", "3", "28"]);
  }),
);

Deno.test(
  "rule 58: tshark sees replies to a relay at port 67 of giaddr, in a frame to the relay's hardware address",
  repliesOf({ count: 3, where: isRelayed }, ({ read, client }) => {
    assert.deepEqual([read("eth.dst"), read("ip.dst"), read("udp.dstport")], [client, RELAY, "67"]);
  }),
);

Deno.test(
  "rule 59: tshark sees replies to who uses its address at port 68 of ciaddr and its hardware address, the broadcast bit notwithstanding",
  repliesOf({ count: 3, where: ({ kind }) => kind.ciaddr === ADDRESS }, ({ read, client }) => {
    assert.deepEqual([read("eth.dst"), read("ip.dst"), read("udp.dstport")], [
      client,
      ADDRESS,
      "68",
    ]);
  }),
);

Deno.test(
  "rule 60: tshark sees replies to who asked for a broadcast as broadcasts of IP and Ethernet to port 68",
  repliesOf({ count: 2, where: ({ kind }) => kind.name.endsWith("as a broadcast") }, ({ read }) => {
    assert.deepEqual([read("eth.dst"), read("ip.dst"), read("udp.dstport")], [
      TO_ALL,
      EVERYBODY,
      "68",
    ]);
    assert.equal(Number(read("dhcp.flags")), 0x8000);
  }),
);

Deno.test(
  "rule 61: tshark sees replies to who has no address yet at port 68 of yiaddr and the client's hardware address",
  repliesOf({
    count: 4,
    where: ({ kind }) => kind.to === ADDRESS && kind.yiaddr === ADDRESS && kind.ciaddr !== ADDRESS,
  }, ({ read, client }) => {
    assert.deepEqual([read("eth.dst"), read("ip.dst"), read("udp.dstport")], [
      client,
      ADDRESS,
      "68",
    ]);
  }),
);

Deno.test(
  "rule 62: tshark sees every reply come from the interface's hardware address, the server identifier and port 67, with a TTL of 64 or more",
  eachReply(({ read, server }) => {
    assert.deepEqual([read("eth.src"), read("ip.src"), read("udp.srcport")], [
      server,
      SERVER,
      "67",
    ]);
    assert.ok(Number(read("ip.ttl")) >= 64, read("ip.ttl"));
  }),
);

Deno.test(
  "rule 63: tshark reads the request's flags and giaddr, and no hops and seconds, in every reply",
  eachReply(({ kind: { ask, type }, read }) => {
    const { flags = 0, giaddr = 0 } = ask.message;
    const forced = type === 6 && giaddr !== 0 ? 0x8000 : 0; // rule 46
    assert.equal(Number(read("dhcp.flags")), flags | forced);
    assert.equal(read("dhcp.ip.relay"), giaddr === 0 ? "0.0.0.0" : RELAY);
    assert.deepEqual([read("dhcp.hops"), read("dhcp.secs")], ["0", "0"]);
  }),
);

Deno.test(
  "rules 64 to 66: tshark reads no sname and file, 300 octets of payload or more, and a whole datagram of 576 at most",
  eachReply(({ read }) => {
    assert.deepEqual([read("dhcp.server"), read("dhcp.file")], ["", ""]);
    assert.ok(Number(read("udp.length")) - 8 >= 300, read("udp.length"));
    assert.ok(Number(read("ip.len")) <= 576, read("ip.len"));
    assert.equal(Number(read("ip.len")), Number(read("udp.length")) + 20);
    assert.equal(Number(read("ip.flags.mf")), 0);
  }),
);
