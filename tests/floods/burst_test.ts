import assert from "node:assert/strict";
import { optionValue } from "../../core/dhcp/mod.ts";
import { formatIPv4, formatMac } from "../../core/net/mod.ts";
import { countedPackets } from "../network/metrics.ts";
import { dhcpFrame, readReply, type ReplyPacket } from "../network/packets.ts";
import { discover, request, selecting } from "../network/raw_client.ts";
import { RawLink } from "../network/raw_link.ts";
import { ServedLab, serving, whenPool } from "../network/served_lab.ts";
import { until } from "../network/wait.ts";

const CLIENTS = 1_000;
const SERVER = "10.60.0.1";

function macOf(client: number): string {
  return formatMac(0x525400100000 + client);
}

function addressOf(client: number): string {
  return formatIPv4(0x0a3c1000 + client);
}

Deno.test("rule 102: 1,000 DISCOVERs in one burst are all bound within 5 s, and none is sent twice", async () => {
  await using served = await ServedLab.open();
  await served.lab.bridge("br0");
  const guest = await served.lab.guest({ bridge: "br0" });
  const clients = Array.from({ length: CLIENTS }, (_, client) => client);
  const leases = Object.fromEntries(clients.map((client) => [addressOf(client), macOf(client)]));
  await served.pool({ name: "storm", config: { cidr: "10.60.0.0/16", serverIP: SERVER }, leases });
  const agent = served.agent([{ pool: "default/storm", interfaceName: "br0" }]);
  await whenPool(agent, "default/storm", serving);
  using link = new RawLink(guest);
  const from = performance.now();
  link.send(
    ...clients.map((client) =>
      dhcpFrame({ sourceMac: macOf(client) }, { ...discover(), xid: client })
    ),
  );
  const bound = new Map<number, string>();
  await until(() => {
    const replies = link.take().flatMap((frame) => readReply(frame) ?? []);
    const offers = replies.filter((reply) => optionValue(reply.message, 53) === 2);
    if (offers.length > 0) link.send(...offers.map(choose));
    for (const { message } of replies.filter((reply) => optionValue(reply.message, 53) === 5)) {
      bound.set(message.xid, formatIPv4(message.yiaddr));
    }
    return bound.size === CLIENTS;
  }, { what: "all are bound", timeoutMs: 5_000, everyMs: 1 });
  assert.ok(performance.now() - from < 5_000);
  for (const client of clients) assert.equal(bound.get(client), addressOf(client));
  assert.equal(await countedPackets(agent, { type: "discover", result: "offer" }), CLIENTS);
  assert.equal(await countedPackets(agent, { type: "request", result: "ack" }), CLIENTS);
});

/** The REQUEST that follows an OFFER. */
function choose({ message, source }: ReplyPacket): Uint8Array {
  const client = message.xid;
  return dhcpFrame(
    { sourceMac: macOf(client) },
    { ...request(selecting(formatIPv4(message.yiaddr), source)), xid: client },
  );
}
