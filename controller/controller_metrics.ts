/**
 * The controller's metrics. Those of the Go version keep their names and labels. Gauges are told afresh from the
 * objects at each scrape, so that nothing of a removed object stays.
 *
 * @module
 */
import { keyOf } from "../kube/resources.ts";
import type { Counter, Histogram, Metrics } from "../runtime/metrics.ts";
import type { Queues } from "./context.ts";
import { shownNics } from "./decide/nics.ts";
import { networkOfPool, type World } from "./world.ts";

/** What the loops count. */
export interface ControllerMetrics {
  readonly reconciles: Counter<"queue" | "result">;
  readonly seconds: Histogram<"queue">;
  readonly writes: Counter<"resource" | "verb" | "code">;
}

const SECONDS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10];

/** Adds the controller's metrics. */
export function addControllerMetrics(
  metrics: Metrics,
  { world, queues }: { readonly world: World; readonly queues: Queues },
): Omit<ControllerMetrics, "writes"> {
  addPoolGauges(metrics, world);
  addNicGauge(metrics, world);
  metrics.gauge({
    name: "vmdhcpcontroller_queue_depth",
    help: "Keys that wait or are being worked on.",
    labels: ["queue"],
    collect: (tell) => {
      for (const [queue, { depth }] of Object.entries(queues)) tell({ queue }, depth);
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

function addPoolGauges(metrics: Metrics, world: World): void {
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
      collect: (tell) => {
        for (const pool of world.pools.list()) {
          const value = pool.status?.ipv4?.[field];
          if (value === undefined) continue;
          const network = networkOfPool(pool) ?? pool.spec.networkName;
          tell({ ippool: keyOf(pool), cidr: pool.spec.ipv4Config.cidr, network }, value);
        }
      },
    });
  }
}

function addNicGauge(metrics: Metrics, world: World): void {
  metrics.gauge({
    name: "vmdhcpcontroller_vmnetcfg_status",
    help: "State of each NIC of each VirtualMachineNetworkConfig.",
    labels: ["vmnetcfg", "network", "mac", "ip", "state"],
    collect: (tell) => {
      for (const config of world.configs.list()) {
        for (const nic of shownNics(config)) {
          const { networkName: network, macAddress: mac, address: ip = "", state } = nic;
          tell({ vmnetcfg: keyOf(config), network, mac, ip, state }, 1);
        }
      }
    },
  });
}
