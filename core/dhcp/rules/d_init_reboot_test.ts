/** Section D of the rules: REQUEST in INIT-REBOOT (no 54, 50 present, ciaddr 0). */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { optionValue } from "../wire/message.ts";
import {
  ask,
  discover,
  FOREIGN,
  LEASE,
  network,
  OTHER,
  pool,
  reboot,
  renew,
  select,
  SERVER,
  Server,
  UNKNOWN,
} from "../testing/harness.ts";

const authoritative = () => new Server(network(pool({ authoritative: true })));

Deno.test("rule 30: known, and the bound address: ACK", () => {
  const { verdict, reply } = ask(reboot(LEASE));
  deepStrictEqual([verdict, reply?.yiaddr, reply?.ciaddr], ["ack", LEASE, 0]);
});

Deno.test("rule 31: known, and another address of the subnet: NAK", () => {
  const { verdict, reply } = ask(reboot(OTHER));
  strictEqual(verdict, "nak_wrong_address");
  strictEqual(reply && optionValue(reply, 53), 6);
});

Deno.test("rule 32: an address outside the subnet: NAK if the client is known", () => {
  strictEqual(ask(reboot(FOREIGN)).verdict, "nak_wrong_network");
});

Deno.test("rule 32: an address outside the subnet of an unknown client: silence, or NAK where authoritative", () => {
  const stranger = reboot(FOREIGN, { chaddr: UNKNOWN });
  strictEqual(ask(stranger).verdict, "unknown_client");
  strictEqual(authoritative().ask(stranger).verdict, "nak_wrong_network");
});

Deno.test("rule 33: unknown, and an address of the subnet: silence, or NAK where authoritative", () => {
  const stranger = reboot(LEASE, { chaddr: UNKNOWN });
  const { verdict, bytes } = ask(stranger);
  deepStrictEqual([verdict, bytes.length], ["unknown_client", 0]);
  strictEqual(authoritative().ask(stranger).verdict, "nak_no_lease");
});

Deno.test("rule 34: silence until the pool is loaded, whatever is asked", () => {
  const server = new Server();
  server.network = undefined;
  const asked = [discover(), select(SERVER, OTHER), reboot(FOREIGN), renew(OTHER)];
  for (const sent of asked) {
    const { verdict, bytes } = server.ask(sent);
    deepStrictEqual([verdict, bytes.length], ["not_served", 0]);
  }
});
