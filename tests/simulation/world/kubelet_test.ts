import { deepStrictEqual } from "node:assert/strict";
import { mac } from "../../controller/objects.ts";
import type { Deed } from "../deeds/deeds.ts";
import { play } from "../play.ts";

Deno.test("Kubelet: it says of pods whose node started again that they cannot be attached any more", async () => {
  const nics = [{ network: "tenant-a/net-50", mac: mac(1) }];
  const deeds: readonly (readonly [number, Deed])[] = [
    [1, { do: "create pool", pool: 0 }],
    [1, { do: "create pool", pool: 1 }],
    [2, { do: "create vm", vm: "tenant-a/vm-1", nics }],
    [30, { do: "delete network", pool: 0 }],
    ...[0, 1, 2].map((node) => [40, { do: "lose node", node, forMs: 2_000 }] as const),
  ];
  const { violations } = await play({
    seed: 1,
    tenancy: "shared",
    untilMs: 50_000,
    deeds: deeds.map(([at, deed]) => ({ at: at * 1_000, deed })),
  });
  deepStrictEqual(violations.map(({ rule }) => rule), []);
});

Deno.test("Kubelet: an interface that went with its node does not come back alone, before its pod is attached anew", async () => {
  const deeds: readonly (readonly [number, Deed])[] = [
    [1, { do: "create pool", pool: 0 }],
    // Nodes are back two seconds after they went, and pods attached a second later.
    [30, { do: "interface away", whom: 0, forMs: 12_500, isOther: true }],
    ...[0, 1, 2].map((node) => [40, { do: "lose node", node, forMs: 2_000 }] as const),
  ];
  const { violations } = await play({
    seed: 1,
    tenancy: "shared",
    untilMs: 50_000,
    deeds: deeds.map(([at, deed]) => ({ at: at * 1_000, deed })),
  });
  deepStrictEqual(violations.map(({ rule }) => rule), []);
});
