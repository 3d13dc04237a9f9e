/**
 * Every series that the programs tell, taken from the code that adds them.
 *
 * @module
 */
import { addAgentMetrics } from "../../agent/agent_metrics.ts";
import {
  addAddressSeconds,
  addControllerMetrics,
  addHistoryGauges,
  addLeadingGauge,
  addTroubleGauge,
  addWriteCounter,
} from "../../controller/controller_metrics.ts";
import { addApiErrors } from "../../kube/http/counted_client.ts";
import { addKubeMetrics } from "../../kube/kube_metrics.ts";
import { addProcessMetrics, type Metrics } from "../../runtime/metrics.ts";
import { addBuildInfo } from "../../runtime/version.ts";
import { addWebhookMetrics } from "../../webhook/webhook_metrics.ts";

/** One metric: its name, or those of its parts, is what is asked for. */
export interface CataloguedMetric {
  /** As it stands after `# HELP`; a histogram's series have `_bucket`, `_sum` and `_count` behind it. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
  readonly help: string;
}

/** The programs whose metrics these are. */
export type Program = "controller" | "agent" | "webhook";

/** All metrics of a program. */
export function catalogueOf(program: Program): readonly CataloguedMetric[] {
  const found: CataloguedMetric[] = [];
  const metrics = recorder(found);
  addProcessMetrics(metrics);
  addBuildInfo(metrics);
  addApiErrors(metrics, `vmdhcp${program}`);
  // Nothing of the sources is asked before a scrape.
  const nobody = {} as never;
  addKubeMetrics(metrics, `vmdhcp${program}`, {
    informers: () => [],
    client: nobody,
    ...(program === "webhook" ? {} : { election: nobody }),
  });
  switch (program) {
    case "controller":
      addControllerMetrics(metrics, nobody);
      addWriteCounter(metrics);
      addAddressSeconds(metrics);
      addTroubleGauge(metrics, nobody);
      addHistoryGauges(metrics, nobody);
      addLeadingGauge(metrics, () => false);
      break;
    case "agent":
      addAgentMetrics(metrics, () => nobody);
      break;
    case "webhook":
      addWebhookMetrics(metrics, () => false);
      break;
    default:
      program satisfies never;
  }
  return found.toSorted((one, other) => one.name < other.name ? -1 : 1);
}

/** The names by which a metric's series are asked for. */
export function seriesNames({ name, type }: CataloguedMetric): readonly string[] {
  return type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}

/** Metrics that only note what is added to them. */
function recorder(into: CataloguedMetric[]): Metrics {
  type Spec = Omit<CataloguedMetric, "type" | "labels"> & { readonly labels?: readonly string[] };
  const note = (type: CataloguedMetric["type"]) => ({ name, help, labels = [] }: Spec) => {
    into.push({ name, type, labels, help });
    return { inc: () => undefined, set: () => undefined, observe: () => undefined };
  };
  return {
    counter: note("counter"),
    gauge: note("gauge"),
    histogram: note("histogram"),
    countedHistogram: note("histogram"),
    render: () => Promise.resolve(""),
    contentType: "",
  };
}
