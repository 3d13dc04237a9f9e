import assert from "node:assert/strict";
import { createMetrics } from "./metrics.ts";
import { formatListen, opsApp, parseListen } from "./ops_server.ts";

async function ask(app: ReturnType<typeof opsApp>, path: string): Promise<[number, unknown]> {
  const response = await app.request(path);
  return [response.status, await response.json()];
}

Deno.test("opsApp answers /readyz with the reasons why it is not ready", async () => {
  const reasons: string[] = ["Pool default/net-48 is not synced"];
  const app = opsApp({ notReady: () => reasons });
  assert.deepEqual(await ask(app, "/readyz"), [503, { ready: false, reasons }]);
  reasons.pop();
  assert.deepEqual(await ask(app, "/readyz"), [200, { ready: true, reasons: [] }]);
});

Deno.test("opsApp answers /healthz 200, ready or not", async () => {
  const answer = { alive: true, reasons: [] };
  assert.deepEqual(await ask(opsApp({ notReady: () => ["x"] }), "/healthz"), [200, answer]);
});

Deno.test("opsApp serves metrics, further routes, and errors as JSON", async () => {
  const metrics = createMetrics();
  metrics.gauge({ name: "used", help: "Used." }).set({}, 3);
  const app = opsApp({
    notReady: () => [],
    metrics,
    routes: (routes) => {
      routes.get("/leases", (context) => context.json({ leases: [] }));
      routes.get("/broken", () => {
        throw new Error("Cannot list the leases: gone");
      });
    },
  });
  const scraped = await app.request("/metrics");
  assert.equal(scraped.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assert.match(await scraped.text(), /^used 3$/m);
  assert.deepEqual(await ask(app, "/leases"), [200, { leases: [] }]);
  assert.deepEqual(await ask(app, "/broken"), [500, { error: "Cannot list the leases: gone" }]);
  assert.deepEqual(await ask(app, "/nothing"), [404, { error: "No such page: /nothing" }]);
});

for (
  const [text, hostname, port] of [
    ["0.0.0.0:8080", "0.0.0.0", 8080],
    [":0", "0.0.0.0", 0],
    ["[::1]:8080", "::1", 8080],
    ["localhost:65535", "localhost", 65535],
  ] as const
) {
  Deno.test(`parseListen reads ${text}`, () => {
    assert.deepEqual(parseListen(text), { hostname, port });
    assert.deepEqual(parseListen(formatListen({ hostname, port })), { hostname, port });
  });
}

for (const text of ["", "8080", "1.2.3.4", "::1:8080", "a:b", "a:65536", "[a]:1", "a:-1"]) {
  Deno.test(`parseListen refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseListen(text), TypeError);
  });
}
