import { deepStrictEqual } from "node:assert/strict";
import { ApiError, EVENTS, IPPOOLS, toRestClient } from "../../kube/mod.ts";
import { Lab } from "./lab.ts";
import { pool } from "./objects.ts";

Deno.test("a controller that ends writes the Events that still wait", async () => {
  await using lab = new Lab();
  await lab.create(IPPOOLS, pool("default/net-48"));
  let isOverloaded = true;
  const running = lab.start({
    rest: toRestClient(async (request) => {
      const { method, path } = request;
      if (isOverloaded && method !== "GET" && path.includes("/events")) {
        throw new ApiError({ code: 503, message: "try again" }, { method, path });
      }
      return await lab.rest().performRequest(request);
    }),
  });
  const reasons = async () => (await lab.kube.of(EVENTS).list()).items.map(({ reason }) => reason);
  await lab.settle();
  deepStrictEqual(await reasons(), []);
  isOverloaded = false;
  await running.stop();
  deepStrictEqual(await reasons(), ["NetworkNotFound"]);
});
