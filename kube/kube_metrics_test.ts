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
    election: { writtenAgoMs: 1_500 },
    client: { deadConnections: 3 },
  });
  const lines = (await metrics.render()).split("\n").filter((line) => /^vm/.test(line));
  assert.deepEqual(lines, [
    'vmdhcpagent_api_new_histories_total{resource="ippools"} 2',
    'vmdhcpagent_api_silent_watches_total{resource="ippools"} 2',
    'vmdhcpagent_api_unfollowed_seconds{resource="ippools"} 2.5',
    "vmdhcpagent_lease_age_seconds 1.5",
    "vmdhcpagent_api_dead_connections_total 3",
  ]);
});
