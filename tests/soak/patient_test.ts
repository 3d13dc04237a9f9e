import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import {
  ApiError,
  ConnectionError,
  createKubeClient,
  toRestClient,
  VIRTUAL_MACHINES,
} from "../../kube/mod.ts";
import { EmbeddedApi } from "../../standalone/api/mod.ts";
import { vm } from "../controller/objects.ts";
import { Real } from "../controller_real/real.ts";
import { patient } from "./patient.ts";

const AT_ONCE = { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() };

Deno.test("a VM whose creation was not answered is made once, and is no error", async () => {
  using api = new EmbeddedApi();
  const rest = api.rest();
  let isFirst = true;
  const losing = toRestClient(async (request) => {
    const answer = await rest.performRequest(request);
    if (!isFirst) return answer;
    isFirst = false;
    throw new ConnectionError({ method: "POST", path: request.path }, "no answer");
  });
  const real = new Real(patient(losing, AT_ONCE));
  const made = await real.create(VIRTUAL_MACHINES, vm("default/web", []));
  strictEqual(made.metadata.name, "web");
  strictEqual((await createKubeClient(rest).of(VIRTUAL_MACHINES).list()).items.length, 1);
  await rejects(real.create(VIRTUAL_MACHINES, vm("default/web", [])), /AlreadyExists|409/);
});

Deno.test("what is refused is not asked again, what fails for ever is given up", async () => {
  const asked: number[] = [];
  const answering = (code: number) =>
    patient(
      toRestClient(() => {
        asked.push(code);
        throw new ApiError({ code, message: "no" }, { method: "GET", path: "/" });
      }),
      AT_ONCE,
    );
  await rejects(answering(404).performRequest({ method: "GET", path: "/" }));
  deepStrictEqual(asked, [404]);
  await rejects(answering(503).performRequest({ method: "GET", path: "/" }));
  strictEqual(asked.length, 1 + 20);
});
