/**
 * The two pools of `docs/how-to/two-clusters.md` on one wire: every message of a client reaches both servers.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import {
  actionOf,
  compilePool,
  Datagram,
  encode,
  type IPPool,
  MessageType,
  parseIPv4,
  parseRange,
  rangeContains,
  Reply,
  Responder,
} from "@vm-dhcp/vm-dhcp";
import { blocksOfPages } from "./blocks.ts";

const PAGE = "docs/how-to/two-clusters.md";
/** Who has which address: one VM in each cluster. */
const RECORDS = [
  { "192.168.48.10": "52:54:00:00:00:0a" },
  { "192.168.48.120": "52:54:00:00:00:0b" },
];
const MACS = [0x0a, 0x0b].map((last) => Uint8Array.of(0x52, 0x54, 0, 0, 0, last));

const blocks = await blocksOfPages();
const text = blocks.find(({ page, language }) => page === PAGE && language === "yaml")?.text ?? "";
const pools = parseAllDocuments(text).map((document): IPPool => document.toJS());

/** What each of the two servers does with a message. */
function answers(message: Uint8Array): readonly string[] {
  const reply = new Reply(new Uint8Array(1472));
  return pools.map((pool, index) => {
    const allocated = RECORDS[index] ?? {};
    const { network, problems } = compilePool({
      ...pool,
      status: { ipv4: { allocated, used: 1, available: 109 } },
    });
    deepStrictEqual(problems, []);
    return actionOf(new Responder().respond(network, new Datagram(message), reply));
  });
}

function message(chaddr: Uint8Array | undefined, options: readonly unknown[], ciaddr = 0) {
  const given = { op: 1, xid: 1, ciaddr, chaddr: chaddr ?? new Uint8Array(6), options };
  return encode(given as Parameters<typeof encode>[0]);
}

Deno.test(`${PAGE}: one server answers each client from its first message to its renewal, the other is silent`, () => {
  strictEqual(pools.length, 2);
  const type = (value: number) => ({ code: 53, value });
  const [first, second] = MACS;
  deepStrictEqual(answers(message(first, [type(MessageType.Discover)])), ["offer", "silence"]);
  deepStrictEqual(answers(message(second, [type(MessageType.Discover)])), ["silence", "offer"]);
  const chosen = [
    type(MessageType.Request),
    { code: 50, value: parseIPv4("192.168.48.120") },
    { code: 54, value: parseIPv4("192.168.48.3") },
  ];
  deepStrictEqual(answers(message(second, chosen)), ["silence", "ack"]);
  const again = [type(MessageType.Request), { code: 50, value: parseIPv4("192.168.48.120") }];
  deepStrictEqual(answers(message(second, again)), ["silence", "ack"]);
  const renewal = message(second, [type(MessageType.Request)], parseIPv4("192.168.48.120"));
  deepStrictEqual(answers(renewal), ["silence", "ack"]);
});

Deno.test(`${PAGE}: neither range has an address of the other one, or a server's`, () => {
  const ranges = pools.map(({ spec }) =>
    parseRange(spec.ipv4Config.pool?.start ?? "", spec.ipv4Config.pool?.end ?? "")
  );
  const servers = pools.map(({ spec }) => parseIPv4(spec.ipv4Config.serverIP ?? ""));
  ok(servers[0] !== servers[1]);
  const [one, two] = ranges;
  ok(one !== undefined && two !== undefined && one.end < two.start);
  for (const range of ranges) {
    deepStrictEqual(servers.filter((server) => rangeContains(range, server)), []);
  }
});
