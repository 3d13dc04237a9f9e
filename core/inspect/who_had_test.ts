import { deepStrictEqual } from "node:assert/strict";
import type { RecordChange } from "../history/record_change.ts";
import { coversTime, tenuresOf } from "./who_had.ts";

const A = "52:54:00:00:00:0a";
const B = "52:54:00:00:00:0b";

function change(
  at: number,
  event: RecordChange["event"],
  [address, macAddress, from]: readonly [address: string, mac: string, from?: string],
): RecordChange {
  return {
    at: `2026-01-02T00:0${at}:00Z`,
    event,
    address: `10.0.0.${address}`,
    macAddress,
    ...(from === undefined ? {} : { from: `10.0.0.${from}` }),
    why: "",
  };
}

const shown = (changes: readonly RecordChange[]) =>
  tenuresOf(changes).map(({ address, macAddress, from, until }) =>
    `${address} ${macAddress.slice(-1)} ${from.slice(14, 16)}-${until?.slice(14, 16) ?? ""}`
  );

Deno.test("tenuresOf follows an address from one to the next, in whatever order changes come", () => {
  deepStrictEqual(
    shown([
      change(5, "given", ["1", B]),
      change(1, "given", ["1", A]),
      change(3, "released", ["1", A]),
    ]),
    ["10.0.0.1 a 01-03", "10.0.0.1 b 05-"],
  );
});

Deno.test("tenuresOf ends the former address of a client that moved", () => {
  deepStrictEqual(
    shown([change(1, "given", ["1", A]), change(2, "moved", ["2", A, "1"])]),
    ["10.0.0.1 a 01-02", "10.0.0.2 a 02-"],
  );
});

Deno.test("tenuresOf keeps both tenures of two clients that change places", () => {
  deepStrictEqual(
    shown([
      change(1, "given", ["1", A]),
      change(1, "given", ["2", B]),
      change(2, "moved", ["1", B, "2"]),
      change(2, "moved", ["2", A, "1"]),
    ]).toSorted(),
    ["10.0.0.1 a 01-02", "10.0.0.1 b 02-", "10.0.0.2 a 02-", "10.0.0.2 b 01-02"],
  );
});

Deno.test("tenuresOf counts what was adopted as one tenure, not as two", () => {
  deepStrictEqual(
    shown([change(1, "given", ["1", A]), change(4, "adopted", ["1", A])]),
    ["10.0.0.1 a 01-"],
  );
});

Deno.test("tenuresOf ends a tenure at a decline", () => {
  deepStrictEqual(
    shown([change(1, "given", ["1", A]), change(2, "declined", ["1", A])]),
    ["10.0.0.1 a 01-02"],
  );
});

Deno.test("coversTime takes the beginning in and the end out", () => {
  const [tenure] = tenuresOf([change(1, "given", ["1", A]), change(3, "released", ["1", A])]);
  deepStrictEqual(
    [0, 1, 2, 3].map((minute) =>
      tenure !== undefined && coversTime(tenure, `2026-01-02T00:0${minute}:00Z`)
    ),
    [false, true, true, false],
  );
});
