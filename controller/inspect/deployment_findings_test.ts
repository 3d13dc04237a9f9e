import { deepStrictEqual } from "node:assert/strict";
import type { Deployment } from "../../kube/objects/builtin_types.ts";
import { deploymentFindings } from "./deployment_findings.ts";

function deployment(name: string, replicas: number, readyReplicas: number): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { namespace: "vm-dhcp", name, labels: { "app.kubernetes.io/name": name } },
    spec: { replicas, selector: {}, template: {} },
    status: { readyReplicas },
  };
}

async function found(...items: readonly Deployment[]): Promise<readonly string[]> {
  const findings = await deploymentFindings({
    list: () => Promise.resolve({ items, resourceVersion: "1" } as never),
  }, { namespace: "vm-dhcp", signal: AbortSignal.timeout(1_000) });
  return findings.map(({ check, state, says }) => `${check} ${state} ${says}`);
}

Deno.test("deploymentFindings tells a standby that is missing from a webhook that is down", async () => {
  deepStrictEqual(
    await found(
      deployment("vm-dhcp-controller", 2, 2),
      deployment("vm-dhcp-webhook", 2, 0),
      deployment("vm-dhcp-agent-mgmt", 2, 1),
      deployment("vm-dhcp-agent", 0, 0),
    ),
    [
      "Deployments ok vm-dhcp/vm-dhcp-controller: 2 of 2 pods are ready",
      "Webhook failed vm-dhcp/vm-dhcp-webhook: 0 of 2 pods are ready",
      "Deployments warning vm-dhcp/vm-dhcp-agent-mgmt: 1 of 2 pods are ready",
      "Deployments ok vm-dhcp/vm-dhcp-agent: 0 of 0 pods are ready",
    ],
  );
});

Deno.test("deploymentFindings warns where there is no webhook", async () => {
  deepStrictEqual((await found()).map((line) => line.split(" ", 2).join(" ")), ["Webhook warning"]);
});

Deno.test("deploymentFindings says that it does not know rather than that all is well", async () => {
  const findings = await deploymentFindings({ list: () => Promise.reject(new Error("403")) }, {
    namespace: "vm-dhcp",
    signal: AbortSignal.timeout(1_000),
  });
  deepStrictEqual(findings.map(({ state }) => state), ["unknown"]);
});
