import assert from "node:assert/strict";
import {
  AGENT_LEASE_LABEL,
  AGENT_REPORT_ANNOTATION,
  getCondition,
  type IPPool,
} from "../../core/api/mod.ts";
import {
  IPPOOL_HISTORIES,
  LEASES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
} from "../../kube/mod.ts";
import { startRealCluster } from "../real/mod.ts";
import { nad, vm } from "../controller/objects.ts";
import { Real, startController } from "./real.ts";

const NET_48 = `
apiVersion: network.harvesterhci.io/v1alpha1
kind: IPPool
metadata:
  name: net-48
  namespace: default
spec:
  ipv4Config:
    serverIP: 192.168.48.77
    cidr: 192.168.48.0/24
    pool:
      start: 192.168.48.81
      end: 192.168.48.90
      exclude:
      - 192.168.48.81
      - 192.168.48.90
    router: 192.168.48.1
    dns:
    - 1.1.1.1
    leaseTime: 300
  networkName: default/net-48
`;
const EXAMPLE = `
apiVersion: network.harvesterhci.io/v1alpha1
kind: IPPool
metadata:
  name: example
  namespace: default
spec:
  ipv4Config:
    serverIP: 192.168.100.2
    cidr: 192.168.100.0/24
    pool:
      start: 192.168.100.101
      end: 192.168.100.200
      exclude:
      - 192.168.100.151
      - 192.168.100.187
    router: 192.168.100.1
    dns:
    - 1.1.1.1
    domainName: example.com
    domainSearch:
    - example.com
    ntp:
    - pool.ntp.org
    leaseTime: 300
  networkName: default/example
`;
const SAMPLE = `
apiVersion: network.harvesterhci.io/v1alpha1
kind: VirtualMachineNetworkConfig
metadata:
  name: test-vm
  namespace: default
spec:
  networkConfig:
  - macAddress: 22:37:37:82:93:7d
    networkName: default/example
  vmName: test-vm
`;
const MAC = "ca:70:82:e6:84:6e";
const AGENT = { name: "default-net-48-agent", namespace: "harvester-system" };
const WELL = ["Allocated=True", "Disabled=False", "InSynced=True", "Ready=True"];
const SERVING = { ready: true, reason: "Serving", message: "", interfaceName: "eth1" };

Deno.test("the objects of the documentation show what the documentation prints", async () => {
  await using cluster = await startRealCluster({ controllerManager: true });
  const real = new Real(cluster.rest);
  await real.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/net-48"));
  await real.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/example"));
  const applied = await cluster.kubectl(["apply", "-f", "-"], { stdin: `${NET_48}---${EXAMPLE}` });
  assert.equal(applied.code, 0, applied.stderr);
  await real.create(LEASES, {
    metadata: {
      namespace: "default",
      name: AGENT.name,
      labels: { [AGENT_LEASE_LABEL]: "true" },
      annotations: {
        [AGENT_REPORT_ANNOTATION]: JSON.stringify({
          pod: AGENT,
          pools: { "default/net-48": SERVING, "default/example": SERVING },
        }),
      },
    },
    spec: { holderIdentity: AGENT.name, leaseDurationSeconds: 600 },
  });
  await using controller = startController(cluster.rest);
  await controller.whenReady(AbortSignal.timeout(30_000));
  const isServed = (pool: IPPool) =>
    getCondition(pool.status?.conditions, "AgentReady")?.status === "True";
  await real.pool("default/example", isServed);
  const columns = await cluster.kubectl(["get", "ippools.network", "example", "--no-headers"]);
  assert.match(columns.stdout, /^example +default\/example +98 +0 +True +True +True +\d+s\n$/);

  const { metadata: { uid } } = await real.create(
    VIRTUAL_MACHINES,
    vm("default/test-vm", [{ mac: MAC }]),
  );
  const config = await real.config("default/test-vm");
  const address = config.status?.networkConfig?.[0]?.allocatedIPAddress ?? "";
  assert.match(address, /^192\.168\.48\.8[2-9]$/);
  assert.deepEqual(config.metadata.finalizers, ["wrangler.cattle.io/vm-dhcp-vmnetcfg-controller"]);
  assert.deepEqual(config.metadata.labels, { "harvesterhci.io/vmName": "test-vm" });
  assert.deepEqual(config.metadata.ownerReferences, [
    { apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", name: "test-vm", uid },
  ]);
  assert.deepEqual(config.spec, {
    networkConfig: [{ macAddress: MAC, networkName: "default/net-48" }],
    vmName: "test-vm",
  });
  assert.deepEqual(config.status?.networkConfig, [{
    allocatedIPAddress: address,
    macAddress: MAC,
    networkName: "default/net-48",
    state: "Allocated",
  }]);
  assert.deepEqual(states(config.status), WELL);

  const pool = await real.pool("default/net-48", isServed);
  assert.deepEqual(pool.metadata.finalizers, ["wrangler.cattle.io/vm-dhcp-ippool-controller"]);
  assert.deepEqual(pool.status?.agentPodRef, AGENT);
  assert.deepEqual(states(pool.status), [
    "Registered=True",
    "CacheReady=True",
    "AgentReady=True",
    "Stopped=False",
    "Ready=True",
  ]);
  assert.deepEqual(pool.status?.ipv4, {
    allocated: { "192.168.48.81": "EXCLUDED", [address]: MAC, "192.168.48.90": "EXCLUDED" },
    available: 7,
    used: 1,
  });
  for (const object of ["ippl/net-48", "vmnetcfg/test-vm"]) {
    const waited = await cluster.kubectl([
      "wait",
      object,
      "--for=condition=Ready",
      "--timeout=10s",
    ]);
    assert.match(waited.stdout, /condition met\n$/, waited.stderr);
  }
  await real.create(VIRTUAL_MACHINES, vm("default/last", [{ mac: "ca:70:82:e6:84:6f" }]));
  await real.config("default/last", ({ status }) => status?.addresses !== undefined);
  // It ends as at SIGTERM: what waits is written.
  await controller[Symbol.asyncDispose]();
  const { changes = [] } = await real.get(IPPOOL_HISTORIES, "default/net-48") ?? {};
  assert.deepEqual(changes.map(({ event, vm, uid: of }) => [event, vm, of === uid]), [
    ["given", "default/test-vm", true],
    ["given", "default/last", false],
  ]);
});

Deno.test("the sample object of the documentation is a reservation on a real server", async () => {
  await using cluster = await startRealCluster();
  const real = new Real(cluster.rest);
  await using _controller = startController(cluster.rest);
  const applied = await cluster.kubectl(["apply", "-f", "-"], { stdin: `${EXAMPLE}---${SAMPLE}` });
  assert.equal(applied.code, 0, applied.stderr);
  const { status } = await real.config("default/test-vm");
  assert.equal(status?.networkConfig?.[0]?.state, "Allocated");
  assert.deepEqual(states(status), WELL);
});

function states(
  status:
    | { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
    | undefined,
): readonly string[] {
  return status?.conditions?.map(({ type, status }) => `${type}=${status}`) ?? [];
}
