/**
 * The controller's metrics. Those of the Go version keep their names and labels. Gauges are set afresh from the
 * objects at each scrape, so that nothing of a removed object stays.
 *
 * @module
 */
import { networkOfPool } from "../core/api/network.ts";
import { shownNics } from "../core/vmnetcfg/nics.ts";
import { keyOf } from "../kube/objects/resources.ts";
import type { Counter, Histogram, Metrics } from "../runtime/metrics.ts";
import type { ClusterCache } from "./cluster/cluster_cache.ts";
import type { ServedSchemas } from "./cluster/served_schemas.ts";
import type { Queues } from "./context.ts";
import type { WriteTroubles } from "./write/write_troubles.ts";

/** What the loops count. */
interface ControllerMetrics {
  readonly reconciles: Counter<"queue" | "result">;
  readonly seconds: Histogram<"queue">;
  readonly writes: Counter<"resource" | "verb" | "code">;
}

const SECONDS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10];

/** Adds the controller's metrics. */
export function addControllerMetrics(
  metrics: Metrics,
  { cluster, queues, schemas }: {
    readonly cluster: ClusterCache;
    readonly queues: Queues;
    readonly schemas: ServedSchemas;
  },
): Omit<ControllerMetrics, "writes"> {
  addPoolGauges(metrics, cluster);
  addNicGauge(metrics, cluster);
  metrics.gauge({
    name: "vmdhcpcontroller_crd_missing_fields",
    help:
      "Fields that the CustomResourceDefinition of a kind lacks: what would stand there is lost.",
    labels: ["kind"],
    collect: (set) => {
      for (const [kind, count] of schemas.counts()) set({ kind }, count);
    },
  });
  metrics.gauge({
    name: "vmdhcpcontroller_queue_depth",
    help: "Keys that wait or are being worked on.",
    labels: ["queue"],
    collect: (set) => {
      for (const [queue, { depth }] of Object.entries(queues)) set({ queue }, depth);
    },
  });
  return {
    reconciles: metrics.counter({
      name: "vmdhcpcontroller_reconciles_total",
      help: "Reconciles by queue and result.",
      labels: ["queue", "result"],
    }),
    seconds: metrics.histogram({
      name: "vmdhcpcontroller_reconcile_seconds",
      help: "Duration of reconciles, writes included.",
      labels: ["queue"],
      buckets: SECONDS,
    }),
  };
}

/** The counter of writes, which the client that counts them needs before anything else is there. */
export function addWriteCounter(metrics: Metrics): ControllerMetrics["writes"] {
  return metrics.counter({
    name: "vmdhcpcontroller_writes_total",
    help: "Writes to the API server by resource, verb and HTTP status (0: no answer).",
    labels: ["resource", "verb", "code"],
  });
}

/** The gauge of what cannot be written. */
export function addTroubleGauge(
  metrics: Metrics,
  troubles: Pick<WriteTroubles, "entries">,
): void {
  metrics.gauge({
    name: "vmdhcpcontroller_write_failing",
    help:
      "1 for what the last write of failed, by resource, verb and why: no_right (403), or no_answer.",
    labels: ["resource", "verb", "reason"],
    collect: (tell) => {
      for (const { resource, verb, isForbidden } of troubles.entries) {
        tell({ resource, verb, reason: isForbidden ? "no_right" : "no_answer" }, 1);
      }
    },
  });
}

function addPoolGauges(metrics: Metrics, cluster: ClusterCache): void {
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

function addNicGauge(metrics: Metrics, cluster: ClusterCache): void {
  metrics.gauge({
    name: "vmdhcpcontroller_vmnetcfg_status",
    help: "State of each NIC of each VirtualMachineNetworkConfig.",
    labels: ["vmnetcfg", "network", "mac", "ip", "state"],
    collect: (set) => {
      for (const config of cluster.configs.list()) {
        for (const nic of shownNics(config)) {
          const { networkName: network, macAddress: mac, address: ip = "", state } = nic;
          set({ vmnetcfg: keyOf(config), network, mac, ip, state }, 1);
        }
      }
    },
  });
}
