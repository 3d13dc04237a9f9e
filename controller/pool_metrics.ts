/**
 * What is told of each IPPool, from the objects at each scrape.
 *
 * @module
 */
import { networkOfPool } from "../core/api/network.ts";
import { Mark } from "../core/api/names.ts";
import type { IPPool } from "../core/api/types.ts";
import { keyOf } from "../kube/objects/resources.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { ClusterCache } from "./cluster/cluster_cache.ts";
import { FillSamples } from "./memory/fill_samples.ts";

/** Adds the gauges of pools. */
export function addPoolGauges(
  metrics: Metrics,
  { cluster, clock }: { readonly cluster: Pick<ClusterCache, "pools">; readonly clock: Clock },
): void {
  addAddressCounts(metrics, cluster);
  /** One number for each pool that has it. */
  const ofPools = (numberOf: (pool: IPPool) => number | undefined) => ({
    labels: ["ippool"] as const,
    collect: (tell: (labels: { readonly ippool: string }, value: number) => void) => {
      for (const pool of cluster.pools.list()) {
        const number = numberOf(pool);
        if (number !== undefined) tell({ ippool: keyOf(pool) }, number);
      }
    },
  });
  metrics.gauge({
    name: "vmdhcpcontroller_ippool_fill_ratio",
    help: "Part of the IPPool's addresses that VMs have, from 0 to 1.",
    ...ofPools(({ status }) => {
      const { used = 0, available = 0 } = status?.ipv4 ?? {};
      return used + available > 0 ? used / (used + available) : undefined;
    }),
  });
  addForecast(metrics, { cluster, clock });
  metrics.gauge({
    name: "vmdhcpcontroller_ippool_conflicts",
    help: "Addresses of the IPPool that are not given because another machine has them.",
    ...ofPools(({ status }) => {
      const { allocated } = status?.ipv4 ?? {};
      return allocated && conflictsOf(allocated);
    }),
  });
  metrics.gauge<"ippool" | "condition" | "status">({
    name: "vmdhcpcontroller_ippool_condition",
    help: "1 for the status that each condition of the IPPool has: True, False or Unknown.",
    labels: ["ippool", "condition", "status"],
    collect: (tell) => {
      for (const pool of cluster.pools.list()) {
        for (const { type: condition, status } of pool.status?.conditions ?? []) {
          tell({ ippool: keyOf(pool), condition, status }, 1);
        }
      }
    },
  });
}

/** What was counted in a record, which is never changed: a scrape does not walk over all addresses of all pools. */
const counted = new WeakMap<object, number>();

function conflictsOf(allocated: Readonly<Record<string, string>>): number {
  let count = counted.get(allocated);
  if (count === undefined) {
    count = Object.values(allocated).filter((entry) => entry === Mark.CONFLICT).length;
    counted.set(allocated, count);
  }
  return count;
}

/** The Go version's: their names and labels stay. */
function addAddressCounts(metrics: Metrics, cluster: Pick<ClusterCache, "pools">): void {
  const labels = ["ippool", "cidr", "network"] as const;
  const gauges = [
    { name: "used", field: "used", help: "Addresses of the IPPool that VMs have." },
    {
      name: "available",
      field: "available",
      help: "Addresses of the IPPool that can still be given.",
    },
  ] as const;
  for (const { name, field, help } of gauges) {
    metrics.gauge({
      name: `vmdhcpcontroller_ippool_${name}`,
      help,
      labels,
      collect: (set) => {
        for (const pool of cluster.pools.list()) {
          const value = pool.status?.ipv4?.[field];
          if (value === undefined) continue;
          const network = networkOfPool(pool) ?? pool.spec.networkName;
          set({ ippool: keyOf(pool), cidr: pool.spec.ipv4Config.cidr, network }, value);
        }
      },
    });
  }
}

function addForecast(
  metrics: Metrics,
  { cluster, clock }: { readonly cluster: Pick<ClusterCache, "pools">; readonly clock: Clock },
): void {
  const samples = new FillSamples(clock);
  metrics.gauge({
    name: "vmdhcpcontroller_ippool_full_in_seconds",
    help:
      "Time until the IPPool is full if it goes on as during the last day; 0 where it is full, nothing where it does not fill.",
    labels: ["ippool"],
    collect: (tell) => {
      const pools = [...cluster.pools.list()];
      samples.keep(new Set(pools.map(keyOf)));
      for (const pool of pools) {
        const { used, available } = pool.status?.ipv4 ?? {};
        if (used === undefined || available === undefined) continue;
        const seconds = samples.note(keyOf(pool), { used, available });
        if (seconds !== undefined) tell({ ippool: keyOf(pool) }, seconds);
      }
    },
  });
}
