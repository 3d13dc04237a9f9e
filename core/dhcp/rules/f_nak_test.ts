/** Section F of the rules: the NAK itself. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { DhcpOption } from "../options/option.ts";
import { Destination } from "../server/destination.ts";
import { optionValue } from "../wire/message.ts";
import {
  ask,
  codesOf,
  KNOWN,
  LEASE,
  network,
  NOON,
  OTHER,
  pool,
  reboot,
  RELAY,
  renew,
  replyTo,
  request,
  select,
  SERVER,
  Server,
} from "../testing/harness.ts";

Deno.test("rule 43: a NAK has 53, 54, a text, and the echoes of 61 and 82", () => {
  const nak = replyTo(request([
    { code: 50, value: OTHER },
    { code: 51, value: 60 },
    { code: 55, value: [1, 3, 6, 51, 58, 59] },
    { code: 61, value: new Uint8Array([1, ...KNOWN]) },
    { code: 82, value: [{ code: 1, value: new Uint8Array([5]) }] },
  ]));
  deepStrictEqual(codesOf(nak), [53, 54, 56, 61, 82]);
  strictEqual(optionValue(nak, 54), SERVER);
  strictEqual(optionValue(nak, 56), "not the address of this client");
});

Deno.test("rule 44: yiaddr, ciaddr, siaddr, sname and file of a NAK are empty", () => {
  for (const sent of [renew(OTHER), reboot(OTHER), select(SERVER, OTHER, { ciaddr: LEASE })]) {
    const nak = replyTo(sent);
    deepStrictEqual([nak.yiaddr, nak.ciaddr, nak.siaddr, nak.sname, nak.file], [0, 0, 0, "", ""]);
  }
});

Deno.test("rule 44: a NAK whose echoes leave no room is not sent, rather than put into sname and file", () => {
  const echoes = (length: number): DhcpOption[] => [
    { code: 61, value: new Uint8Array(255) },
    { code: 82, value: [{ code: 1, value: new Uint8Array(length) }] },
  ];
  const ask54 = [{ code: 50, value: OTHER }, { code: 54, value: SERVER }] as const;
  const fits = replyTo(request([...ask54, ...echoes(30)]));
  deepStrictEqual([codesOf(fits).slice(0, 2), fits.sname, fits.file], [[53, 54], "", ""]);
  for (let length = 31; length < 60; length++) {
    const { bytes, verdict } = ask(request([...ask54, ...echoes(length)]));
    if (bytes.length === 0) strictEqual(verdict, "no_room");
    else strictEqual(bytes.subarray(44, 236).some((octet) => octet !== 0), false);
  }
});

Deno.test("rule 45: without a relay a NAK is broadcast, whatever the flags and ciaddr say", () => {
  for (const flags of [0, 0x8000]) {
    for (const sent of [reboot(OTHER, { flags }), renew(OTHER, { flags })]) {
      const { account } = ask(sent, { source: OTHER });
      strictEqual(account.destination, Destination.Broadcast);
      deepStrictEqual([account.destinationAddress, account.destinationPort], [0xffffffff, 68]);
    }
  }
});

Deno.test("rule 46: through a relay a NAK goes to it with the broadcast bit set", () => {
  for (const flags of [0, 0x8000]) {
    const { account, reply } = ask(reboot(OTHER, { flags, giaddr: RELAY }));
    strictEqual(account.destination, Destination.Relay);
    deepStrictEqual([account.destinationAddress, account.destinationPort], [RELAY, 67]);
    strictEqual(reply?.flags, 0x8000);
  }
});

Deno.test("rule 47: a client gets a few NAKs at once and then one per second", () => {
  const server = new Server();
  const nakAt = (at: number) => server.ask(reboot(OTHER), { at }).verdict;
  for (let i = 0; i < 4; i++) strictEqual(nakAt(NOON), "nak_wrong_address");
  strictEqual(nakAt(NOON), "nak_limited");
  strictEqual(nakAt(NOON + 999), "nak_limited");
  strictEqual(nakAt(NOON + 1000), "nak_wrong_address");
  strictEqual(nakAt(NOON + 1001), "nak_limited");
  // Others are not affected, nor is anything but the NAK.
  const other = { chaddr: new Uint8Array([0x52, 0x54, 0, 0x11, 0x22, 9]) };
  strictEqual(
    server.ask(select(SERVER, LEASE, other), { at: NOON + 1001 }).verdict,
    "nak_no_lease",
  );
  strictEqual(server.ask(reboot(LEASE), { at: NOON + 1001 }).verdict, "ack");
});

Deno.test("rule 47: the limit of one network is not that of another", () => {
  const server = new Server();
  for (let i = 0; i < 5; i++) server.ask(reboot(OTHER));
  strictEqual(server.ask(reboot(OTHER)).verdict, "nak_limited");
  const elsewhere = { ...pool(), metadata: { namespace: "default", name: "net-49" } };
  server.network = network(elsewhere);
  strictEqual(server.ask(reboot(OTHER)).verdict, "nak_wrong_address");
});

Deno.test("rule 47: a wall clock that jumps back does not silence NAKs for long", () => {
  const server = new Server();
  for (let i = 0; i < 5; i++) server.ask(reboot(OTHER), { at: NOON });
  strictEqual(server.ask(reboot(OTHER), { at: NOON - 86_400_000 }).verdict, "nak_wrong_address");
});

Deno.test("rule 47: clients that nobody knows get a hundred NAKs a second together, and take none from those who have a lease", () => {
  const server = new Server();
  const naks = (at: number) =>
    Array.from({ length: 2000 }, (_, client) => {
      const chaddr = new Uint8Array([2, 0, 0, at & 255, client >> 8, client & 255]);
      return server.ask(select(SERVER, LEASE, { chaddr }), { at: NOON + at }).verdict;
    }).filter((verdict) => verdict === "nak_no_lease").length;
  strictEqual(naks(0), 64);
  strictEqual(naks(500), 50);
  strictEqual(server.ask(select(SERVER, OTHER), { at: NOON + 500 }).verdict, "nak_wrong_address");
});
