/**
 * What an operator may ask the controller over HTTP.
 *
 * @module
 */
import { Mark } from "../core/api/names.ts";
import type { IPPool } from "../core/api/types.ts";
import { electPool } from "../core/ipam/mod.ts";
import type { Metrics } from "../runtime/metrics.ts";
import { opsApp } from "../runtime/ops_server.ts";
import { poolsOf, type World } from "./world.ts";

/** What the answers are made from. */
export interface OpsSource {
  readonly world: World;
  readonly metrics: Metrics;
  readonly notReady: () => readonly string[];
  readonly enableCacheDump: boolean;
}

const MARKS: ReadonlySet<string> = new Set(Object.values(Mark));

/** The application: `/healthz`, `/readyz`, `/metrics`, and where enabled the dumps. */
export function controllerOps(
  source: OpsSource,
): { fetch(request: Request): Response | Promise<Response> } {
  const { world, metrics, notReady, enableCacheDump } = source;
  return opsApp({
    notReady,
    metrics,
    routes: (app) => {
      if (!enableCacheDump) return;
      for (const [kind, dump] of [["ipams", addresses], ["caches", macAddresses]] as const) {
        app.get(`/${kind}/:namespace/:name`, (context) => {
          const network = `${context.req.param("namespace")}/${context.req.param("name")}`;
          const pool = electPool(poolsOf(world, network));
          return pool === undefined
            ? context.json({ error: `No IPPool serves network ${network}` }, 404)
            : context.json(dump(pool));
        });
      }
    },
  });
}

/** Address -> MAC address or mark. */
function addresses(pool: IPPool): Readonly<Record<string, string>> {
  return pool.status?.ipv4?.allocated ?? {};
}

/** MAC address -> address. */
function macAddresses(pool: IPPool): Readonly<Record<string, string>> {
  const entries = Object.entries(addresses(pool)).filter(([, mac]) => !MARKS.has(mac));
  return Object.fromEntries(entries.map(([address, mac]) => [mac, address]));
}
