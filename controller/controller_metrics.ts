/**
 * The controller's metrics. Those of the Go version keep their names and labels. Gauges are set afresh from the
 * objects at each scrape, so that nothing of a removed object stays.
 *
 * @module
 */
import { shownNics } from "../core/vmnetcfg/nics.ts";
import { keyOf } from "../kube/objects/resources.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Counter, Histogram, Metrics } from "../runtime/metrics.ts";
import type { ClusterCache } from "./cluster/cluster_cache.ts";
import type { ServedSchemas } from "./cluster/served_schemas.ts";
import type { Queues } from "./context.ts";
import type { HistoryWriter } from "./history/history_writer.ts";
import { addPoolGauges } from "./pool_metrics.ts";
import type { WriteTroubles } from "./write/write_troubles.ts";

/** What the loops count. */
interface ControllerMetrics {
  readonly reconciles: Counter<"queue" | "result">;
  readonly seconds: Histogram<"queue">;
  readonly addressSeconds: Histogram<never>;
  readonly writes: Counter<"resource" | "verb" | "code">;
}

const SECONDS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10];
const ADDRESS_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Adds the controller's metrics. */
export function addControllerMetrics(
  metrics: Metrics,
  { cluster, queues, schemas, clock }: {
    readonly cluster: ClusterCache;
    readonly clock: Clock;
    readonly queues: Queues;
    readonly schemas: ServedSchemas;
  },
): Pick<ControllerMetrics, "reconciles" | "seconds"> {
  addPoolGauges(metrics, { cluster, clock });
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

/** The histogram of how long VMs wait for an address. */
export function addAddressSeconds(metrics: Metrics): ControllerMetrics["addressSeconds"] {
  return metrics.histogram({
    name: "vmdhcpcontroller_address_seconds",
    help:
      "Time from when a new VM was first seen until its first address was recorded: the agents answer from then on.",
    buckets: ADDRESS_SECONDS,
  });
}

/** The gauge of who leads. */
export function addLeadingGauge(metrics: Metrics, leading: () => boolean): void {
  metrics.gauge({
    name: "vmdhcpcontroller_leading",
    help: "1 if this controller works, 0 if it stands by.",
    collect: (tell) => tell({}, leading() ? 1 : 0),
  });
}

/** The gauges of changes of records that are not in their pools' histories yet. */
export function addHistoryGauges(
  metrics: Metrics,
  history: Pick<HistoryWriter, "lagMs" | "rowsWaiting">,
): void {
  metrics.gauge({
    name: "vmdhcpcontroller_history_lag_seconds",
    help:
      "For how long the oldest change that is not in its IPPool's history yet has waited; a minute is usual, 0 where none waits.",
    collect: (tell) => tell({}, history.lagMs / 1000),
  });
  metrics.gauge({
    name: "vmdhcpcontroller_history_waiting_rows",
    help: "Changes of records that are not in their IPPools' histories yet.",
    collect: (tell) => tell({}, history.rowsWaiting),
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
