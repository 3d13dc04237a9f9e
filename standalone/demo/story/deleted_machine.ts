/**
 * A machine is deleted.
 *
 * @module
 */
import type { Chapter } from "./chapter.ts";
import { POOLS, TENANT_48 } from "./paths.ts";

/** Its address is free again. */
export const deletedMachine: Chapter = {
  title: "A deleted machine's address comes back",
  async play(scene) {
    const { tell, files, server } = scene;
    const before = await scene.record(TENANT_48);
    const address = await scene.allocated("tenant/job-3");
    await scene.at("job-3").powerOff();
    files.remove("job-3.yaml");
    tell.did("rm job-3.yaml");
    await scene.until(
      "its VirtualMachineNetworkConfig is gone",
      async () => await scene.shown("tenant/job-3") === undefined,
    );
    const after = await scene.until(`${address} is back`, async () => {
      const record = await scene.record(TENANT_48);
      return record.allocated?.[address] === undefined ? record : undefined;
    });
    tell.check("Its VirtualMachineNetworkConfig is gone, finalizer and all", true);
    tell.check(
      `${address} is free again: ${before.used} used became ${after.used}, ${before.available} available became ${after.available}`,
      after.used === before.used - 1 && after.available === before.available + 1,
    );
    tell.did("kubectl get ippl -A");
    tell.show(await server.table(POOLS));
  },
};
