import assert from "node:assert/strict";
import { createMetrics } from "../../runtime/metrics.ts";
import { ApiError, ConnectionError } from "../errors.ts";
import { toRestClient } from "../rest_client.ts";
import { addApiErrors, countedClient } from "./counted_client.ts";

const REQUEST = { method: "GET", path: "/api/v1/namespaces" } as const;

function setUp(fail: () => unknown) {
  const metrics = createMetrics();
  const errors = addApiErrors(metrics, "vmdhcpagent");
  const rest = toRestClient(() => {
    const error = fail();
    return error === undefined ? Promise.resolve({}) : Promise.reject(error);
  }, { defaultNamespace: "home" });
  const series = async () =>
    (await metrics.render()).split("\n").filter((line) => line.startsWith("vmdhcpagent_api"));
  return { client: countedClient(rest, { errors }), series };
}

Deno.test("countedClient counts each kind of failure by its reason, passes it on, and counts no success", async () => {
  const failures: unknown[] = [
    new ApiError({ code: 409, reason: "Conflict" }, REQUEST),
    new ApiError({ code: 409, reason: "Conflict" }, REQUEST),
    new ApiError({ code: 503 }, REQUEST),
    new ConnectionError(REQUEST, "refused"),
  ];
  const wanted = [...failures];
  const { client, series } = setUp(() => failures.shift());
  for (const error of wanted) await assert.rejects(client.performRequest(REQUEST), error as Error);
  await client.performRequest(REQUEST);
  assert.equal(client.defaultNamespace, "home");
  assert.deepEqual(await series(), [
    'vmdhcpagent_api_errors_total{method="GET",reason="Conflict"} 2',
    'vmdhcpagent_api_errors_total{method="GET",reason="503"} 1',
    'vmdhcpagent_api_errors_total{method="GET",reason="NoAnswer"} 1',
  ]);
});

Deno.test("countedClient does not count a request that nobody wants any more", async () => {
  const { client, series } = setUp(() => new DOMException("The pod ends", "AbortError"));
  const aborted = AbortSignal.abort();
  await assert.rejects(client.performRequest({ ...REQUEST, abortSignal: aborted }));
  assert.deepEqual(await series(), []);
});

Deno.test("countedClient keeps a bounded number of series, whatever a server says", async () => {
  let number = 0;
  const { client, series } = setUp(() =>
    new ApiError({ code: 418, reason: `Teapot${number++}` }, REQUEST)
  );
  for (let request = 0; request < 100; request++) {
    await client.performRequest(REQUEST).catch(() => undefined);
  }
  const told = await series();
  assert.equal(told.length, 33);
  assert.equal(told.at(-1), 'vmdhcpagent_api_errors_total{method="GET",reason="Other"} 68');
});
