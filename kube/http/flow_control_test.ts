import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { type FlowOptions, withFlowControl } from "./flow_control.ts";
import { type RequestOptions, toRestClient } from "../rest_client.ts";

const POOL = "/apis/network.harvesterhci.io/v1alpha1/namespaces/default/ippools/";
const EVENT = "/api/v1/namespaces/default/events";
const LEASE = "/apis/coordination.k8s.io/v1/namespaces/default/leases/x";

function setUp(limits: FlowOptions = { writes: 2, events: 1, reads: 1 }) {
  const open = new Map<string, () => void>();
  const rest = toRestClient((request) => {
    const { promise, resolve } = Promise.withResolvers<null>();
    open.set(`${request.method} ${request.path}`, () => resolve(null));
    return promise;
  });
  const limited = withFlowControl(rest, limits);
  const ended: string[] = [];
  const ask = (
    method: RequestOptions["method"],
    path: string,
    more: Partial<RequestOptions> = {},
  ) =>
    limited.performRequest({ method, path, expectJson: true, ...more }).then(() =>
      void ended.push(path)
    );
  const end = async (name: string) => {
    open.get(name)?.();
    assert.ok(open.delete(name), name);
    await setImmediate();
  };
  return {
    ask,
    end,
    running: () => [...open.keys()].map((name) => name.replace(POOL, "")).sort(),
    ended,
  };
}

Deno.test("withFlowControl bounds writes and keeps their order", async () => {
  const { ask, end, running } = setUp();
  const all = Promise.all(["a", "b", "c", "d"].map((name) => ask("PUT", `${POOL}${name}`)));
  await setImmediate();
  assert.deepEqual(running(), ["PUT a", "PUT b"]);
  await end(`PUT ${POOL}b`);
  assert.deepEqual(running(), ["PUT a", "PUT c"]);
  for (const name of ["a", "c", "d"]) await end(`PUT ${POOL}${name}`);
  await all;
});

Deno.test("withFlowControl lets Events wait for every other write, and a few at once", async () => {
  const { ask, end, running } = setUp();
  const all = Promise.all([
    ask("POST", `${EVENT}`),
    ask("PATCH", `${EVENT}/e`),
    ask("PUT", `${POOL}a`),
    ask("PUT", `${POOL}b`),
  ]);
  await setImmediate();
  assert.deepEqual(running(), [`POST ${EVENT}`, "PUT a"]);
  await end(`POST ${EVENT}`);
  assert.deepEqual(running(), ["PUT a", "PUT b"]);
  await end(`PUT ${POOL}a`);
  assert.deepEqual(running(), [`PATCH ${EVENT}/e`, "PUT b"]);
  await end(`PUT ${POOL}b`);
  await end(`PATCH ${EVENT}/e`);
  await all;
});

Deno.test("withFlowControl lets no Event in between two writes of those who make one after the other", async () => {
  const { ask, end, running } = setUp({ writes: 4 });
  const oneAfterTheOther = async (name: string) => {
    for (const n of [1, 2]) await ask("PUT", `${POOL}${name}${n}`);
  };
  const all = Promise.all(["a", "b", "c", "d"].map(oneAfterTheOther));
  const event = ask("POST", EVENT);
  await setImmediate();
  for (const name of ["a", "b", "c", "d"]) await end(`PUT ${POOL}${name}1`);
  assert.deepEqual(running(), ["PUT a2", "PUT b2", "PUT c2", "PUT d2"]);
  await end(`PUT ${POOL}a2`);
  assert.deepEqual(running(), ["PUT b2", "PUT c2", "PUT d2"]);
  await end(`PUT ${POOL}b2`);
  assert.deepEqual(running(), [`POST ${EVENT}`, "PUT c2", "PUT d2"], "half of the places are free");
  for (const name of [`POST ${EVENT}`, `PUT ${POOL}c2`, `PUT ${POOL}d2`]) await end(name);
  await Promise.all([all, event]);
});

Deno.test("withFlowControl holds up neither Leases nor streams, and reads apart from writes", async () => {
  const { ask, end, running } = setUp();
  const all = Promise.all([
    ask("PUT", `${POOL}a`),
    ask("PUT", `${POOL}b`),
    ask("PUT", LEASE),
    ask("GET", `${POOL}a`),
    ask("GET", `${POOL}b`),
    ask("GET", `${POOL}watch`, { expectStream: true }),
  ]);
  await setImmediate();
  assert.deepEqual(running(), ["GET a", "GET watch", `PUT ${LEASE}`, "PUT a", "PUT b"]);
  await end(`GET ${POOL}a`);
  assert.ok(running().includes("GET b"));
  for (const name of [...running()]) {
    await end(name.includes("/") ? name : name.replace(" ", ` ${POOL}`));
  }
  await all;
});

Deno.test("withFlowControl lets the next one in when one fails or is given up", async () => {
  const failing = withFlowControl(
    toRestClient((request) =>
      request.path === "/ok" ? Promise.resolve(null) : Promise.reject(new Error("down"))
    ),
    { writes: 1 },
  );
  const stop = new AbortController();
  const bad = failing.performRequest({ method: "PUT", path: "/bad" });
  const given = failing.performRequest({ method: "PUT", path: "/given", abortSignal: stop.signal });
  const good = failing.performRequest({ method: "PUT", path: "/ok" });
  stop.abort(new Error("given up"));
  await assert.rejects(bad, /down/);
  await assert.rejects(given, /given up/);
  await good;
});

Deno.test("withFlowControl has eight writes, two of them Events, and eight reads at once where nothing is said", async () => {
  const open: string[] = [];
  const rest = toRestClient(({ method, path }) => {
    open.push(path === EVENT ? "EVENT" : method);
    return new Promise(() => {});
  });
  const limited = withFlowControl(rest);
  const ask = (method: RequestOptions["method"], path: string) => {
    for (let n = 0; n < 20; n++) limited.performRequest({ method, path, expectJson: true });
  };
  const running = (kind: string) => open.filter((one) => one === kind).length;
  ask("POST", EVENT);
  await setImmediate();
  assert.equal(running("EVENT"), 2);
  ask("PUT", `${POOL}a`);
  ask("GET", `${POOL}a`);
  await setImmediate();
  assert.deepEqual([running("EVENT"), running("PUT"), running("GET")], [2, 6, 8]);
});
