import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { RecordChange } from "../api/ippool_history.ts";
import { MAX_BYTES, MAX_CHANGES, withChanges } from "./bounded_history.ts";

const NEW = { known: true };

function change(second: number, parts: Partial<RecordChange> = {}): RecordChange {
  return {
    at: new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString().replace(".000", ""),
    event: "given",
    address: "10.0.0.11",
    macAddress: "52:54:00:00:00:01",
    vm: "default/web",
    uid: "5c1bb2d4-0d4c-4e7c-9f0e-2a3d2c6d9b01",
    why: "Allocated",
    ...parts,
  };
}

function many(count: number, parts?: Partial<RecordChange>): readonly RecordChange[] {
  return Array.from({ length: count }, (_, second) => change(second, parts));
}

Deno.test("withChanges: new rows come last, and those that are there stay as they are", () => {
  deepStrictEqual(
    withChanges([change(1)], [change(2), change(3)], NEW),
    [1, 2, 3].map((n) => change(n)),
  );
});

Deno.test("withChanges: rows that another controller wrote meanwhile stand where they belong in time", () => {
  const other = change(5, { address: "10.0.0.12" });
  const merged = withChanges([change(1), other], [change(3), change(7)], NEW);
  deepStrictEqual(merged, [change(1), change(3), other, change(7)]);
});

Deno.test("withChanges: rows of a write that may have happened are not there twice", () => {
  const rows = [change(1), change(2)];
  deepStrictEqual(withChanges(rows, rows, { known: false }), rows);
  strictEqual(withChanges(rows, rows, NEW).length, 4);
});

Deno.test("withChanges: the last 2,000 rows are kept", () => {
  const kept = withChanges(many(MAX_CHANGES), [change(MAX_CHANGES)], NEW);
  strictEqual(kept.length, MAX_CHANGES);
  deepStrictEqual(kept[0], change(1));
  deepStrictEqual(kept.at(-1), change(MAX_CHANGES));
});

Deno.test("withChanges: long names do not make a history larger than 512 KiB", () => {
  const kept = withChanges(many(MAX_CHANGES, { vm: `default/${"x".repeat(253)}` }), [], NEW);
  const bytes = new Blob([JSON.stringify(kept)]).size;
  ok(bytes <= MAX_BYTES && bytes > MAX_BYTES - 1_000, `${bytes} bytes`);
  strictEqual(kept.at(-1)?.at, change(MAX_CHANGES - 1).at);
});

Deno.test("withChanges: rows of a time that is still to come, of a clock that was wrong, do not push the new ones out", () => {
  const future = many(MAX_CHANGES).map((row) => ({ ...row, at: "2099-01-01T00:00:00Z" }));
  const kept = withChanges(future, [change(1), change(2)], NEW);
  strictEqual(kept.length, MAX_CHANGES);
  deepStrictEqual(kept.slice(-2), [change(1), change(2)]);
  const next = withChanges([...future.slice(-3), change(3)], [change(2)], NEW);
  deepStrictEqual(next, [...future.slice(-3), change(2), change(3)]);
});

Deno.test("withChanges: a history that somebody edited into nonsense goes on", () => {
  const nonsense = [{}, null, { at: 7 }, "text", { at: "yesterday" }] as unknown as RecordChange[];
  deepStrictEqual(withChanges(nonsense, [change(1)], NEW), [{ at: "yesterday" }, change(1)]);
  deepStrictEqual(withChanges(nonsense, [change(1)], { known: false }).at(-1), change(1));
  for (const changes of [null, "text", { length: 3 }, 7] as unknown as RecordChange[][]) {
    deepStrictEqual(withChanges(changes, [change(1)], NEW), [change(1)]);
  }
});

Deno.test("withChanges: the bound is in octets, whatever is written in the rows", () => {
  for (const letter of ["\u20ac", "\u00e9", "\ud83d\ude00", "\u0000", "\ud83d"]) {
    const kept = withChanges(many(MAX_CHANGES, { vm: `default/${letter.repeat(250)}` }), [], NEW);
    const bytes = new Blob([JSON.stringify(kept)]).size;
    ok(
      bytes <= MAX_BYTES && bytes > MAX_BYTES - 3_000,
      `${JSON.stringify(letter)}: ${bytes} bytes`,
    );
  }
});
