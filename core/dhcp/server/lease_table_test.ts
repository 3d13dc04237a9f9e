import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { formatIPv4, formatMac, parseIPv4, parseMac } from "../../net/mod.ts";
import { LeaseTable } from "./lease_table.ts";

function find(table: LeaseTable, mac: string): string {
  const number = parseMac(mac);
  return formatIPv4(table.find(Math.floor(number / 2 ** 24), number % 2 ** 24));
}

Deno.test("a lease table of nothing has no leases", () => {
  for (const table of [new LeaseTable(), new LeaseTable({})]) {
    deepStrictEqual([table.size, table.refused, table.entries()], [0, [], []]);
    strictEqual(find(table, "52:54:00:11:22:01"), "0.0.0.0");
  }
});

Deno.test("a lease table takes marks for no leases and no errors", () => {
  const table = new LeaseTable({
    "10.0.0.1": "RESERVED",
    "10.0.0.2": "EXCLUDED",
    "10.0.0.3": "CONFLICT",
    "10.0.0.4": "52:54:00:00:00:04",
  });
  deepStrictEqual([table.size, table.refused], [1, []]);
});

Deno.test("a lease table leaves bad entries out, says why, and keeps the others", () => {
  const table = new LeaseTable({
    "10.0.0.1": "52:54:00:00:00:01",
    "10.0.0.256": "52:54:00:00:00:02",
    "fd00::1": "52:54:00:00:00:03",
    "10.0.0.4": "",
    "10.0.0.5": "52:54:00:00:00",
    "10.0.0.6": "ff:ff:ff:ff:ff:ff",
    "10.0.0.7": "00:00:00:00:00:00",
    "10.0.0.8": "52:54:00:00:00:01",
    "192.168.0.1": "52:54:00:00:00:09",
    "0.0.0.0": "52:54:00:00:00:0a",
    "10.0.0.11": "52:54:00:00:00:0B",
  }, { contains: (address) => address >>> 24 === 10 || address === 0 });
  strictEqual(table.size, 2);
  strictEqual(find(table, "52:54:00:00:00:01"), "10.0.0.1");
  strictEqual(find(table, "52:54:00:00:00:0b"), "10.0.0.11");
  deepStrictEqual(Object.fromEntries(table.refused.map(({ address, why }) => [address, why])), {
    "10.0.0.256": "a part is over 255",
    "fd00::1": "IPv6 given where IPv4 is wanted",
    "10.0.0.4": "six octets wanted",
    "10.0.0.5": "six octets wanted",
    "10.0.0.6": "it is the broadcast address",
    "10.0.0.7": "it is all zeros",
    "10.0.0.8": "the MAC address already has 10.0.0.1",
    "192.168.0.1": "the address is outside the network",
    "0.0.0.0": "0.0.0.0 is no client's address",
  });
});

Deno.test("a lease table finds exactly what is recorded", () => {
  const macs = fc.oneof(
    fc.integer({ min: 1, max: 0xfeffffffffff }).filter((mac) => !(Math.floor(mac / 2 ** 40) & 1)),
    fc.integer({ min: 0x525400000000, max: 0x5254000000ff }),
  );
  const records = fc.uniqueArray(macs, { maxLength: 300 });
  fc.assert(fc.property(records, macs, (recorded, stranger) => {
    const base = parseIPv4("192.168.0.1");
    const entries = recorded.map((mac, i) => [formatIPv4(base + i), formatMac(mac)] as const);
    const table = new LeaseTable(Object.fromEntries(entries));
    strictEqual(table.size, recorded.length);
    for (const [address, mac] of entries) strictEqual(find(table, mac), address);
    if (!recorded.includes(stranger)) strictEqual(find(table, formatMac(stranger)), "0.0.0.0");
    deepStrictEqual(
      table.entries(),
      entries.map(([address, macAddress]) => ({ address, macAddress })),
    );
  }));
});

Deno.test("a lease table of a full /16 is found through in few steps", () => {
  const entries = Array.from({ length: 65_000 }, (_, i) => {
    return [formatIPv4(0x0a000001 + i), formatMac(0x525400000000 + i * 3)] as const;
  });
  const table = new LeaseTable(Object.fromEntries(entries));
  strictEqual(table.size, 65_000);
  for (const [address, mac] of entries) ok(find(table, mac) === address, mac);
});
