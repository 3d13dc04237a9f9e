import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { apartName } from "../../controller/agents/agent_names.ts";
import { IPPOOLS, NETWORK_ATTACHMENT_DEFINITIONS, type Pod, PODS } from "../../kube/mod.ts";
import { type AgentsLab, agentsReady, NAMESPACE } from "./agents_lab.ts";
import { Rollout } from "./rollout.ts";

/** An agent's pod as the Go version makes it. */
async function legacyPod(lab: AgentsLab, pool: string, finalizers: readonly string[] = []) {
  await lab.create(PODS, {
    metadata: {
      namespace: NAMESPACE,
      name: `default-${pool}-agent`,
      finalizers,
      labels: {
        "network.harvesterhci.io/vm-dhcp-controller": "agent",
        "network.harvesterhci.io/ippool-namespace": "default",
        "network.harvesterhci.io/ippool-name": pool,
      },
    },
    spec: { containers: [{ name: "agent", image: "go" }] },
  });
}

async function legacy(lab: AgentsLab, pool: string): Promise<Pod | undefined> {
  return await lab.get(PODS, `${NAMESPACE}/default-${pool}-agent`);
}

/** Stands for the kubelet: with it a pod stays `Terminating`. */
const KUBELET = "test/kubelet";

Deno.test("an agent pod of the Go version is deleted, and an agent of its pool is made", async () => {
  await using lab = await agentsReady();
  await legacyPod(lab, "net-48");
  await lab.network("net-48", "mgmt");
  await lab.settle();
  strictEqual(await legacy(lab, "net-48"), undefined);
  await lab.pass(1_100);
  deepStrictEqual(await lab.serves("agent-mgmt"), ["default/net-48"]);
});

Deno.test("an agent pod of the Go version that ends slowly is waited for, and other networks are not", async () => {
  await using lab = await agentsReady();
  await legacyPod(lab, "net-48", [KUBELET]);
  await lab.network("net-48", "mgmt");
  await lab.network("net-50", "vlans");
  await lab.pass(20_000);
  ok((await legacy(lab, "net-48"))?.metadata.deletionTimestamp);
  deepStrictEqual(await lab.deployments(), { "agent": 0, "agent-vlans": 2 });
  await lab.patch(PODS, `${NAMESPACE}/default-net-48-agent`, { metadata: { finalizers: null } });
  await lab.pass(1_100);
  deepStrictEqual(await lab.deployments(), { "agent": 0, "agent-mgmt": 2, "agent-vlans": 2 });
});

Deno.test("an agent pod of the Go version on a dead node is not waited for for ever", async () => {
  await using lab = await agentsReady();
  await legacyPod(lab, "net-48", [KUBELET]);
  await lab.network("net-48", "mgmt");
  await lab.pass(55_000);
  deepStrictEqual(await lab.deployments(), { agent: 0 });
  lab.clock.jump(-3_600_000);
  await lab.pass(7_000);
  deepStrictEqual(await lab.deployments(), { "agent": 0, "agent-mgmt": 2 });
  ok(await legacy(lab, "net-48"), "its pod is still there");
});

Deno.test("S3: agents of a network that goes apart stay while its next ones wait for a pod of the Go version", async () => {
  await using lab = await agentsReady();
  const node = new Rollout(lab);
  await lab.network("beside", "mgmt");
  await lab.network("gone", "mgmt");
  await node.settle();
  await lab.delete(IPPOOLS, "default/beside");
  await lab.delete(NETWORK_ATTACHMENT_DEFINITIONS, "default/gone");
  await node.pass(30_000);
  await legacyPod(lab, "gone", [KUBELET]);
  await node.pass(50_000);
  deepStrictEqual(await lab.deployments(), { "agent": 0, "agent-mgmt": 2 });
  deepStrictEqual(await node.attached(), ["default/beside", "default/gone"]);
  await lab.patch(PODS, `${NAMESPACE}/default-gone-agent`, { metadata: { finalizers: null } });
  await node.pass(10_000);
  deepStrictEqual(await lab.deployments(), { "agent": 0, [apartName("agent", "default/gone")]: 2 });
});

Deno.test("no other pod of the namespace is deleted with those of the Go version", async () => {
  await using lab = await agentsReady();
  await legacyPod(lab, "net-48");
  const metadata = { namespace: NAMESPACE, name: "webhook", labels: { app: "webhook" } };
  await lab.create(PODS, { metadata, spec: { containers: [{ name: "webhook", image: "i" }] } });
  await lab.network("net-48", "mgmt");
  await lab.settle();
  strictEqual(await legacy(lab, "net-48"), undefined);
  ok(await lab.get(PODS, `${NAMESPACE}/webhook`));
});
