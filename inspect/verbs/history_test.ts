import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { poolWith } from "../../core/inspect/testing/world.ts";
import { inspectApp } from "../app.ts";
import { sourceWith } from "../testing/source.ts";

const POOLS = Array.from({ length: 100 }, (_, index) => poolWith({ name: `net-${index}` }));

for (const path of ["history", "who?of=192.168.48.86", "who?of=192.168.48.86&at=1d"]) {
  Deno.test(`${path} asks the API server for a few histories at a time, and shows what can be read`, async () => {
    const asked: string[] = [];
    let underWay = 0;
    let most = 0;
    const source = sourceWith({
      pools: () => POOLS,
      history: async (pool) => {
        asked.push(pool);
        most = Math.max(most, ++underWay);
        await Promise.resolve();
        underWay--;
        if (pool === "default/net-7") throw new Error("no answer");
        return [];
      },
    });
    const response = await inspectApp(source).request(`/v1/${path}`);
    const text = await response.text();
    strictEqual(response.status, 200, text);
    deepStrictEqual(
      asked.toSorted(),
      POOLS.map(({ metadata }) => `default/${metadata.name}`).toSorted(),
    );
    ok(most <= 8, `${most} at once`);
    if (!path.startsWith("who") || path.includes("at=")) {
      match(text, /^The history of IPPool default\/net-7 cannot be read: no answer$/m);
    }
  });
}
