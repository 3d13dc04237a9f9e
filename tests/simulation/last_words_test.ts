import { deepStrictEqual } from "node:assert/strict";
import { mac } from "../controller/objects.ts";
import type { Deed } from "./deeds/deeds.ts";
import { play } from "./play.ts";

const NETWORK = "default/net-48";

function vm(n: number): Deed {
  return { do: "create vm", vm: `default/vm-${n}`, nics: [{ network: NETWORK, mac: mac(n) }] };
}

Deno.test("S1: what agents gave is known also where a restore takes their pods", async () => {
  const deeds: readonly (readonly [number, Deed])[] = [
    [2, { do: "create pool", pool: 0 }],
    [4, vm(1)],
    [20, { do: "backup" }],
    // Other pods than those of the backup.
    [22, { do: "evict pod", whom: 0 }],
    [42, { do: "evict pod", whom: 0 }],
    [62, vm(3)],
    [80, { do: "restore" }],
    // It is given the same address as the third, where both are free.
    [110, vm(27)],
  ];
  const { violations } = await play({
    seed: 1,
    tenancy: "shared",
    untilMs: 150_000,
    deeds: deeds.map(([at, deed]) => ({ at: at * 1_000, deed })),
  });
  deepStrictEqual(violations.map(({ rule, what }) => `${rule}: ${what}`), []);
});
