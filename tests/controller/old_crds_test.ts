import assert from "node:assert/strict";
import { AGENT_LEASE_LABEL, AGENT_REPORT_ANNOTATION, getCondition } from "../../core/api/mod.ts";
import { dryRun } from "../../controller/once/dry_run.ts";
import { runOnce } from "../../controller/once/once.ts";
import {
  IPPOOLS,
  LEASES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  toRestClient,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { Lab } from "./lab.ts";
import { mac, nad, pool, reservation, vm } from "./objects.ts";
import { oldCrds, type OldServer } from "./old_crds.ts";

/** What a pool's `ipv4Config` has that the Go version's does not know. */
const NEW_FIELDS = [
  ...["renewalTime", "rebindingTime", "mtu", "routes", "broadcast", "captivePortal"],
  ...["ipv6OnlyPreferred", "timezone", "wpad", "nextServer", "tftpServerName", "bootFileName"],
  ...["bootFiles", "options", "vendorOptions", "maxLeaseTime", "honourRequestedLeaseTime"],
  ...["hostnames", "authoritative", "bootp", "rapidCommit", "conflictDetection"],
];
const RESYNC_MS = 600_000;
const WARNING = "The CustomResourceDefinitions are of another release: apply those of this one";

/** A lab with the Go version's CustomResourceDefinitions, the network and the pool default/net-48. */
async function oldLab(): Promise<{ readonly lab: Lab; readonly server: OldServer }> {
  const lab = new Lab();
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/net-48"));
  await lab.create(IPPOOLS, pool("default/net-48", { ntp: ["ntp.example"] }));
  const server = oldCrds(lab.rest());
  return { lab, server };
}

const resolveHost = () => Promise.resolve(["10.0.0.1"]);

async function cacheReady(lab: Lab): Promise<string> {
  const { status } = await lab.pool("default/net-48");
  const { reason, message } = getCondition(status?.conditions, "CacheReady") ?? {};
  return `${reason}: ${message}`;
}

/** Asks for what nobody may have, as an object of the Go version. */
async function reserveServersAddress(lab: Lab): Promise<void> {
  const wanting = { networkName: "default/net-48", macAddress: mac(9), ipAddress: "192.168.48.77" };
  const config = reservation("default/printer", [wanting]) as { spec: { networkConfig: unknown } };
  const { networkConfig: networkConfigs, ...spec } = config.spec;
  await lab.create(VMNETCFGS, { ...config, spec: { ...spec, networkConfigs } });
}

/** Whatever may make the controller write what is not kept: NICs that wait, freed and declined addresses, NTP names. */
async function populate(lab: Lab): Promise<void> {
  await reserveServersAddress(lab);
  for (const name of ["web", "db"]) {
    const nic = { mac: mac(name === "web" ? 1 : 2) };
    const annotations = { "dhcp-options.network.harvesterhci.io/nic-1": '{"mtu": 1400}' };
    await lab.create(VIRTUAL_MACHINES, vm(`default/${name}`, [nic], { annotations }));
  }
  await lab.settle();
  await lab.delete(VIRTUAL_MACHINES, "default/db");
  await lab.pass(5_000);
  const [address = ""] = await lab.addresses("default/web");
  const at = new Date(lab.clock.now()).toISOString();
  const declined = [{ address, macAddress: mac(1), usedBy: mac(8), at }];
  const report = { ready: true, reason: "Serving", message: "", interfaceName: "eth1", declined };
  const pools = { "default/net-48": report };
  const pod = { namespace: "default", name: "agent-0", uid: "agent-uid" };
  await lab.create(LEASES, {
    metadata: {
      namespace: "default",
      name: "agent-0",
      labels: { [AGENT_LEASE_LABEL]: "true" },
      annotations: { [AGENT_REPORT_ANNOTATION]: JSON.stringify({ pod, pools }) },
    },
    spec: {
      holderIdentity: "agent-0",
      leaseDurationSeconds: 86_400,
      renewTime: at.replace("Z", "000Z"),
    },
  });
  await lab.settle();
}

Deno.test("S6: under an older release's CRDs VMs get their addresses, one line and a condition name what is lost, and nothing is written twice", async () => {
  const { lab, server } = await oldLab();
  await using _ = lab;
  lab.start({ rest: server.rest, resolveHost });
  await populate(lab);
  const { spec, status } = await lab.config("default/web");
  assert.equal(spec.networkConfig, undefined);
  assert.equal(status?.networkConfigs?.[0]?.state, "Allocated");
  const allocations = await lab.allocations("default/net-48");
  assert.deepEqual(Object.keys(allocations), [mac(1)]);

  const lines = lab.log.lines.filter(({ message }) => message === WARNING);
  assert.deepEqual(lines.map(({ keys }) => keys), [{
    missing: {
      IPPool: [
        ...NEW_FIELDS.map((field) => `spec.ipv4Config.${field}`),
        "spec.limits",
        "status.observedGeneration",
        "status.ipv4.released",
        "status.ipv4.conflicts",
        "status.ipv4.ntpServers",
        "status.ipv4.clients",
      ],
      VirtualMachineNetworkConfig: [
        "spec.networkConfig",
        "spec.networkConfigs[].options",
        "status.observedGeneration",
        "status.addresses",
        "status.networkConfig",
        "status.networkConfigs[].options",
        "status.networkConfigs[].reason",
        "status.networkConfigs[].message",
        "status.unserved",
      ],
    },
  }]);
  assert.match(
    await cacheReady(lab),
    /^OutdatedSchema: .* IPPool lacks spec\.ipv4Config\.renewalTime, .*; VirtualMachineNetworkConfig lacks spec\.networkConfig, .* Apply those of this release$/,
  );
  assert.ok((await lab.events("net-48")).some(({ reason }) => reason === "OutdatedSchema"));
  assert.match(
    await lab.controller.metrics(),
    /^vmdhcpcontroller_crd_missing_fields\{kind="IPPool"\} 28$/m,
  );

  await lab.pass(RESYNC_MS);
  const [version, told] = [lab.api.resourceVersion, await lab.events("printer")];
  const writes = await lab.writes();
  for (let round = 0; round < 3; round++) await lab.pass(RESYNC_MS + 1_000);
  const { "patch events 200": _events, ...after } = await lab.writes();
  const { "patch events 200": _before, ...before } = writes;
  assert.deepEqual(after, before);
  assert.equal(lab.api.resourceVersion, version);
  assert.deepEqual(await lab.events("printer"), told);
});

Deno.test("S6: when the CRDs are upgraded everything is kept again, without a restart", async () => {
  const { lab, server } = await oldLab();
  await using _ = lab;
  lab.start({ rest: server.rest, resolveHost });
  await populate(lab);
  server.upgrade();
  await lab.pass(20_000);
  assert.equal(await cacheReady(lab), "Planned: The record of addresses is up to date");
  const { status } = await lab.pool("default/net-48");
  assert.deepEqual(status?.ipv4?.ntpServers, { "ntp.example": ["10.0.0.1"] });
  const [nic] = (await lab.config("default/printer")).status?.networkConfigs ?? [];
  assert.equal(nic?.reason, "AddressReserved");
  await lab.create(VIRTUAL_MACHINES, vm("default/new", [{ mac: mac(3) }]));
  await lab.delete(VIRTUAL_MACHINES, "default/web");
  await lab.pass(5_000);
  assert.equal((await lab.config("default/new")).spec.networkConfigs, undefined);
  assert.ok(
    Object.keys((await lab.pool("default/net-48")).status?.ipv4?.released ?? {}).length > 0,
  );
  const quiet = lab.log.lines.filter(({ message }) =>
    message === "The CustomResourceDefinitions keep every field again"
  );
  assert.equal(quiet.length, 1);
});

Deno.test("S6: what is not kept under an older release's CRDs that come and go is there again soon", async () => {
  await using lab = new Lab();
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/net-48"));
  await lab.create(IPPOOLS, pool("default/net-48"));
  const { rest: old } = oldCrds(lab.rest());
  let isOld = false;
  let looks = 0;
  lab.start({
    rest: toRestClient((request) => {
      if (request.path.startsWith("/openapi")) looks++;
      return (isOld ? old : lab.rest()).performRequest(request);
    }),
  });
  await lab.pass(60_000);
  isOld = true;
  await reserveServersAddress(lab);
  await lab.pass(5_000);
  const shown = async () => (await lab.config("default/printer")).status?.networkConfigs?.[0];
  assert.deepEqual([(await shown())?.state, (await shown())?.reason], ["Pending", undefined]);
  isOld = false;
  await lab.pass(20_000);
  assert.equal((await shown())?.reason, "AddressReserved");
  const before = looks;
  await lab.pass(RESYNC_MS - 60_000);
  assert.ok(looks <= before + 1, "it is not looked again and again");
});

Deno.test("S6: until it is seen that the CRDs are upgraded, a VM whose NICs are edited keeps the address of the one that it still has", async () => {
  const { lab, server } = await oldLab();
  await using _ = lab;
  const before = lab.start();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }, { mac: mac(2) }]));
  await lab.settle();
  await before.stop();
  const [address = ""] = await lab.addresses("default/web");
  lab.start({ rest: server.rest });
  await lab.settle();
  server.upgrade();
  const { spec } = vm("default/web", [{ mac: mac(1) }]) as { readonly spec: object };
  await lab.patch(VIRTUAL_MACHINES, "default/web", { spec });
  await lab.settle();
  assert.deepEqual(await lab.allocations("default/net-48"), { [mac(1)]: address });
  await lab.pass(20_000);
  assert.deepEqual(await lab.addresses("default/web"), [address]);
});

for (const dry of [false, true]) {
  const flags = dry ? "--once --dry-run" : "--once";
  Deno.test(`S6: ${flags} has nothing to do under an older release's CRDs where all is in order`, async () => {
    const { lab, server } = await oldLab();
    await using _ = lab;
    const running = lab.start({ rest: server.rest });
    await populate(lab);
    await running.stop();
    const { clock, random, log } = lab;
    const overlay = dryRun(server.rest, () => clock.now());
    const result = runOnce({
      rest: dry ? overlay.rest : server.rest,
      clock,
      random,
      log,
      agentNamespace: "default",
    }, AbortSignal.timeout(60_000));
    let isOver = false;
    result.finally(() => isOver = true).catch(() => undefined);
    await clock.advanceUntil(() => isOver, { stepMs: 10, limitMs: 300_000 });
    const { writes, problems } = await result;
    assert.deepEqual({ writes, problems, changes: overlay.changes() }, {
      writes: 0,
      problems: [],
      changes: [],
    });
  });
}

Deno.test("S6: a server that does not publish its schemas keeps no controller from working", async () => {
  await using lab = new Lab();
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/net-48"));
  await lab.create(IPPOOLS, pool("default/net-48"));
  const { performRequest } = lab.rest();
  lab.start({
    rest: {
      performRequest: ((request: Parameters<typeof performRequest>[0]) =>
        request.path.startsWith("/openapi")
          ? new Promise(() =>
            undefined
          )
          : lab.rest().performRequest(request as never)) as typeof performRequest,
    },
  });
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.pass(15_000);
  assert.equal((await lab.addresses("default/web")).length, 1);
});
