import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { ClientRows, Field, NEVER, NONE } from "./client_rows.ts";

const MOST = 20;
const key = fc.record({ chaddrHigh: fc.nat(1), chaddrLow: fc.nat(15) });
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("touch" as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove" as const), key }) },
);

Deno.test("ClientRows finds what was touched, in that order, and forgets what was touched longest ago: a lost link would lose clients", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
    const rows = new ClientRows();
    /** Mac -> value, the one that was touched last at the end. */
    const model = new Map<number, number>();
    for (const [value, { do: what, key }] of steps.entries()) {
      const mac = key.chaddrHigh * 0x100_0000 + key.chaddrLow;
      let row = rows.find(key);
      strictEqual(row !== NONE, model.has(mac));
      if (what === "remove") {
        if (row !== NONE) rows.remove(row);
        model.delete(mac);
      } else {
        if (row === NONE) {
          if (rows.isFull && !rows.grow(MOST)) {
            const [oldest] = model.keys();
            if (oldest !== undefined) model.delete(oldest);
            row = rows.replaceOldest(key);
          } else row = rows.add(key);
        }
        rows.touch(row);
        rows.words[row + Field.At] = value;
        model.delete(mac);
        model.set(mac, value);
      }
      strictEqual(rows.size, model.size);
      const found = [...rows.rows()].map((row) => [rows.macOf(row), rows.get(row, Field.At)]);
      deepStrictEqual(found, [...model].reverse());
    }
  }));
});

Deno.test("ClientRows has nothing of another client in a row that is used again", () => {
  const rows = new ClientRows();
  const key = (chaddrLow: number) => ({ chaddrHigh: 0x525400, chaddrLow });
  const fields = Object.values(Field);
  const of = (row: number) => fields.map((field) => rows.get(row, field));
  rows.grow(MOST);
  while (!rows.isFull) {
    const row = rows.add(key(rows.size + 1));
    rows.touch(row);
    rows.words.fill(7, row + Field.At, row + Math.max(...fields) + 1);
  }
  const unused = fields.map((field) => field === Field.AckedAt ? NEVER : 0);
  deepStrictEqual(of(rows.replaceOldest(key(1_001))), unused);
  rows.remove(rows.find(key(2)));
  deepStrictEqual(of(rows.add(key(1_002))), unused);
});

Deno.test("ClientRows never has memory for more than it may, and keeps what it has when it grows", () => {
  const rows = new ClientRows();
  for (let low = 1; low <= MOST; low++) {
    if (rows.isFull) strictEqual(rows.grow(MOST), true);
    const row = rows.add({ chaddrHigh: 0x525400, chaddrLow: low });
    rows.touch(row);
    rows.words[row + Field.Relay] = 1_000 + low;
    rows.words[row + Field.Untaken] = low;
  }
  strictEqual(rows.capacity, MOST);
  strictEqual(rows.grow(MOST), false);
  for (let low = 1; low <= MOST; low++) {
    const row = rows.find({ chaddrHigh: 0x525400, chaddrLow: low });
    deepStrictEqual([rows.get(row, Field.Relay), rows.get(row, Field.Untaken)], [1_000 + low, low]);
  }
});
