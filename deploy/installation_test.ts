import { deepStrictEqual } from "node:assert/strict";
import { createKubeClient, type JsonValue, toRestClient } from "../kube/mod.ts";
import { runningSettings } from "./installation.ts";
import { controllerDeployment } from "./objects/controller.ts";
import { readSettings } from "./settings.ts";

const VALUES = {
  image: "registry.example/vm-dhcp:running",
  tenancy: "isolated",
  leaderElection: { namespace: "locks" },
};

Deno.test("I9: runningSettings reads what a Deployment of ours says, so that a later deploy keeps it", async () => {
  const deployment = controllerDeployment(readSettings(VALUES, {}));
  const client = createKubeClient(
    toRestClient(() => Promise.resolve(structuredClone(deployment) as JsonValue)),
  );
  const signal = AbortSignal.timeout(10_000);
  const running = await runningSettings("vm-dhcp", { client, signal });
  deepStrictEqual(running, VALUES);
  deepStrictEqual(
    controllerDeployment(readSettings({}, { running })),
    controllerDeployment(readSettings(VALUES, {})),
  );
});
