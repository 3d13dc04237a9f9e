import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { memoryLogger, silentLogger } from "../../runtime/testing/memory_logger.ts";
import { ApiError } from "../errors.ts";
import { type RequestOptions, toRestClient } from "../rest_client.ts";
import { loggedClient } from "./logged_client.ts";

const PUT: RequestOptions = {
  method: "PUT",
  path: "/apis/network.harvesterhci.io/v1alpha1/namespaces/default/ippools/net-48/status",
  bodyJson: { token: "secret" },
  expectJson: true,
};

Deno.test("P4: loggedClient says what was asked of which object and how long it took, and nothing of the body", async () => {
  const log = memoryLogger();
  const clock = new ManualClock();
  const rest = loggedClient(
    toRestClient(async () => {
      await clock.sleep(30);
      return { secret: 1 };
    }, { defaultNamespace: "vms" }),
    { log, clock },
  );
  assert.equal(rest.defaultNamespace, "vms");
  const answer = rest.performRequest(PUT);
  await clock.advance(30);
  assert.deepEqual(await answer, { secret: 1 });
  const { method, path } = PUT;
  assert.deepEqual(log.lines, [{
    level: "debug",
    message: "API request",
    keys: { method, path, key: "default/net-48", ms: 30 },
  }]);
});

Deno.test("P4: loggedClient says why a request failed, and hands the failure on", async () => {
  const log = memoryLogger();
  const { method } = PUT;
  const path = "/api/v1/pods";
  const failure = new ApiError({ code: 409, reason: "Conflict" }, { method, path });
  const rest = loggedClient(toRestClient(() => Promise.reject(failure)), {
    log,
    clock: new ManualClock(),
  });
  const querystring = new URLSearchParams({ limit: "500" });
  await assert.rejects(rest.performRequest({ method: "GET", path, querystring }), failure);
  assert.deepEqual(log.lines.map(({ message, keys }) => [message, keys]), [[
    "API request failed",
    { method: "GET", path: "/api/v1/pods?limit=500", ms: 0, status: 409 },
  ]]);
});

Deno.test("loggedClient makes no line where debug is off", async () => {
  const log = { ...silentLogger, debug: () => assert.fail("A line was made") };
  const rest = loggedClient(toRestClient(() => Promise.resolve(1)), {
    log,
    clock: new ManualClock(),
  });
  assert.equal(await rest.performRequest({ ...PUT, expectJson: true }), 1);
});
