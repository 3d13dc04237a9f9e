/**
 * What an operator may ask the controller over HTTP.
 *
 * @module
 */
import type { Tenancy } from "../core/api/tenancy.ts";
import type { IPPool } from "../core/api/types.ts";
import { readEntries } from "../core/record/entries.ts";
import type { Metrics } from "../runtime/metrics.ts";
import { opsApp } from "../runtime/ops_server.ts";
import type { ClusterCache } from "./cluster/cluster_cache.ts";
import { servingPool } from "./cluster/serving_pool.ts";

/** What the answers are made from. */
interface OpsSource {
  readonly cluster: ClusterCache;
  readonly tenancy: Tenancy;
  readonly metrics: Metrics;
  readonly notReady: () => readonly string[];
  readonly enableCacheDump: boolean;
}

/** The application: `/healthz`, `/readyz`, `/metrics`, and where enabled the dumps. */
export function controllerOps(
  source: OpsSource,
): { fetch(request: Request): Response | Promise<Response> } {
  const { cluster, tenancy, metrics, notReady, enableCacheDump } = source;
  return opsApp({
    notReady,
    metrics,
    routes: (app) => {
      if (!enableCacheDump) return;
      for (const [kind, dump] of [["ipams", addresses], ["caches", macAddresses]] as const) {
        app.get(`/${kind}/:namespace/:name`, (context) => {
          const network = `${context.req.param("namespace")}/${context.req.param("name")}`;
          const pool = servingPool({ cluster, tenancy }, network);
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
  const entries = readEntries(pool.status?.ipv4?.allocated).filter(({ mark }) =>
    mark === undefined
  );
  return Object.fromEntries(entries.map(({ key, value }) => [value, key]));
}
