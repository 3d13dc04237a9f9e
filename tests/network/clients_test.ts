import assert from "node:assert/strict";
import { DHCP_CLIENTS, DhcpClient } from "./dhcp_client.ts";
import { ServedLab, serving } from "./served_lab.ts";
import { until } from "./wait.ts";

const CONFIG = {
  cidr: "192.168.48.0/24",
  serverIP: "192.168.48.77",
  router: "192.168.48.1",
  dns: ["192.168.48.53"],
};

for (const name of DHCP_CLIENTS) {
  Deno.test(`${name} gets the address and the name server of its pool`, async () => {
    await using served = await ServedLab.open();
    await served.lab.bridge("br0");
    const guest = await served.lab.guest({ bridge: "br0" });
    await served.pool({
      name: "net-48",
      config: CONFIG,
      leases: { "192.168.48.81": guest.macAddress },
    });
    const agent = served.agent([{ pool: "default/net-48", interfaceName: "br0" }]);
    await agent.whenPool("default/net-48", serving, served.patience);
    await using client = new DhcpClient(name, guest);
    await guest.hasAddress("192.168.48.81/24");
    await until(async () => (await client.nameServers()).length > 0, {
      what: "the name server is known",
    });
    assert.deepEqual(await client.nameServers(), ["192.168.48.53"]);
  });
}
