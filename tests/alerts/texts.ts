/**
 * What the programs tell Prometheus, with series of every metric that is told at all.
 *
 * @module
 */
import { addAgentMetrics, type PoolFigures } from "../../agent/agent_metrics.ts";
import { AnswerTimes } from "../../agent/socket/answer_times.ts";
import { PacketCounters } from "../../agent/socket/packet_counters.ts";
import { MessageType, Verdict } from "../../core/dhcp/mod.ts";
import { addApiErrors } from "../../kube/http/counted_client.ts";
import { addKubeMetrics } from "../../kube/kube_metrics.ts";
import {
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
} from "../../kube/objects/resources.ts";
import { addProcessMetrics, createMetrics, type Metrics } from "../../runtime/metrics.ts";
import { addBuildInfo } from "../../runtime/version.ts";
import type { Program } from "../../tools/metrics/catalogue.ts";
import { renewed } from "../../webhook/tls/certificates.ts";
import { addWebhookMetrics } from "../../webhook/webhook_metrics.ts";
import { Lab } from "../controller/lab.ts";
import { mac, nad, pool, vm } from "../controller/objects.ts";

const KEY = "default/net-48";

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

/** Of a controller with the pool default/net-48 of ten addresses, and so many VMs on it. */
export async function controllerText(vms = 1): Promise<string> {
  await using lab = new Lab();
  const { controller } = lab.start({ metrics: filled("controller") });
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(KEY));
  await lab.create(IPPOOLS, pool(KEY));
  await lab.settle();
  for (let number = 1; number <= vms; number++) {
    await lab.create(VIRTUAL_MACHINES, vm(`default/vm-${number}`, [{ mac: mac(number) }]));
  }
  await lab.settle();
  return await controller.metrics();
}

function filled(program: Program): Metrics {
  const metrics = createMetrics();
  addCommon(metrics, program);
  return metrics;
}

/** Of an agent of that pool. */
export async function agentText(
  { state = "Serving", inUse = 0, foreignServers = 0, heardAgo = 1_000 }: {
    readonly state?: PoolFigures["report"]["reason"];
    readonly inUse?: number;
    readonly foreignServers?: number;
    /** Milliseconds. */
    readonly heardAgo?: number;
  } = {},
): Promise<string> {
  const counters = new PacketCounters({ dryRun: false });
  counters.add(MessageType.Discover, Verdict.Offer);
  counters.addOmitted(1);
  counters.addRefused("ENOBUFS");
  const times = new AnswerTimes();
  const batch = times.batch();
  batch.add(MessageType.Discover);
  batch.end(0.2);
  const figures: PoolFigures = {
    pool: KEY,
    report: { reason: state },
    counters,
    neighbours: {
      declines: new Map([["confirmed", 1]]),
      questions: 1,
      inUse,
      foreignServers,
    },
    leases: 3,
    opened: 1,
    unread: 0,
    heardAgo,
  };
  const metrics = filled("agent");
  addAgentMetrics(metrics, () => ({ leading: state === "Serving", times, pools: [figures] }));
  return await metrics.render();
}

/** Of a webhook. */
export async function webhookText(): Promise<string> {
  const metrics = filled("webhook");
  const { judged, serves } = addWebhookMetrics(metrics, () => true);
  const about = { webhook: "validate", kind: "IPPool", seconds: 0.1 } as const;
  judged({ ...about, result: "refused", reason: "Invalid", field: "spec.ipv4Config.cidr" });
  serves((await renewed(undefined, { names: ["hook.svc"], now: Date.now() })).certificate);
  return await metrics.render();
}
