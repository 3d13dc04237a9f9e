/** Section C of the rules: REQUEST in SELECTING (54 and 50 present, ciaddr 0). */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { parseIPv4 } from "../../net/mod.ts";
import { Destination } from "../server/destination.ts";
import { optionValue } from "../wire/message.ts";
import {
  ask,
  KNOWN,
  LEASE,
  network,
  OTHER,
  OTHER_SERVER,
  pool,
  replyTo,
  request,
  select,
  SERVER,
  Server,
  UNKNOWN,
} from "../testing/harness.ts";

Deno.test("rule 24: our identifier and the bound address: ACK", () => {
  const { verdict, reply } = ask(select(SERVER, LEASE));
  strictEqual(verdict, "ack");
  deepStrictEqual(reply && [optionValue(reply, 53), reply.yiaddr, reply.ciaddr], [5, LEASE, 0]);
});

Deno.test("rule 25: another server was chosen: silence", () => {
  for (const address of [LEASE, OTHER]) {
    const { verdict, reply } = ask(select(OTHER_SERVER, address));
    deepStrictEqual([verdict, reply], ["other_server", undefined]);
  }
  strictEqual(ask(select(OTHER_SERVER, LEASE, { chaddr: UNKNOWN })).verdict, "other_server");
});

Deno.test("rule 26: our identifier and another address: NAK", () => {
  const { verdict, reply } = ask(select(SERVER, OTHER));
  strictEqual(verdict, "nak_wrong_address");
  strictEqual(reply && optionValue(reply, 53), 6);
});

Deno.test("rule 26: the lease went away after the offer: NAK", () => {
  const server = new Server();
  server.network = network(pool({}, { allocated: {} }));
  strictEqual(server.ask(select(SERVER, LEASE)).verdict, "nak_no_lease");
});

Deno.test("rule 27: our identifier from an unknown client: NAK", () => {
  const reply = replyTo(select(SERVER, LEASE, { chaddr: UNKNOWN }));
  strictEqual(optionValue(reply, 53), 6);
});

Deno.test("rule 28: every identifier that this network ever had is ours", () => {
  const older = network(pool({ serverIP: "192.168.48.70" }));
  const old = network(pool({ serverIP: "192.168.48.71" }), { previous: older });
  const server = new Server(network(pool(), {
    previous: old,
    previousServerIds: [parseIPv4("192.168.48.72")],
  }));
  for (const last of [70, 71, 72, 77]) {
    const outcome = server.ask(select(parseIPv4(`192.168.48.${last}`), LEASE));
    strictEqual(outcome.verdict, "ack");
    strictEqual(outcome.reply && optionValue(outcome.reply, 54), SERVER);
  }
  strictEqual(server.ask(select(parseIPv4("192.168.48.73"), LEASE)).verdict, "other_server");
});

const OURS = { code: 54, value: SERVER } as const;

Deno.test("rule 24, P2: a client that renews and names the server keeps its address, as if it had not named it", () => {
  const { verdict, reply, account } = ask(request([OURS], { ciaddr: LEASE }), { source: LEASE });
  strictEqual(verdict, "ack");
  deepStrictEqual(reply && [reply.yiaddr, reply.ciaddr], [LEASE, LEASE]);
  deepStrictEqual([account.destination, account.destinationAddress], [Destination.Client, LEASE]);
  // A hold keeps an address from being taken into use, not from being used.
  const conflicts = { "192.168.48.81": { until: "2025-11-21T12:01:00Z" } };
  const held = new Server(network(pool({}, { conflicts })));
  strictEqual(held.ask(request([OURS], { ciaddr: LEASE })).verdict, "ack");
  strictEqual(ask(request([OURS], { ciaddr: LEASE, chaddr: UNKNOWN })).verdict, "nak_no_lease");
});

Deno.test("rule 29: our identifier without a requested address, and not from the bound one: NAK", () => {
  strictEqual(ask(request([OURS])).verdict, "nak_no_address");
  strictEqual(ask(request([OURS], { ciaddr: OTHER })).verdict, "nak_wrong_address");
  strictEqual(ask(request([OURS], { chaddr: KNOWN })).reply?.yiaddr, 0);
});
