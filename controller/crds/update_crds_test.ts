import { deepStrictEqual, rejects } from "node:assert/strict";
import { ApiError, createKubeClient, toRestClient } from "../../kube/mod.ts";
import { createLogger } from "../../runtime/log.ts";
import { updateCrds } from "./update_crds.ts";

Deno.test("updateCrds: a CRD that the API server refuses keeps no other from being brought up to date, and is named", async () => {
  const applied: string[] = [];
  const rest = toRestClient((request) => {
    const name = request.path.split("/").at(-1) ?? "";
    if (request.method === "GET") return Promise.resolve({ metadata: { name } } as never);
    if (name.startsWith("ippools.")) {
      const status = { code: 422, reason: "Invalid", message: "it is refused" };
      return Promise.reject(new ApiError(status, request));
    }
    applied.push(name);
    return Promise.resolve({ metadata: { name } } as never);
  });
  const log = createLogger({ name: "test", write: () => {} });
  await rejects(
    updateCrds({ kube: createKubeClient(rest), log }, AbortSignal.timeout(5_000)),
    /^Error: ippools\.network\.harvesterhci\.io: .*it is refused$/,
  );
  deepStrictEqual(applied, [
    "virtualmachinenetworkconfigs.network.harvesterhci.io",
    "ippoolhistories.network.harvesterhci.io",
  ]);
});
