import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { runAgent } from "../../agent/agent.ts";
import { MemoryHost } from "../../agent/testing/memory_host.ts";
import { MemoryPort } from "../../agent/testing/memory_port.ts";
import type { SnapshotStore } from "../../agent/types.ts";
import { formatAddresses } from "../../core/api/agent/address_words.ts";
import { AGENT_LEASE_LABEL, AGENT_REPORT_ANNOTATION, getCondition } from "../../core/api/mod.ts";
import { parseIPv4, parseMac } from "../../core/net/mod.ts";
import { LEASES, NAMESPACES, VIRTUAL_MACHINES } from "../../kube/mod.ts";
import { AgentsLab, NAMESPACE } from "./agents_lab.ts";
import type { Lab } from "../controller/lab.ts";
import { mac, vm } from "../controller/objects.ts";
import { ready } from "../controller/ready.ts";

const POOL = "default/net-48";

/** The cluster at the time of the backup: the same each time, to the last UID. */
async function backedUp(): Promise<Lab> {
  const lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  return lab;
}

/** Files of an agent's node, which outlive its pod. */
function files(): SnapshotStore {
  const texts = new Map<string, string>();
  return {
    load: (key) => Promise.resolve(texts.get(key)),
    save: (key, text) => Promise.resolve(void texts.set(key, text)),
    remove: (key) => Promise.resolve(void texts.delete(key)),
  };
}

/** An agent that serves the pool; disposing it ends it. */
function startAgent(lab: Lab, snapshots: SnapshotStore): AsyncDisposable {
  const stop = new AbortController();
  const host = new MemoryHost();
  host.link("eth1");
  const agent = runAgent({
    rest: lab.rest(),
    clock: lab.clock,
    random: () => 0.5,
    log: lab.log,
    openPort: (link) => new MemoryPort(link),
    host,
    name: "agent",
    namespace: "default",
    pod: { namespace: "default", name: "agent-0", uid: "u" },
    networks: [{ pool: POOL, interfaceName: "eth1" }],
    snapshots,
  }, stop.signal);
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort(new Error("The test is over"));
      await lab.clock.advance(10_000);
      await agent.done;
    },
  };
}

/** Lets the agent read, hash and report, and the controller answer; the hashing takes the machine's own time. */
async function reported(lab: Lab): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await lab.pass(500);
  }
}

Deno.test("S1: what an agent gave since the backup is kept for its clients after a restore of etcd, and given back to them", async () => {
  const snapshots = files();
  let given: string | undefined;
  let pool: string | undefined;
  {
    await using lab = await backedUp();
    await using _agent = startAgent(lab, snapshots);
    await lab.create(VIRTUAL_MACHINES, vm("default/db", [{ mac: mac(2) }]));
    await lab.create(VIRTUAL_MACHINES, vm("default/gone", [{ mac: mac(3) }]));
    await reported(lab);
    given = (await lab.allocations(POOL))[mac(2)];
    pool = (await lab.pool(POOL)).metadata.uid;
  }
  await using lab = await backedUp();
  strictEqual((await lab.pool(POOL)).metadata.uid, pool, "the same pool, of an earlier time");
  await using _agent = startAgent(lab, snapshots);
  await reported(lab);
  const { status } = await lab.pool(POOL);
  strictEqual(status?.ipv4?.released?.[given ?? ""]?.macAddress, mac(2));
  const condition = getCondition(status?.conditions, "CacheReady");
  strictEqual(condition?.reason, "AddressesLost");
  match(condition?.message ?? "", new RegExp(`Address ${given} of ${mac(2)} is kept`));
  // Others come before the VM that held the address is made again.
  for (let n = 10; n < 17; n++) {
    await lab.create(VIRTUAL_MACHINES, vm(`default/vm-${n}`, [{ mac: mac(n) }]));
  }
  await lab.settle();
  await lab.create(VIRTUAL_MACHINES, vm("default/db", [{ mac: mac(2) }]));
  await lab.settle();
  strictEqual((await lab.allocations(POOL))[mac(2)], given);
  const told = (await lab.events("net-48")).filter(({ reason }) => reason === "AddressesLost");
  strictEqual(told[0]?.type, "Warning");
  // When a lease of the time that is lost is over, nothing is left of it.
  await lab.pass(700_000);
  await reported(lab);
  deepStrictEqual((await lab.pool(POOL)).status?.ipv4?.released, undefined);
  strictEqual(
    getCondition((await lab.pool(POOL)).status?.conditions, "CacheReady")?.reason,
    "Planned",
  );
});

Deno.test("S1: what agents gave since the backup counts also where the restore took their Deployment, before any is made anew", async () => {
  await using lab = new AgentsLab();
  await lab.create(NAMESPACES, { metadata: { name: NAMESPACE } });
  await lab.template();
  await lab.network("net-48", "mgmt");
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  const pod = { namespace: NAMESPACE, name: "agent-mgmt-1" };
  const given = [[parseIPv4("192.168.48.90"), parseMac(mac(1))]] as const;
  const told = {
    ready: true,
    reason: "Standby",
    message: "",
    interfaceName: "vd1",
    lost: formatAddresses(given),
  };
  await lab.create(LEASES, {
    metadata: {
      namespace: NAMESPACE,
      name: "agent-mgmt",
      labels: { [AGENT_LEASE_LABEL]: "true" },
      annotations: {
        [AGENT_REPORT_ANNOTATION]: JSON.stringify({ pod, pools: { [POOL]: told } }),
      },
    },
    spec: { holderIdentity: pod.name, leaseDurationSeconds: 5 },
  });
  lab.start(lab.options());
  await lab.settle();
  deepStrictEqual(await lab.allocations(POOL), { [mac(1)]: "192.168.48.90" });
});
