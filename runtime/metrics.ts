/**
 * Prometheus metrics: one registry for each program, none that is global.
 *
 * Only the needed files of prom-client are loaded; its main file brings an HTTP client and cluster support with it,
 * which costs 30 ms and 7 MB.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import type * as prom from "prom-client";
import promCounter from "prom-client/lib/counter.js";
import promGauge from "prom-client/lib/gauge.js";
import promHistogram from "prom-client/lib/histogram.js";
import promRegistry from "prom-client/lib/registry.js";

const { Counter: PromCounter, Gauge: PromGauge, Histogram: PromHistogram, Registry: PromRegistry } =
  {
    Counter: promCounter,
    Gauge: promGauge,
    Histogram: promHistogram,
    Registry: promRegistry,
  } as Pick<typeof prom, "Counter" | "Gauge" | "Histogram" | "Registry">;

/** Label name -> value; all labels of a metric are given every time. */
type Labels<L extends string> = Readonly<Record<L, string>>;

/** Name, help text and label names of a metric. */
interface MetricSpec<L extends string> {
  /** Such as `vmdhcpagent_packets_total`. */
  readonly name: string;
  /** One sentence. */
  readonly help: string;
  /** Names of its labels; default none. */
  readonly labels?: readonly L[];
}

/** Called at every scrape to tell all values afresh: nothing told before stays. */
type Collect<L extends string> = (tell: (labels: Labels<L>, value: number) => void) => void;

/** A number that only grows. */
export interface Counter<L extends string> {
  /** Adds `by` (default 1, never negative). */
  inc(labels: Labels<L>, by?: number): void;
}

/** A number that goes up and down. */
interface Gauge<L extends string> {
  /** Sets the value for these labels. */
  set(labels: Labels<L>, value: number): void;
}

/** How often values fell into ranges. */
export interface Histogram<L extends string> {
  /** Counts one value. */
  observe(labels: Labels<L>, value: number): void;
}

/** What a histogram counted elsewhere has: how often values fell into each range, and their sum. */
export interface BucketCounts {
  /** One for each upper bound, and one more for all that is above; not cumulative. */
  readonly counts: ArrayLike<number>;
  /** Of all values. */
  readonly sum: number;
}

/** All metrics of a program. Throws for a name or label that Prometheus does not allow, and for a name used twice. */
export interface Metrics {
  /** A counter; with `collect`, its values are those told at each scrape. */
  counter<L extends string = never>(
    spec: MetricSpec<L> & { readonly collect?: Collect<L> },
  ): Counter<L>;
  /** A gauge; with `collect`, its values are those told at each scrape. */
  gauge<L extends string = never>(
    spec: MetricSpec<L> & { readonly collect?: Collect<L> },
  ): Gauge<L>;
  /** A histogram with these upper bounds. */
  histogram<L extends string = never>(
    spec: MetricSpec<L> & { readonly buckets: readonly number[] },
  ): Histogram<L>;
  /** A histogram that is counted elsewhere, where a call for each value is too much; it is told whole at each scrape. */
  countedHistogram<L extends string = never>(
    spec: MetricSpec<L> & {
      readonly buckets: readonly number[];
      readonly collect: (tell: (labels: Labels<L>, counted: BucketCounts) => void) => void;
    },
  ): void;
  /** Everything in the Prometheus text format. */
  render(): Promise<string>;
  /** Content type of {@linkcode Metrics.render}. */
  readonly contentType: string;
}

/** An empty set of metrics. */
export function createMetrics(): Metrics {
  const registry = new PromRegistry();
  const registers = [registry];
  return {
    counter: ({ collect, labels = [], ...spec }) => {
      const counter = new PromCounter({
        ...spec,
        registers,
        labelNames: [...labels],
        ...(collect === undefined ? {} : {
          collect() {
            this.reset();
            collect((of, value) => this.inc(of, value));
          },
        }),
      });
      return { inc: (of, by = 1) => counter.inc(of, by) };
    },
    gauge: ({ collect, labels = [], ...spec }) => {
      const gauge = new PromGauge({
        ...spec,
        registers,
        labelNames: [...labels],
        ...(collect === undefined ? {} : {
          collect() {
            this.reset();
            collect((of, value) => this.set(of, value));
          },
        }),
      });
      return { set: (of, value) => gauge.set(of, value) };
    },
    histogram: ({ buckets, labels = [], ...spec }) => {
      const histogram = new PromHistogram({
        ...spec,
        registers,
        labelNames: [...labels],
        buckets: [...buckets],
      });
      return { observe: (of, value) => histogram.observe(of, value) };
    },
    countedHistogram: (spec) => registry.registerMetric(countedHistogram(spec)),
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** What prom-client asks of a metric when it renders one. */
function countedHistogram<L extends string>(
  { name, help, labels = [], buckets, collect }: Parameters<Metrics["countedHistogram"]>[0] & {
    readonly labels?: readonly L[];
  },
): prom.Metric {
  // It is told whether name and labels are allowed; nothing is counted in it.
  new PromHistogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers: [] });
  const get = () => {
    const values: object[] = [];
    collect((of, { counts, sum }) => {
      let count = 0;
      for (const [at, le] of [...buckets, "+Inf"].entries()) {
        count += counts[at] ?? 0;
        values.push({ metricName: `${name}_bucket`, labels: { le, ...of }, value: count });
      }
      values.push({ metricName: `${name}_sum`, labels: of, value: sum });
      values.push({ metricName: `${name}_count`, labels: of, value: count });
    });
    return Promise.resolve({ name, help, type: "histogram", values, aggregator: "sum" });
  };
  return { name, get } as unknown as prom.Metric;
}

/** Adds processor time, memory and start time of this process, under the names every Prometheus client uses. */
export function addProcessMetrics(
  metrics: Metrics,
  options: { readonly now?: () => number } = {},
): void {
  const { now = Date.now } = options;
  const startedAt = (now() - performance.now()) / 1000;
  metrics.counter({
    name: "process_cpu_seconds_total",
    help: "Total user and system CPU time spent in seconds.",
    collect: (tell) => {
      const { user, system } = cpuUsage();
      tell({}, (user + system) / 1e6);
    },
  });
  metrics.gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory size in bytes.",
    collect: (tell) => tell({}, Deno.memoryUsage().rss),
  });
  metrics.gauge({
    name: "process_heap_bytes",
    help: "Process heap size in bytes.",
    collect: (tell) => tell({}, Deno.memoryUsage().heapUsed),
  });
  metrics.gauge({
    name: "process_start_time_seconds",
    help: "Start time of the process since unix epoch in seconds.",
    collect: (tell) => tell({}, startedAt),
  });
}
