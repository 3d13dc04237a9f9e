/**
 * A running machine gets a second NIC, and loses it.
 *
 * @module
 */
import type { Chapter } from "./chapter.ts";
import { TENANT_48 } from "./paths.ts";

/** Hot-plug and unplug. */
export const nicAdded: Chapter = {
  title: "A NIC is plugged into a running machine, and out again",
  async play(scene) {
    const { tell, files } = scene;
    const machine = scene.at("test-vm");
    const { used } = await scene.record(TENANT_48);
    const first = machine.nic.lease().address;
    tell.say("test-vm gets a second NIC, on the tenant's network.");
    files.put("test-vm-two-nics.yaml", "test-vm.yaml");
    tell.did("$EDITOR test-vm.yaml      # nic-2 on tenant/net-48");
    const nic = await scene.plug(machine, {
      interfaceName: "eth1",
      macAddress: "52:54:00:00:48:22",
      bridge: "br-tenant",
    });
    nic.powerOn();
    const { address } = await nic.whenLease("has an address");
    const nics = await scene.until("both NICs are shown", async () => {
      const shown = await scene.shown("default/test-vm");
      return shown?.length === 2 && shown.every(({ state }) => state === "Allocated")
        ? shown
        : undefined;
    });
    tell.check(
      `${nic.name} was given ${address} at once, without a restart of the machine`,
      nics.some((shown) =>
        shown.macAddress === nic.macAddress && shown.allocatedIPAddress === address
      ),
    );
    files.put("test-vm.yaml");
    tell.did("$EDITOR test-vm.yaml      # without nic-2");
    await machine.unplug("eth1");
    await scene.until(
      "the second NIC is gone",
      async () => (await scene.shown("default/test-vm"))?.length === 1,
    );
    await scene.until(
      `IPPool ${TENANT_48} has the address back`,
      async () => (await scene.record(TENANT_48)).used === used,
    );
    tell.check(`IPPool ${TENANT_48} has ${address} back: ${used} used, as before`, true);
    tell.check(
      `The first NIC was not disturbed: ${first}`,
      (await scene.shown("default/test-vm"))?.[0]?.allocatedIPAddress === first &&
        (await machine.nic.addresses()).join() === first,
    );
  },
};
