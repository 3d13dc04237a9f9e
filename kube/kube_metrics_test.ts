import assert from "node:assert/strict";
import { createMetrics } from "../runtime/metrics.ts";
import { addKubeMetrics } from "./kube_metrics.ts";

Deno.test("addKubeMetrics adds up what several informers of a resource count, and tells the longest trouble", async () => {
  const metrics = createMetrics();
  const resource = { plural: "ippools" };
  const informers = [
    { resource, figures: { newHistories: 1, silentWatches: 2 }, trouble: undefined },
    {
      resource,
      figures: { newHistories: 1, silentWatches: 0 },
      trouble: { forMs: 2_500, error: new Error("away") },
    },
  ];
  addKubeMetrics(metrics, "vmdhcpagent", {
    informers: () => informers,
    election: {
      name: "lock",
      writtenAgoMs: 1_500,
      transitions: 7,
      takeoverGapMs: 5_250,
    },
    client: { deadConnections: 3 },
  });
  const lines = (await metrics.render()).split("\n").filter((line) => /^vm/.test(line));
  assert.deepEqual(lines, [
    'vmdhcpagent_api_new_histories_total{resource="ippools"} 2',
    'vmdhcpagent_api_silent_watches_total{resource="ippools"} 2',
    'vmdhcpagent_api_unfollowed_seconds{resource="ippools"} 2.5',
    "vmdhcpagent_lease_age_seconds 1.5",
    'vmdhcpagent_lease_transitions_total{lease="lock"} 7',
    'vmdhcpagent_takeover_gap_seconds{lease="lock"} 5.25',
    "vmdhcpagent_api_dead_connections_total 3",
  ]);
});

Deno.test("addKubeMetrics tells no gap of a takeover that never was", async () => {
  const metrics = createMetrics();
  const election = { name: "lock", writtenAgoMs: 0, transitions: 0 };
  addKubeMetrics(metrics, "vmdhcpagent", { election: { ...election, takeoverGapMs: undefined } });
  assert.doesNotMatch(await metrics.render(), /^vmdhcpagent_takeover_gap_seconds/m);
});

Deno.test("addKubeMetrics tells no takeovers of a Lease that is not known yet", async () => {
  const metrics = createMetrics();
  const election = { name: "lock", writtenAgoMs: 0, transitions: undefined };
  addKubeMetrics(metrics, "vmdhcpagent", { election: { ...election, takeoverGapMs: undefined } });
  assert.doesNotMatch(await metrics.render(), /^vmdhcpagent_lease_transitions_total/m);
});
