import { match, strictEqual } from "node:assert/strict";
import type { IPPool } from "../core/api/types.ts";
import { MAC, poolWith } from "../core/inspect/testing/world.ts";
import { inspectApp } from "./app.ts";
import { sourceWith } from "./testing/source.ts";

const ODD: Readonly<Record<string, unknown>> = {
  "no spec": undefined,
  "a spec that is null": null,
  "no ipv4Config": { networkName: "odd/net" },
  "an ipv4Config that is null": { networkName: "default/net-48", ipv4Config: null },
  "an ipv4Config that is a text": { networkName: 5, ipv4Config: "10.0.0.0/24" },
};

for (const [what, spec] of Object.entries(ODD)) {
  Deno.test(`a pool with ${what} hides no other`, async () => {
    const pool = { ...poolWith(), metadata: { namespace: "odd", name: "p" }, spec } as IPPool;
    const source = sourceWith({ pools: () => [pool, poolWith()] });
    for (
      const path of [
        "pools",
        "leases",
        "check",
        "agents",
        "history",
        "who?of=192.168.48.86",
        "why?of=192.168.48.86",
        `why?of=${MAC}`,
        "why?of=web",
      ]
    ) {
      const response = await inspectApp(source).request(`/v1/${path}`);
      const text = await response.text();
      strictEqual(response.status, 200, `${path}: ${text}`);
      if (path === "pools") match(text, /^default\/net-48 .*\nodd\/p /m);
    }
  });
}
