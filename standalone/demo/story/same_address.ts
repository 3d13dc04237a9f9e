/**
 * Machines give their addresses back, restart, and have them again.
 *
 * @module
 */
import type { Chapter } from "./chapter.ts";

/** DHCPRELEASE, then a new start. */
export const sameAddress: Chapter = {
  title: "Released and restarted, every machine gets the same address again",
  async play(scene) {
    const { tell, nics } = scene;
    const before = new Map(nics.map((nic) => [nic, nic.lease().address]));
    tell.say("Each client sends a DHCPRELEASE and ends, as a guest does that is shut down.");
    await Promise.all(nics.map((nic) => nic.release()));
    const left = (await Promise.all(nics.map((nic) => nic.addresses()))).flat();
    tell.check("No machine has an address any more", {
      holds: left.length === 0,
      found: left.join(),
    });
    for (const nic of nics) nic.powerOn();
    for (const nic of nics) {
      const { address } = await nic.whenLease("has an address");
      tell.check(
        `${nic.name} has ${address} again`,
        { holds: address === before.get(nic), found: `it had ${before.get(nic)}` },
      );
    }
  },
};
