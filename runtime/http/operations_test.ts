import assert from "node:assert/strict";
import { programLog } from "../log.ts";
import { type OperationsServer, serveOperations } from "./operations.ts";

interface Fixture {
  readonly server: OperationsServer;
  readonly lines: Record<string, unknown>[];
  readonly log: ReturnType<typeof programLog>["log"];
  readonly ask: (init?: RequestInit & { readonly url?: string }) => Promise<[number, string]>;
}

async function withServer(hostname: string, use: (fixture: Fixture) => Promise<void>) {
  const lines: Record<string, unknown>[] = [];
  const { log, levels } = programLog({
    name: "agent",
    write: (line) => lines.push(JSON.parse(line)),
  });
  const stop = new AbortController();
  const server = await serveOperations({
    listen: { hostname, port: 0 },
    handle: () => Response.json({ error: "No such page" }, { status: 404 }),
    logger: log,
    levels,
  }, stop.signal);
  const ask: Fixture["ask"] = async ({ url = server.url, ...init } = {}) => {
    const response = await fetch(`${url}/debug/log`, init);
    return [response.status, await response.text()];
  };
  try {
    await use({ server, lines, log, ask });
  } finally {
    levels.reset();
    stop.abort();
    await server.done;
  }
}

function put(body: unknown): RequestInit {
  return {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  };
}

Deno.test("P4: PUT /debug/log has more logged at once, GET says what is on, DELETE ends it, and the log says each", () =>
  withServer("127.0.0.1", async ({ ask, log, lines }) => {
    const [before, off] = await ask();
    assert.deepEqual([before, JSON.parse(off)], [200, {
      level: "info",
      overrides: [],
      linesPerSecond: 200,
      linesLeftOut: 0,
    }]);
    const pool = log.with({ ippool: "default/net-48" });
    const wanted = {
      level: "trace",
      pool: "default/net-48",
      mac: "52-54-00-AA-22-01",
      seconds: 60,
    };
    const startedAt = Date.now();
    const [status, text] = await ask(put(wanted));
    assert.equal(status, 200, text);
    const [{ until, ...override }] = JSON.parse(text).overrides;
    const mac = "52:54:00:aa:22:01";
    assert.deepEqual(override, { level: "trace", pool: "default/net-48", mac });
    assert.ok(Date.parse(until) >= startedAt + 60_000 && Date.parse(until) <= Date.now() + 60_000);
    pool.trace("Packet received", { macAddress: mac });
    assert.equal((await ask({ method: "DELETE" }))[0], 200);
    pool.trace("Packet received", { macAddress: mac });
    const [, after] = await ask();
    assert.deepEqual(JSON.parse(after).overrides, []);
    assert.deepEqual(lines.map(({ message }) => message).filter((one) => one !== "Listening"), [
      "More is logged for a while",
      "Packet received",
      "Log level is as before: somebody asked for it",
    ]);
  }));

for (
  const [body, status, said] of [
    ["{", 400, /^Cannot read the body: /],
    [{}, 400, /^level: nothing: /],
    [{ level: "loud" }, 400, /^level: "loud": .*debug.*trace/],
    [{ level: "error" }, 400, /^level: "error": /],
    [{ level: "trace", pool: "net-48" }, 400, /^pool: "net-48": must be NAMESPACE\/NAME/],
    [{ level: "trace", mac: "x" }, 400, /^mac: "x": must be a MAC address/],
    [{ level: "trace", seconds: 3_601 }, 400, /^seconds: 3601: /],
    [{ level: "trace", seconds: 0.5 }, 400, /^seconds: 0.5: /],
    [{ level: "trace", secs: 1 }, 400, /secs/],
    ["x".repeat(5_000), 413, /./],
  ] as const
) {
  const shown = JSON.stringify(body).slice(0, 60);
  Deno.test(`P4: PUT /debug/log refuses ${shown}, names the field and its value, and changes nothing`, () =>
    withServer("127.0.0.1", async ({ ask }) => {
      const [code, text] = await ask(put(body));
      assert.equal(code, status, text);
      assert.match(JSON.parse(text).error, said);
      assert.deepEqual(JSON.parse((await ask())[1]).overrides, []);
    }));
}

Deno.test("P4: /debug/log refuses more than eight overrides, other methods, and web pages", () =>
  withServer("127.0.0.1", async ({ ask }) => {
    for (let at = 0; at < 8; at++) {
      assert.equal((await ask(put({ level: "debug", pool: `a/p${at}` })))[0], 200);
    }
    const [status, text] = await ask(put({ level: "debug" }));
    assert.equal(status, 409);
    assert.match(JSON.parse(text).error, /8 already, DELETE ends them all$/);
    assert.equal((await ask({ method: "POST" }))[0], 405);
    const page = { headers: { "sec-fetch-site": "cross-site" } };
    assert.equal((await ask({ method: "DELETE", ...page }))[0], 403);
    assert.equal(JSON.parse((await ask())[1]).overrides.length, 8);
  }));
