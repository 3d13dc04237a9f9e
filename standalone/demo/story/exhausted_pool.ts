/**
 * A pool runs out of addresses, says so, and grows.
 *
 * @module
 */
import { getCondition } from "../../../core/api/condition.ts";
import { VMNETCFGS } from "../../../kube/mod.ts";
import type { Chapter } from "./chapter.ts";
import { POOLS, TENANT_48 } from "./paths.ts";

/** Three machines want two addresses. */
export const exhaustedPool: Chapter = {
  title: "An exhausted pool says why, and heals when it grows",
  async play(scene) {
    const { tell, files, server, signal } = scene;
    tell.say(
      "The tenant's pool has two addresses, 192.168.48.81 and .82. Three jobs want one each.",
    );
    for (const name of ["job-1", "job-2"]) files.put(`${name}.yaml`);
    for (const name of ["job-1", "job-2"]) await scene.allocated(`tenant/${name}`);
    files.put("job-3.yaml");
    tell.did(`cp job-1.yaml job-2.yaml job-3.yaml ${files.directory}/`);
    const { nic } = await scene.machine("job-3");
    nic.powerOn();
    const configs = server.client.of(VMNETCFGS);
    const condition = await scene.until("job-3 is told why it has no address", async () => {
      const config = await configs.get({ namespace: "tenant", name: "job-3" }, { signal });
      const allocated = getCondition(config?.status?.conditions, "Allocated");
      return allocated?.status === "False" ? allocated : undefined;
    });
    tell.did("kubectl -n tenant get vmnetcfg job-3 -o yaml      # status.conditions");
    tell.show([`Allocated=${condition.status}  ${condition.reason}: ${condition.message}`]);
    tell.check(
      "job-3 has a condition that says why",
      { holds: condition.reason === "PoolExhausted", found: condition.reason ?? "none" },
    );
    const event = await scene.event("VirtualMachine/job-3", "PoolExhausted");
    tell.did("kubectl -n tenant get events");
    tell.show([`${event.type}  ${event.reason}  virtualmachine/job-3  ${event.message}`]);
    tell.check("Its VirtualMachine has an Event that says so", event.type === "Warning");
    const sent = await scene.until("job-3 asked twice", async () => {
      const log = await Deno.readTextFile(`${nic.directory}/log`);
      const discovers = log.split("broadcasting discover").length - 1;
      return discovers >= 2 ? discovers : undefined;
    });
    tell.check(
      `Its client asked ${sent} times and was not answered`,
      nic.lease().address === undefined,
    );
    files.edit("tenant-pool.yaml", { from: "end: 192.168.48.82", to: "end: 192.168.48.83" });
    tell.did("sed -i s/192.168.48.82/192.168.48.83/ tenant-pool.yaml");
    const { address } = await nic.whenLease("has an address");
    tell.check(
      `The pool grew by one address, and job-3 has it: ${address}`,
      address === "192.168.48.83" && await scene.allocated("tenant/job-3") === address,
    );
    tell.did("kubectl get ippl -A");
    tell.show(await server.table(POOLS));
    const { available } = await scene.record(TENANT_48);
    tell.check(
      "The pool is full, and everyone has an address",
      {
        holds: available === 0,
        found: `available ${available}`,
      },
    );
  },
};
