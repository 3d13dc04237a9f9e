import assert from "node:assert/strict";
import { readSettings } from "./settings.ts";

Deno.test("readSettings takes every flag and variable of the Go version's controller", () => {
  const { values } = readSettings({
    args: [
      "--name=n",
      "--namespace=ns",
      "--image=i",
      "--service-account-name=sa",
      "--no-leader-election",
      "--no-agent",
      "--no-dhcp",
      "--enable-cache-dump-api",
      "--debug",
      "--trace",
      "--listen=127.0.0.1:0",
    ],
    env: {
      AGENT_DEPLOYMENT_NAME: "d",
      AGENT_CONTAINER_NAME: "c",
      POD_NAMESPACE: "p",
      KUBECONFIG: "/k",
    },
  });
  const wanted = {
    name: "n",
    namespace: "ns",
    image: "i",
    serviceAccountName: "sa",
    noLeaderElection: true,
    noAgent: true,
    noDhcp: true,
    enableCacheDumpApi: true,
    debug: true,
    trace: true,
    listen: { hostname: "127.0.0.1", port: 0 },
    agentDeploymentName: "d",
    agentContainerName: "c",
    podNamespace: "p",
    kubeconfig: "/k",
    once: false,
    dryRun: false,
  };
  assert.deepEqual({ ...values, ...wanted }, { ...values });
});

Deno.test("readSettings takes the agent's settings from the environment of the Go version", () => {
  const { values } = readSettings({
    args: [],
    env: {
      VM_DHCP_CONTROLLER_NAME: "n",
      AGENT_NAMESPACE: "ns",
      AGENT_IMAGE: "i",
      AGENT_SERVICE_ACCOUNT_NAME: "sa",
    },
  });
  assert.deepEqual([values?.name, values?.namespace, values?.image, values?.serviceAccountName], [
    "n",
    "ns",
    "i",
    "sa",
  ]);
  assert.equal(values?.listen.port, 8080);
});
