/**
 * The server dies and comes back.
 *
 * @module
 */
import type { Scene } from "../scene.ts";
import type { Chapter } from "./chapter.ts";
import { NET_48, TENANT_48 } from "./paths.ts";

/** `kill -9` and a restart. */
export const killedServer: Chapter = {
  title: "The server is killed with kill -9 and started again: nothing is lost",
  async play(scene) {
    const { tell, server, nics } = scene;
    const before = await allocations(scene);
    const addresses = new Map(nics.map((nic) => [nic, nic.lease().address]));
    tell.did(`kill -9 ${server.pid}`);
    await server.crash();
    const kept = await Promise.all(
      nics.map(async (nic) => (await nic.addresses()).join() === addresses.get(nic)),
    );
    tell.check("Without the server, every machine keeps its address", kept.every((one) => one));
    tell.did(`deno task standalone --manifests ${scene.files.directory} &`);
    const seconds = await server.start();
    tell.check(
      `The server is ready again after ${seconds.toFixed(1)} s, process ${server.pid}`,
      true,
    );
    const after = await allocations(scene);
    tell.check("Every allocation is as it was", {
      holds: after === before,
      found: `${before} became ${after}`,
    });

    const renewing = scene.at("test-vm").nic;
    renewing.forget();
    renewing.renew();
    const renewed = await renewing.whenLease("renewed");
    tell.check(
      `${renewing.name} renews ${renewed.address} with the server that came back`,
      renewed.address === addresses.get(renewing),
    );
    const rebooting = scene.at("db").nic;
    await rebooting.powerOff();
    rebooting.forget();
    rebooting.powerOn();
    const rebooted = await rebooting.whenLease("has an address");
    tell.check(
      `${rebooting.name} crashes, boots, and has ${rebooted.address} again (${rebooted.event})`,
      rebooted.address === addresses.get(rebooting),
    );
  },
};

/** Everything that both pools gave out, as text to compare. */
async function allocations(scene: Scene): Promise<string> {
  const records = await Promise.all([NET_48, TENANT_48].map((pool) => scene.record(pool)));
  return JSON.stringify(records.map(({ allocated }) => Object.entries(allocated ?? {}).sort()));
}
