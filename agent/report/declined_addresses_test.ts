import assert from "node:assert/strict";
import { DeclinedAddresses } from "./declined_addresses.ts";

const NOON = Date.UTC(2026, 0, 1, 12);
const HOUR = 3_600_000;

Deno.test("DeclinedAddresses tells who declined what, for an hour", () => {
  const declined = new DeclinedAddresses();
  declined.add({ address: 0xc0a83051, mac: 0x525400000001, usedBy: 0x525400000099 }, NOON);
  const entry = {
    address: "192.168.48.81",
    macAddress: "52:54:00:00:00:01",
    usedBy: "52:54:00:00:00:99",
    at: "2026-01-01T12:00:00Z",
  };
  assert.deepEqual(declined.list(NOON), [entry]);
  assert.deepEqual(declined.list(NOON + HOUR - 1), [entry]);
  assert.deepEqual(declined.list(NOON + HOUR), []);
});

Deno.test("DeclinedAddresses keeps the last word on an address", () => {
  const declined = new DeclinedAddresses();
  declined.add({ address: 0xc0a83051, mac: 1, usedBy: 9 }, NOON);
  declined.add({ address: 0xc0a83051, mac: 2, usedBy: 9 }, NOON + 1_000);
  assert.deepEqual(declined.list(NOON).map(({ macAddress }) => macAddress), ["00:00:00:00:00:02"]);
});

Deno.test("DeclinedAddresses counts an address from its last decline, also when it forgets the oldest", () => {
  const declined = new DeclinedAddresses();
  declined.add({ address: 1, mac: 1, usedBy: 9 }, NOON);
  declined.add({ address: 2, mac: 1, usedBy: 9 }, NOON);
  declined.add({ address: 1, mac: 1, usedBy: 9 }, NOON + 1_000);
  assert.deepEqual(declined.list(NOON).map(({ address }) => address), ["0.0.0.2", "0.0.0.1"]);
});

Deno.test("DeclinedAddresses forgets the oldest where there are too many", () => {
  const declined = new DeclinedAddresses();
  for (let address = 0; address < 300; address++) {
    declined.add({ address, mac: 1, usedBy: 9 }, NOON);
  }
  const list = declined.list(NOON);
  assert.equal(list.length, 256);
  assert.equal(list[0]?.address, "0.0.0.44");
});
