import assert from "node:assert/strict";
import { VIRTUAL_MACHINES, VMNETCFGS } from "../../kube/mod.ts";
import { assertConsistent } from "./invariants.ts";
import type { Lab } from "./lab.ts";
import { mac, vm } from "./objects.ts";
import { ready } from "./ready.ts";

/** A leadership that the test gives and takes. */
class Term {
  readonly #handlers: (() => void)[] = [];
  leading = false;

  onChange(handler: () => void): void {
    this.#handlers.push(handler);
  }

  set(leading: boolean): void {
    this.leading = leading;
    for (const handler of this.#handlers) handler();
  }
}

async function pause(lab: Lab, paused: boolean): Promise<void> {
  await lab.patch(VMNETCFGS, "default/web", { spec: { paused } });
  await lab.settle();
}

Deno.test("a controller that leads again writes nothing of what it remembers", async () => {
  const [first, second] = [new Term(), new Term()];
  first.leading = true;
  await using lab = await ready({ leadership: first });
  lab.start({ leadership: second });
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const [address = ""] = await lab.addresses("default/web");

  first.set(false);
  await lab.clock.advance(100);
  second.set(true);
  await lab.settle();
  await pause(lab, true);
  await lab.pass(400_000); // The hold on the freed address ends with its lease.
  const annotations = { "static-ip.harvesterhci.io/nic-1": address };
  await lab.create(VIRTUAL_MACHINES, vm("default/db", [{ mac: mac(2) }], { annotations }));
  await lab.settle();
  await pause(lab, false);
  const before = [await lab.config("default/web"), await lab.config("default/db")];
  assert.deepEqual(await lab.addresses("default/db"), [address]);

  second.set(false);
  await lab.clock.advance(100);
  first.set(true);
  await lab.settle();
  assert.deepEqual([await lab.config("default/web"), await lab.config("default/db")], before);
  await assertConsistent(lab);
});
