/**
 * Machines get their addresses.
 *
 * @module
 */
import type { Nic } from "../machine.ts";
import type { Scene } from "../scene.ts";
import type { Chapter } from "./chapter.ts";
import { CONFIGS, NET_48, POOLS } from "./paths.ts";

const CAST = { "test-vm": "default", db: "default", app: "tenant" } as const;

/** Two networks with one CIDR, three machines with three DHCP clients. */
export const addressesGiven: Chapter = {
  title: "Virtual machines get their addresses from IPPool manifests",
  async play(scene) {
    const { tell, files, server } = scene;
    tell.say("Two bridges, two networks, and an IPPool for each. Both pools say 192.168.48.0/24.");
    await scene.bridge("br-default");
    await scene.bridge("br-tenant");
    for (const name of ["networks.yaml", "net-48.yaml", "tenant-pool.yaml"]) files.put(name);
    tell.did(`ls ${files.directory}      # net-48.yaml is the one of the documentation`);
    tell.show(["net-48.yaml  networks.yaml  tenant-pool.yaml"]);
    tell.did(`deno task standalone --manifests ${files.directory} &`);
    const seconds = await server.start();
    tell.check(
      `The server is ready ${seconds.toFixed(1)} s after its start, process ${server.pid}`,
      true,
    );

    tell.say(
      "Three virtual machines: test-vm with busybox' udhcpc, db with dhcpcd, app with the ISC's dhclient.",
    );
    for (const name of Object.keys(CAST)) files.put(`${name}.yaml`);
    tell.did(`cp test-vm.yaml db.yaml app.yaml ${files.directory}/`);
    for (const name of Object.keys(CAST) as (keyof typeof CAST)[]) {
      await scene.allocated(`${CAST[name]}/${name}`);
      (await scene.machine(name)).nic.powerOn();
    }
    const addresses = new Map<string, string>();
    for (const name of Object.keys(CAST) as (keyof typeof CAST)[]) {
      addresses.set(
        name,
        await gotItsAddress(scene, { key: `${CAST[name]}/${name}`, nic: scene.at(name).nic }),
      );
    }
    const { netmask, router, dns, seconds: leaseTime } = scene.at("test-vm").nic.lease();
    tell.check(
      `What IPPool ${NET_48} says arrived: netmask ${netmask}, router ${router}, DNS ${dns}, ${leaseTime} s`,
      netmask === "255.255.255.0" && router === "192.168.48.1" && dns === "1.1.1.1" &&
        leaseTime === 300,
    );
    tell.check(
      `db and app have the same address, ${
        addresses.get("db")
      }, on two networks that know nothing of each other`,
      addresses.get("db") === addresses.get("app"),
    );
    tell.did("kubectl get ippl -A");
    tell.show(await server.table(POOLS));
    tell.did("kubectl get vmnetcfgs -A -o wide");
    tell.show(await server.table(CONFIGS, { wide: true }));
  },
};

async function gotItsAddress(
  scene: Scene,
  { key, nic }: { readonly key: string; readonly nic: Nic },
): Promise<string> {
  const lease = await nic.whenLease("has an address");
  const wanted = await scene.allocated(key);
  const real = await nic.addresses();
  scene.tell.check(
    `${nic.clientName} in ${nic.name} was given ${wanted}, as VirtualMachineNetworkConfig ${key} says`,
    {
      holds: lease.address === wanted && real.join() === wanted,
      found: `the client says ${lease.address}, the interface has ${real.join() || "none"}`,
    },
  );
  return wanted;
}
