/**
 * An edit of a pool reaches the machines.
 *
 * @module
 */
import type { Chapter } from "./chapter.ts";
import { NET_48, TENANT_48 } from "./paths.ts";

/** A new DNS server in both pools. */
export const editedDns: Chapter = {
  title: "An edited DNS server arrives with the next renewal; nothing is restarted",
  async play(scene) {
    const { tell, files, server } = scene;
    const { pid } = server;
    files.edit("net-48.yaml", { from: "1.1.1.1", to: "9.9.9.9" });
    tell.did("sed -i s/1.1.1.1/9.9.9.9/ net-48.yaml");
    files.edit("tenant-pool.yaml", { from: "8.8.8.8", to: "8.8.4.4" });
    tell.did("sed -i s/8.8.8.8/8.8.4.4/ tenant-pool.yaml");
    for (const [pool, dns] of [[NET_48, "9.9.9.9"], [TENANT_48, "8.8.4.4"]] as const) {
      await scene.until(
        `IPPool ${pool} says ${dns}`,
        async () => (await scene.pool(pool)).spec.ipv4Config.dns?.[0] === dns,
      );
      await scene.served(pool);
    }
    tell.say(
      "udhcpc and dhcpcd renew on a signal; dhclient by itself, since its pool's leases last 12 s only.",
    );
    for (const name of ["test-vm", "db"] as const) scene.at(name).nic.renew();
    for (
      const [name, dns] of [["test-vm", "9.9.9.9"], ["db", "9.9.9.9"], ["app", "8.8.4.4"]] as const
    ) {
      const { nic } = scene.at(name);
      const { event, address } = await nic.whenLease(
        `renewed and was told DNS ${dns}`,
        (lease) => lease.dns === dns,
      );
      tell.check(
        `${nic.name} renewed ${address} (${event}) and uses DNS ${dns} now`,
        { holds: /^renew$/i.test(event), found: event },
      );
    }
    tell.check(`The server is still process ${pid}`, server.pid === pid);
  },
};
