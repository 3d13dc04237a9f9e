/**
 * The text that the programs tell, by the rules of Prometheus.
 *
 * @module
 */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { addAgentMetrics, type PoolFigures } from "../../agent/agent_metrics.ts";
import { AnswerTimes } from "../../agent/socket/answer_times.ts";
import { PacketCounters } from "../../agent/socket/packet_counters.ts";
import { MessageType, Verdict } from "../../core/dhcp/mod.ts";
import { addApiErrors } from "../../kube/http/counted_client.ts";
import { addKubeMetrics } from "../../kube/kube_metrics.ts";
import { addProcessMetrics, createMetrics, type Metrics } from "../../runtime/metrics.ts";
import { addBuildInfo } from "../../runtime/version.ts";
import { catalogueOf, type Program, seriesNames } from "../../tools/metrics/catalogue.ts";
import { renewed } from "../../webhook/tls/certificates.ts";
import { addWebhookMetrics } from "../../webhook/webhook_metrics.ts";
import { Lab } from "../controller/lab.ts";
import { mac, nad, pool, vm } from "../controller/objects.ts";
import {
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
} from "../../kube/objects/resources.ts";
import { promtool } from "./promtool.ts";

/** Series that are told only where something is as it rarely is, and are not made to be here. */
const RARE = new Set(["vmdhcpcontroller_write_failing", "vmdhcpcontroller_ippool_full_in_seconds"]);

/** What all programs tell beside their own. */
function addCommon(metrics: Metrics, program: Program): void {
  addProcessMetrics(metrics);
  addBuildInfo(metrics);
  addApiErrors(metrics, `vmdhcp${program}`).inc({ method: "GET", reason: "NotFound" });
  const informer = {
    resource: { plural: "ippools" },
    figures: { newHistories: 1, silentWatches: 1 },
    trouble: undefined,
  };
  addKubeMetrics(metrics, `vmdhcp${program}`, {
    // The controller of the lab brings its own.
    ...(program === "controller" ? {} : { informers: () => [informer] }),
    client: { deadConnections: 1 },
    election: { name: "lock", transitions: 3, writtenAgoMs: 100, takeoverGapMs: 90 },
  });
}

async function controllerText(): Promise<string> {
  await using lab = new Lab();
  const { controller } = lab.start({ metrics: filled("controller") });
  const key = "default/net-48";
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(key));
  await lab.create(IPPOOLS, pool(key));
  await lab.settle();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  return await controller.metrics();
}

function filled(program: Program): Metrics {
  const metrics = createMetrics();
  addCommon(metrics, program);
  return metrics;
}

async function agentText(): Promise<string> {
  const counters = new PacketCounters({ dryRun: false });
  counters.add(MessageType.Discover, Verdict.Offer);
  counters.addOmitted(1);
  counters.addRefused("ENOBUFS");
  const times = new AnswerTimes();
  const batch = times.batch();
  batch.add(MessageType.Discover);
  batch.end(0.2);
  const figures: PoolFigures = {
    pool: "default/net-48",
    report: { reason: "Serving" },
    counters,
    neighbours: {
      declines: new Map([["confirmed", 1]]),
      questions: 1,
      inUse: 1,
      foreignServers: 1,
    },
    leases: 3,
    opened: 1,
    unread: 0,
    heardAgo: 1_000,
  };
  const metrics = filled("agent");
  addAgentMetrics(metrics, () => ({ leading: true, times, pools: [figures] }));
  return await metrics.render();
}

async function webhookText(): Promise<string> {
  const metrics = filled("webhook");
  const { judged, serves } = addWebhookMetrics(metrics, () => true);
  const about = { webhook: "validate", kind: "IPPool", seconds: 0.1 } as const;
  judged({ ...about, result: "refused", reason: "Invalid", field: "spec.ipv4Config.cidr" });
  serves((await renewed(undefined, { names: ["hook.svc"], now: Date.now() })).certificate);
  return await metrics.render();
}

const TEXTS: Readonly<Record<Program, () => Promise<string>>> = {
  controller: controllerText,
  agent: agentText,
  webhook: webhookText,
};

for (const [name, textOf] of Object.entries(TEXTS)) {
  const program = name as Program;
  Deno.test(`promtool finds nothing to complain of in the metrics of the ${program}, each of which has a series with the labels of the catalogue`, async () => {
    const text = await textOf();
    strictEqual(await promtool(["check", "metrics"], text), "");
    for (const metric of catalogueOf(program)) {
      if (RARE.has(metric.name)) continue;
      const line = text.split("\n").find((one) =>
        !one.startsWith("#") && seriesNames(metric).includes(/^\w+/.exec(one)?.[0] ?? "")
      );
      ok(line !== undefined, `${metric.name} has no series`);
      const labels = [...line.matchAll(/[{,](\w+)="/g)].map(([, label]) => label)
        .filter((label) => label !== "le");
      deepStrictEqual(labels.toSorted(), [...metric.labels].toSorted(), metric.name);
    }
  });
}

Deno.test("the check would notice a name that Prometheus does not want", async () => {
  const text = "# HELP waits_total_ms Waits.\n# TYPE waits_total_ms counter\nwaits_total_ms 1\n";
  await rejects(promtool(["check", "metrics"], text), /waits_total_ms/);
});
