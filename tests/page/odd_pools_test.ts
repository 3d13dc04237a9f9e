/**
 * Objects that no schema checked: a view shows what it can, and never breaks.
 *
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import type { IPPool } from "../../core/api/types.ts";
import { pageApp } from "../../page/page_app.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { fakeSource } from "./fake_source.ts";

const NAME = { namespace: "default", name: "odd" };
const CONFIG = { cidr: "10.9.0.0/24", serverIP: "10.9.0.2" };

/** What a pool may look like, and the bug that it would find. */
const ODD: Readonly<Record<string, object>> = {
  "no spec": { spec: undefined },
  "a spec without a network": { spec: { networkName: "default/odd" } },
  "a network name that is none": { spec: { networkName: 7, ipv4Config: CONFIG } },
  "a subnet that is none": { spec: { networkName: "default/odd", ipv4Config: { cidr: "x" } } },
  "a subnet of one address": {
    spec: { networkName: "default/odd", ipv4Config: { cidr: "10.9.0.7/32", serverIP: "10.9.0.7" } },
  },
  "the whole of IPv4": {
    spec: { networkName: "default/odd", ipv4Config: { cidr: "0.0.0.0/0", serverIP: "1.1.1.1" } },
  },
  "a range that ends before it begins": {
    spec: {
      networkName: "default/odd",
      ipv4Config: { ...CONFIG, pool: { start: "10.9.0.9", end: "10.9.0.3" } },
    },
  },
  "excludes that are no list": {
    spec: { networkName: "default/odd", ipv4Config: { ...CONFIG, pool: { exclude: "all" } } },
  },
  "a record that cannot be read": {
    status: {
      ipv4: {
        used: 1,
        available: 1,
        allocated: { x: "y", "10.9.0.5": 7, "10.9.0.6": "CONFLICT" },
        released: { "10.9.0.8": { until: "soon" }, y: { until: "2027-01-01T00:00:00Z" } },
        conflicts: { "10.9.0.6": { usedBy: "nobody", until: "never" } },
      },
    },
  },
  "no status": { status: undefined },
  "conditions without words": {
    status: { conditions: [{ type: "Registered", status: "False" }, { type: "AgentReady" }] },
  },
};

for (const [what, odd] of Object.entries(ODD)) {
  Deno.test(`page: every view bears a pool with ${what}`, async () => {
    const source = fakeSource({ pools: 3 });
    const pool = {
      apiVersion: "network.harvesterhci.io/v1alpha1",
      kind: "IPPool",
      metadata: NAME,
      spec: { networkName: "default/odd", ipv4Config: CONFIG },
      status: { ipv4: { allocated: {}, used: 0, available: 0 } },
      ...odd,
    } as unknown as IPPool;
    source.pools().push(pool);
    const app = pageApp({ source, clock: new ManualClock() });
    for (
      const view of [
        "/",
        "/pool?of=default%2Fodd",
        "/pool?of=default%2Fodd&state=used&find=x&from=10.9.0.5&part=9&past=9",
        "/what-if?of=default%2Fodd",
        "/what-if?of=default%2Fodd&start=10.9.0.5&end=x&exclude=10.9.0.9&macAddress=52:54:00:00:00:01&address=10.9.0.9",
        "/what-if-facts?of=default%2Fodd",
        "/why?of=odd",
      ]
    ) {
      const response = await app.request(view);
      const text = await response.text();
      strictEqual(response.status, 200, `${view}: ${text}`);
      ok(text.length < 500_000, view);
    }
  });
}
