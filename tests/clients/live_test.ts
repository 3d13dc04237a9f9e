/** Clients of real systems, each put to everything; the networks stand side by side. */
import assert from "node:assert/strict";
import { ServedLab } from "../network/served_lab.ts";
import type { Deed } from "./live/client_kind.ts";
import { SCENES } from "./live/deeds.ts";
import { KINDS } from "./live/kinds.ts";
import { exchangeOf } from "./live/stage.ts";
import { keepSights, type Sight } from "./record.ts";

/** Steps that run at the same time share what the sanitizers look at. */
const SIDE_BY_SIDE = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };

for (const kind of KINDS) {
  Deno.test(`rule 98: ${kind.name} is served whatever it does: all of its states, its options, a clone of it`, async (t) => {
    await using served = await ServedLab.open();
    const seen: Record<string, Sight> = {};
    const fn = async (name: string, scene: typeof SCENES[string]): Promise<void> => {
      const sights = await scene(served, kind, name).catch((error: unknown) => {
        const exchange = exchangeOf(served, name).join(", ");
        throw new Error(`${kind.name} ${name}: seen: ${exchange}`, { cause: error });
      });
      for (const [deed, sight] of Object.entries(sights) as [Deed, Sight][]) {
        const reason = kind.cannot[deed];
        assert.equal(sight.does, reason === undefined, `${deed}: ${sight.seen}`);
        const remark = reason ?? kind.remarks?.[deed];
        seen[deed] = { ...sight, ...(remark !== undefined && { remark }) };
      }
    };
    const done = await Promise.all(
      Object.entries(SCENES).map(([name, scene]) =>
        t.step({ name, ...SIDE_BY_SIDE, fn: () => fn(name, scene) })
      ),
    );
    if (done.every(Boolean)) await keepSights(kind, seen);
  });
}
