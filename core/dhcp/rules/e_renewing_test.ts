/** Section E of the rules: REQUEST in RENEWING and REBINDING (no 54, no 50, ciaddr set). */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { optionValue } from "../wire/message.ts";
import {
  ask,
  FOREIGN,
  LEASE,
  network,
  NOON,
  OTHER,
  pool,
  renew,
  request,
  SERVER,
  Server,
  UNKNOWN,
} from "../testing/harness.ts";

Deno.test("rule 35: the bound address: ACK with the whole lease time", () => {
  const { verdict, reply } = ask(renew(LEASE), { source: LEASE });
  strictEqual(verdict, "ack");
  deepStrictEqual([reply?.ciaddr, reply?.yiaddr], [LEASE, LEASE]);
  strictEqual(reply && optionValue(reply, 51), 3600);
});

Deno.test("rule 36: RENEWING another address: NAK", () => {
  for (const address of [OTHER, FOREIGN]) {
    strictEqual(ask(renew(address), { source: address }).verdict, "nak_wrong_address");
  }
});

Deno.test("rule 37: REBINDING another address: NAK for a known client, silence for an unknown", () => {
  strictEqual(ask(renew(OTHER)).verdict, "nak_wrong_address");
  strictEqual(ask(renew(OTHER, { chaddr: UNKNOWN })).verdict, "unknown_client");
});

Deno.test("rule 38: an unknown client: silence, or NAK where authoritative", () => {
  const stranger = renew(LEASE, { chaddr: UNKNOWN });
  strictEqual(ask(stranger, { source: LEASE }).verdict, "unknown_client");
  const server = new Server(network(pool({ authoritative: true })));
  strictEqual(server.ask(stranger, { source: LEASE }).verdict, "nak_no_lease");
});

Deno.test("rule 39: a renewal before T1 is answered like any other", () => {
  const server = new Server();
  const first = server.ask(renew(LEASE), { at: NOON });
  const second = server.ask(renew(LEASE), { at: NOON + 1 });
  deepStrictEqual(second.bytes, first.bytes);
});

Deno.test("rule 40: neither 54, 50 nor ciaddr: silence", () => {
  strictEqual(ask(request()).verdict, "no_state");
});

Deno.test("rule 41: ciaddr beside 50 is ignored", () => {
  const fifty = { code: 50, value: LEASE } as const;
  const selecting = [fifty, { code: 54, value: SERVER }] as const;
  for (const options of [selecting, [fifty]]) {
    const { verdict, reply, account } = ask(request(options, { ciaddr: OTHER, flags: 0x8000 }));
    deepStrictEqual([verdict, reply?.yiaddr, reply?.ciaddr], ["ack", LEASE, 0]);
    strictEqual(account.destinationAddress, 0xffffffff);
  }
});

Deno.test("rule 42: after the address changed, the next renewal is refused and the next DORA gives the new one", () => {
  const server = new Server();
  strictEqual(server.ask(renew(LEASE)).verdict, "ack");
  server.network = network(pool({}, { allocated: { "192.168.48.99": "52:54:00:11:22:01" } }));
  strictEqual(server.ask(renew(LEASE)).verdict, "nak_wrong_address");
  strictEqual(server.ask(request([{ code: 50, value: OTHER }])).reply?.yiaddr, OTHER);
});
