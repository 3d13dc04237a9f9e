import assert from "node:assert/strict";
import { IPPOOLS, VIRTUAL_MACHINES } from "../../kube/mod.ts";
import { assertConsistent } from "./invariants.ts";
import { Lab } from "./lab.ts";
import { mac, pool, vm } from "./objects.ts";

Deno.test("two controllers that race give no address twice and lose none", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    await using lab = new Lab(seed);
    await lab.create(
      IPPOOLS,
      pool("default/net-48", { pool: { start: "192.168.48.81", end: "192.168.48.120" } }),
    );
    lab.start();
    lab.start();
    for (let n = 1; n <= 20; n++) {
      await lab.create(VIRTUAL_MACHINES, vm(`default/vm-${n}`, [{ mac: mac(n) }]));
    }
    await lab.settle();
    await lab.pass(180_000);
    await assertConsistent(lab);
    assert.equal(Object.keys(await lab.allocations("default/net-48")).length, 20);
    for (let n = 1; n <= 20; n += 2) await lab.delete(VIRTUAL_MACHINES, `default/vm-${n}`);
    for (let n = 21; n <= 40; n++) {
      await lab.create(VIRTUAL_MACHINES, vm(`default/vm-${n}`, [{ mac: mac(n) }]));
    }
    await lab.pass(180_000);
    await assertConsistent(lab);
    assert.equal(Object.keys(await lab.allocations("default/net-48")).length, 30);
  }
});
