import assert from "node:assert/strict";
import { createMetrics } from "./metrics.ts";
import { memoryLogger } from "./memory_logger.ts";
import { formatListen, opsApp, parseListen, serveHttp } from "./ops_server.ts";

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

Deno.test("opsApp answers /healthz 200 unless the program says that it should be restarted", async () => {
  assert.deepEqual(await ask(opsApp({ notReady: () => ["x"] }), "/healthz"), [200, {
    alive: true,
    reasons: [],
  }]);
  const stuck = opsApp({ notReady: () => [], notAlive: () => ["Packet loop ended"] });
  assert.deepEqual(await ask(stuck, "/healthz"), [503, {
    alive: false,
    reasons: ["Packet loop ended"],
  }]);
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

Deno.test("serveHttp listens on a free port until the signal aborts", async () => {
  const stop = new AbortController();
  const logger = memoryLogger();
  const handle = () => new Response("hello");
  const server = serveHttp({ listen: parseListen("127.0.0.1:0"), handle, logger }, stop.signal);
  assert.ok(server.listen.port > 0);
  assert.equal(await (await fetch(server.url)).text(), "hello");
  stop.abort();
  await server.done;
  await assert.rejects(fetch(server.url));
  assert.deepEqual(logger.lines.map((line) => line.message), ["Listening"]);
});

Deno.test("serveHttp lets a running answer end before it stops", async () => {
  const stop = new AbortController();
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const handle = async () => {
    asked.resolve();
    await answer.promise;
    return new Response("late");
  };
  const server = serveHttp({ listen: parseListen("127.0.0.1:0"), handle }, stop.signal);
  const response = fetch(server.url);
  await asked.promise;
  stop.abort();
  answer.resolve();
  assert.equal(await (await response).text(), "late");
  await server.done;
});

Deno.test("serveHttp cuts an answer off that does not end within the grace", async () => {
  const stop = new AbortController();
  const asked = Promise.withResolvers<void>();
  const never = Promise.withResolvers<Response>();
  const handle = () => {
    asked.resolve();
    return never.promise;
  };
  const server = serveHttp(
    { listen: parseListen("127.0.0.1:0"), handle, graceMs: 20 },
    stop.signal,
  );
  const response = fetch(server.url);
  await asked.promise;
  stop.abort();
  const cut = await response;
  assert.deepEqual([cut.status, await cut.json()], [503, { error: "The server stops" }]);
  await server.done;
});

Deno.test("serveHttp hides what a handler threw and logs it", async () => {
  const stop = new AbortController();
  const logger = memoryLogger();
  const handle = () => {
    throw new Error("Cannot read /etc/secret: denied");
  };
  const server = serveHttp({ listen: parseListen("127.0.0.1:0"), handle, logger }, stop.signal);
  const response = await fetch(server.url);
  assert.deepEqual([response.status, await response.json()], [500, { error: "Internal error" }]);
  assert.ok(logger.lines.some((line) => line.level === "error"));
  stop.abort();
  await server.done;
});

Deno.test("serveHttp names the address that it cannot listen on", async () => {
  const stop = new AbortController();
  const handle = () => new Response();
  const server = serveHttp({ listen: parseListen("127.0.0.1:0"), handle }, stop.signal);
  assert.throws(() => serveHttp({ listen: server.listen, handle }, stop.signal), {
    message: new RegExp(`^Cannot listen on 127\\.0\\.0\\.1:${server.listen.port}: `),
  });
  stop.abort();
  await server.done;
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
