import assert from "node:assert/strict";
import {
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { assertConsistent } from "./invariants.ts";
import { Lab, type LabController } from "./lab.ts";
import { type Death, type Mortal, mortal } from "./mortal.ts";
import { mac, nad, pool, reservation, vm, vmiSpec } from "./objects.ts";
import { truthful } from "./truthful.ts";

const NET_50 = { networkName: "default/net-50" };
const STEPS: readonly ((lab: Lab) => Promise<unknown>)[] = [
  async (lab) => {
    await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/net-48"));
    await lab.create(IPPOOLS, pool("default/net-48"));
    await lab.create(
      IPPOOLS,
      pool("default/other", { cidr: "10.50.0.0/24", serverIP: "10.50.0.1", pool: {} }, NET_50),
    );
    await lab.create(
      VMNETCFGS,
      reservation("default/c", [{ macAddress: mac(4), ipAddress: "192.168.48.89" }]),
    );
  },
  async (lab) => {
    await lab.create(
      VIRTUAL_MACHINES,
      vm("default/a", [{ mac: mac(1) }, { network: "default/net-50", mac: mac(2) }]),
    );
    await lab.create(VIRTUAL_MACHINES, vm("default/b", [{ mac: mac(3) }]));
    await lab.create(VIRTUAL_MACHINES, vm("default/c", [{ mac: mac(4) }]));
  },
  async (lab) => {
    const spec = vmiSpec([{ mac: mac(5) }, { network: "default/net-50", mac: mac(1) }]);
    await lab.patch(VIRTUAL_MACHINES, "default/a", { spec: { template: { spec } } });
    await lab.patch(VMNETCFGS, "default/b", { spec: { paused: true } });
  },
  async (lab) => {
    await lab.delete(VIRTUAL_MACHINES, "default/c");
    await lab.patch(VMNETCFGS, "default/b", { spec: { paused: false } });
    await lab.delete(VIRTUAL_MACHINES, "default/a");
    await lab.create(VIRTUAL_MACHINES, vm("default/a", [{ mac: mac(5) }]));
  },
  async (lab) => {
    for (const name of ["a", "b"]) await lab.delete(VIRTUAL_MACHINES, `default/${name}`);
    await lab.delete(IPPOOLS, "default/other");
  },
];

/** Plays all steps; the first controller dies where it is told, and a new one takes its place. */
async function play(death: Death): Promise<Mortal> {
  await using lab = new Lab();
  const lies: string[] = [];
  const doomed = mortal(truthful(lab.rest(), { lies }), death);
  let running: LabController | undefined = lab.start({ rest: doomed.rest });
  for (const [index, step] of STEPS.entries()) {
    await step(lab).catch((error) => {
      // What a dead controller has not made cannot be changed.
      if (!doomed.dead) throw error;
    });
    await lab.settle();
    if (doomed.dead && running !== undefined) {
      await running.stop();
      running = undefined;
      lab.start({ rest: truthful(lab.rest(), { lies }) });
      await lab.settle();
    }
    await lab.pass(180_000);
    await assertConsistent(lab, index === 0 ? ["default/c"] : []);
  }
  assert.deepEqual(lies, []);
  assert.equal(await lab.get(IPPOOLS, "default/other"), undefined);
  assert.deepEqual(await lab.allocations("default/net-48"), {});
  return doomed;
}

Deno.test("a crash before or after any write leaks nothing and gives nothing twice", async () => {
  const { writes } = await play({ at: Infinity, when: "before" });
  assert.ok(writes > 20, `${writes} writes`);
  for (let at = 1; at <= writes; at++) {
    for (const when of ["before", "after"] as const) {
      try {
        const { dead } = await play({ at, when });
        assert.ok(dead);
      } catch (cause) {
        throw new Error(`Crash ${when} write ${at}`, { cause });
      }
    }
  }
});
