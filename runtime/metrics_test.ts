import assert from "node:assert/strict";
import { addProcessMetrics, createMetrics } from "./metrics.ts";

Deno.test("createMetrics renders counters, gauges and histograms with their labels", async () => {
  const metrics = createMetrics();
  metrics.counter({ name: "packets_total", help: "Packets.", labels: ["pool", "type"] }).inc({
    pool: "default/net-48",
    type: "REQUEST",
  }, 2);
  const used = metrics.gauge({ name: "used", help: "Used.", labels: ["pool"] });
  used.set({ pool: "a" }, 3);
  metrics.histogram({ name: "seconds", help: "Seconds.", buckets: [0.1, 1] }).observe({}, 0.5);
  assert.equal(
    await metrics.render(),
    `# HELP packets_total Packets.
# TYPE packets_total counter
packets_total{pool="default/net-48",type="REQUEST"} 2

# HELP used Used.
# TYPE used gauge
used{pool="a"} 3

# HELP seconds Seconds.
# TYPE seconds histogram
seconds_bucket{le="0.1"} 0
seconds_bucket{le="1"} 1
seconds_bucket{le="+Inf"} 1
seconds_sum 0.5
seconds_count 1
`,
  );
});

Deno.test("createMetrics renders a histogram that is counted elsewhere as one that it counted itself", async () => {
  const own = createMetrics();
  const histogram = own.histogram({
    name: "seconds",
    help: "Seconds.",
    labels: ["type"],
    buckets: [0.1, 1],
  });
  for (const value of [0.05, 0.5, 0.75, 3]) histogram.observe({ type: "a" }, value);
  const counted = createMetrics();
  counted.countedHistogram<"type">({
    name: "seconds",
    help: "Seconds.",
    labels: ["type"],
    buckets: [0.1, 1],
    collect: (tell) => tell({ type: "a" }, { counts: [1, 2, 1], sum: 4.3 }),
  });
  assert.equal(await counted.render(), await own.render());
});

Deno.test("createMetrics refuses a name for a counted histogram that Prometheus does not allow", () => {
  const spec = { help: "Seconds.", buckets: [1], collect: () => undefined };
  assert.throws(() => createMetrics().countedHistogram({ ...spec, name: "a second" }), /Invalid/);
  const metrics = createMetrics();
  metrics.countedHistogram({ ...spec, name: "seconds" });
  assert.throws(() => metrics.countedHistogram({ ...spec, name: "seconds" }), /already/);
});

Deno.test("createMetrics asks collecting metrics at every scrape and forgets what they do not tell again", async () => {
  const metrics = createMetrics();
  const totals = new Map([["a", 1], ["b", 2]]);
  const collect = (tell: (labels: { pool: string }, value: number) => void) =>
    totals.forEach((value, pool) => tell({ pool }, value));
  metrics.counter({ name: "answers_total", help: "Answers.", labels: ["pool"], collect });
  metrics.gauge({ name: "used", help: "Used.", labels: ["pool"], collect });
  const before = await metrics.render();
  assert.match(before, /answers_total{pool="a"} 1\nanswers_total{pool="b"} 2\n/);
  assert.match(before, /used{pool="a"} 1\nused{pool="b"} 2\n/);
  totals.delete("a");
  totals.set("b", 5);
  const text = await metrics.render();
  assert.match(text, /answers_total{pool="b"} 5\n/);
  assert.match(text, /used{pool="b"} 5\n/);
  assert.doesNotMatch(text, /pool="a"/);
});

Deno.test("createMetrics makes sets that know nothing of each other", async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.gauge({ name: "same", help: "Same." }).set({}, 1);
  other.gauge({ name: "same", help: "Same." }).set({}, 2);
  assert.match(await one.render(), /same 1/);
  assert.throws(() => one.gauge({ name: "same", help: "Same." }), /already been registered/);
});

Deno.test("addProcessMetrics tells plausible processor time, memory and start time", async () => {
  const metrics = createMetrics();
  addProcessMetrics(metrics);
  const text = await metrics.render();
  const value = (name: string) => Number(new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1]);
  assert.ok(value("process_cpu_seconds_total") > 0);
  assert.ok(value("process_resident_memory_bytes") > 10e6);
  assert.ok(value("process_heap_bytes") > 1e6);
  assert.ok(Math.abs(value("process_start_time_seconds") - Date.now() / 1000) < 600);
});
