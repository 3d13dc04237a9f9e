import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { parseRange, rangeSize } from "../../net/mod.ts";
import { hashMac, homeAddress } from "./home_address.ts";

const mac = fc.oneof(
  fc.integer({ min: 0, max: 0xffff_ffff_ffff }),
  fc.nat(500).map((low) => 0x5254_0000_0000 + low),
);

Deno.test("homeAddress lies in the range, for every MAC address and range", () => {
  const end = fc.integer({ min: 0, max: 0xffffffff });
  fc.assert(fc.property(mac, end, end, (mac, a, b) => {
    const range = { start: Math.min(a, b), end: Math.max(a, b) };
    const home = homeAddress(mac, range);
    strictEqual(Number.isInteger(home) && home >= range.start && home <= range.end, true);
  }));
});

Deno.test("homeAddress spreads MAC addresses that follow each other over the whole range", () => {
  const range = parseRange("10.0.0.0", "10.0.3.255");
  const homes = new Map<number, number>();
  const count = 10 * rangeSize(range);
  for (let i = 0; i < count; i++) {
    const home = homeAddress(0x5254_0000_0000 + i, range);
    homes.set(home, (homes.get(home) ?? 0) + 1);
  }
  // 10 on average; of a random hash, one address in a thousand stays empty or gets more than 21.
  strictEqual(homes.size > rangeSize(range) * 0.99, true, `${homes.size}`);
  strictEqual(Math.max(...homes.values()) < 30, true, `${Math.max(...homes.values())}`);
});

Deno.test("hashMac never changes: addresses of VMs depend on it", () => {
  deepStrictEqual(
    [0, 1, 0x5254_0011_2201, 0xca70_82e6_846e, 0xffff_ffff_ffff].map(hashMac),
    [0, 1364076727, 3904719555, 2326393038, 810035022],
  );
});
