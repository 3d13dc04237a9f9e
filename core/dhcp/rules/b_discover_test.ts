/** Section B of the rules: DISCOVER to OFFER. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { optionValue } from "../wire/message.ts";
import {
  ask,
  codesOf,
  discover,
  FOREIGN,
  LEASE,
  network,
  NOON,
  OTHER,
  OTHER_SERVER,
  pool,
  replyTo,
  SERVER,
  Server,
  UNKNOWN,
} from "../testing/harness.ts";

Deno.test("rule 14: a known client is offered its address", () => {
  const reply = replyTo(discover());
  strictEqual(optionValue(reply, 53), 2);
  strictEqual(reply.yiaddr, LEASE);
});

Deno.test("rule 15: an unknown client meets silence", () => {
  const { verdict, bytes } = ask(discover([], { chaddr: UNKNOWN }));
  deepStrictEqual([verdict, bytes.length], ["unknown_client", 0]);
});

Deno.test("rule 15: an authoritative pool offers an unknown client nothing either", () => {
  const server = new Server(network(pool({ authoritative: true })));
  strictEqual(server.ask(discover([], { chaddr: UNKNOWN })).verdict, "unknown_client");
});

Deno.test("rule 16: a requested address does not change the offer", () => {
  for (const value of [OTHER, FOREIGN, SERVER, 0, 0xffffffff]) {
    strictEqual(replyTo(discover([{ code: 50, value }])).yiaddr, LEASE);
  }
});

Deno.test("rule 17: ciaddr of the OFFER is 0", () => {
  strictEqual(replyTo(discover()).ciaddr, 0);
  strictEqual(replyTo(discover([], { ciaddr: LEASE })).ciaddr, 0);
});

Deno.test("rule 18: the OFFER has message type, server identifier and lease time", () => {
  for (const asked of [[], [{ code: 55, value: [3] }] as const]) {
    const reply = replyTo(discover(asked));
    strictEqual(optionValue(reply, 53), 2);
    strictEqual(optionValue(reply, 54), SERVER);
    strictEqual(optionValue(reply, 51), 3600);
  }
});

Deno.test("rule 19: the OFFER has none of the client's options 50, 55, 57", () => {
  const asked = [
    { code: 50, value: LEASE },
    { code: 55, value: [50, 55, 57, 1, 3] },
    { code: 57, value: 1000 },
  ] as const;
  const codes = codesOf(replyTo(discover(asked)));
  deepStrictEqual(codes.filter((code) => [50, 55, 57].includes(code)), []);
});

Deno.test("rule 20: a DISCOVER that names another server is not answered", () => {
  strictEqual(ask(discover([{ code: 54, value: OTHER_SERVER }])).verdict, "other_server");
  strictEqual(ask(discover([{ code: 54, value: SERVER }])).verdict, "offer");
});

Deno.test("rule 21: the lease time is the pool's, whatever is asked", () => {
  for (const value of [0, 1, 3599, 86400, 0xffffffff]) {
    strictEqual(optionValue(replyTo(discover([{ code: 51, value }])), 51), 3600);
  }
});

Deno.test("rule 22: a repeated DISCOVER gets the same octets again", () => {
  const server = new Server();
  const first = server.ask(discover());
  for (let i = 0; i < 5; i++) {
    const again = server.ask(discover(), { at: NOON + i * 1000 });
    deepStrictEqual(again.bytes, first.bytes);
  }
});

Deno.test("rule 23: a DISCOVER changes no state", () => {
  const server = new Server();
  const before = server.network?.leases.entries();
  const { account } = server.ask(discover([{ code: 50, value: OTHER }]));
  strictEqual(account.verdict, 0);
  deepStrictEqual(server.network?.leases.entries(), before);
});
