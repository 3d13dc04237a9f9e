import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type AddressRange, parseIPv4, parseRange } from "../net/mod.ts";
import { AddressSet } from "./address_set.ts";

const BASE = parseIPv4("10.0.0.0");
/** Addresses around the border of two pages, so that both and a missing third one play a part. */
const address = fc.integer({ min: BASE + 1000, max: BASE + 1100 });
const range = fc.tuple(address, address)
  .map(([a, b]): AddressRange => ({ start: Math.min(a, b), end: Math.max(a, b) }));

function setOf(addresses: Iterable<number>): AddressSet {
  const set = new AddressSet();
  for (const address of addresses) set.add(address);
  return set;
}

Deno.test("AddressSet holds what a Set holds, whatever is put in and taken out", () => {
  const step = fc.record({ address, isAdd: fc.boolean() });
  fc.assert(fc.property(fc.array(step), range, (steps, range) => {
    const set = new AddressSet();
    const model = new Set<number>();
    for (const { address, isAdd } of steps) {
      if (isAdd) {
        set.add(address);
        model.add(address);
      } else {
        set.delete(address);
        model.delete(address);
      }
    }
    let count = 0;
    for (let address = range.start; address <= range.end; address++) {
      strictEqual(set.has(address), model.has(address));
      if (model.has(address)) count++;
    }
    strictEqual(set.countIn(range), count);
  }));
});

Deno.test("AddressSet.nextFree finds what a walk through the range finds", () => {
  const full = fc.array(address, { minLength: 50, maxLength: 150 });
  fc.assert(fc.property(full, range, fc.nat(), (addresses, range, offset) => {
    const size = range.end - range.start + 1;
    const from = range.start + offset % size;
    const model = new Set(addresses);
    const walk = Array.from(
      { length: size },
      (_, i) => range.start + (from - range.start + i) % size,
    );
    strictEqual(setOf(addresses).nextFree(range, from), walk.find((one) => !model.has(one)) ?? -1);
  }));
});

Deno.test("AddressSet reaches from the lowest address to the highest", () => {
  const all = parseRange("0.0.0.0", "255.255.255.255");
  const set = setOf([0, 0xffffffff, 0x7fffffff, 0x80000000]);
  strictEqual(set.countIn(all), 4);
  strictEqual(set.nextFree(all, 0xffffffff), 1);
  strictEqual(set.nextFree(all, 0x7fffffff), 0x80000001);
  strictEqual(set.nextFree({ start: 0xffffffff, end: 0xffffffff }, 0xffffffff), -1);
});

Deno.test("AddressSet crosses full pages", () => {
  const set = new AddressSet();
  for (let i = 0; i < 4096; i++) set.add(BASE + i);
  const range = { start: BASE, end: BASE + 8191 };
  strictEqual(set.nextFree(range, BASE), BASE + 4096);
  strictEqual(set.nextFree({ start: BASE, end: BASE + 4095 }, BASE + 77), -1);
  strictEqual(set.countIn(range), 4096);
});
