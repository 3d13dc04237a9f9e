import assert from "node:assert/strict";
import type { RunningAgent } from "../../agent/types.ts";
import { DHCP_CLIENTS, DhcpClient, type DhcpClientName } from "./dhcp_client.ts";
import type { Guest } from "./guest.ts";
import { countedPackets } from "./metrics.ts";
import { ServedLab, serving } from "./served_lab.ts";
import { until } from "./wait.ts";

const ADDRESS = "192.168.48.81/24";
const CONFIG = {
  cidr: "192.168.48.0/24",
  serverIP: "192.168.48.77",
  router: "192.168.48.1",
  dns: ["192.168.48.53"],
};

interface Scene {
  readonly served: ServedLab;
  readonly agent: RunningAgent;
  readonly guest: Guest;
  /** Writes the pool anew, with the guest's lease. */
  readonly write: (config: Partial<typeof CONFIG & { leaseTime: number }>) => Promise<void>;
  readonly start: () => DhcpClient;
}

/** A guest with a lease, and a client that is started in it. */
async function onScene(name: DhcpClientName, test: (scene: Scene) => Promise<void>): Promise<void> {
  await using served = await ServedLab.open();
  await served.lab.bridge("br0");
  const guest = await served.lab.guest({ bridge: "br0" });
  const write: Scene["write"] = (config) =>
    served.pool({
      name: "net-48",
      config: { ...CONFIG, ...config },
      leases: { "192.168.48.81": guest.macAddress },
    });
  await write({});
  const agent = served.agent([{ pool: "default/net-48", interfaceName: "br0" }]);
  await agent.whenPool("default/net-48", serving, served.patience);
  await test({ served, agent, guest, write, start: () => new DhcpClient(name, guest) });
}

async function hasNameServer(client: DhcpClient, address: string): Promise<void> {
  await until(async () => (await client.nameServers()).includes(address), {
    what: `${address} is the name server`,
  });
}

for (const name of DHCP_CLIENTS) {
  Deno.test(`${name} gets the address and the options of its pool`, () =>
    onScene(name, async ({ guest, start }) => {
      await using client = start();
      await guest.hasAddress(ADDRESS);
      await hasNameServer(client, "192.168.48.53");
      assert.deepEqual(await client.nameServers(), ["192.168.48.53"]);
      assert.match(await guest.run("ip", "route"), /^default via 192\.168\.48\.1 dev eth0/m);
    }));

  Deno.test(`${name} gives its address back, and gets the same one again`, () =>
    onScene(name, async ({ agent, guest, start }) => {
      {
        await using client = start();
        await guest.hasAddress(ADDRESS);
        await hasNameServer(client, "192.168.48.53");
        await client.release();
        await guest.hasNoAddress();
      }
      await until(() => countedPackets(agent, { type: "release", reason: "released" }), {
        what: "the release is counted",
      });
      await using _again = start();
      await guest.hasAddress(ADDRESS);
    }));
}

for (const name of ["udhcpc", "dhcpcd"] as const) {
  Deno.test(`rule 98: ${name} gets an edited name server with its next renewal`, () =>
    onScene(name, async ({ guest, write, start }) => {
      await using client = start();
      await guest.hasAddress(ADDRESS);
      await hasNameServer(client, "192.168.48.53");
      await write({ dns: ["192.168.48.54"] });
      await client.renew();
      await hasNameServer(client, "192.168.48.54");
      assert.deepEqual(await guest.addresses(), [ADDRESS]);
    }));
}

Deno.test("dhcpcd rebinds when the server's address has changed", () =>
  onScene("dhcpcd", async ({ served, agent, guest, write, start }) => {
    await write({ leaseTime: 8 });
    await using client = start();
    await guest.hasAddress(ADDRESS);
    await write({ leaseTime: 8, serverIP: "192.168.48.78" });
    await until(() => served.host.read().addresses.some(({ address }) => address === 0xc0a8304e), {
      what: "the server has its new address",
    });
    const before = await countedPackets(agent, { type: "request", result: "ack" });
    // The old address answers no ARP any more, so nothing but a broadcast arrives, after seven eighths of the lease.
    await until(
      async () => await countedPackets(agent, { type: "request", result: "ack" }) > before,
      {
        what: "the client has rebound",
        timeoutMs: 12_000,
      },
    );
    assert.deepEqual(await guest.addresses(), [ADDRESS]);
    assert.match(await client.stop(), /rebind/i);
  }));

Deno.test("a VM whose address was changed is refused its renewal, and gets the new one", () =>
  onScene("udhcpc", async ({ served, guest, start }) => {
    await using client = start();
    await guest.hasAddress(ADDRESS);
    await served.pool({
      name: "net-48",
      config: CONFIG,
      leases: { "192.168.48.99": guest.macAddress },
    });
    await client.renew();
    await guest.hasAddress("192.168.48.99/24");
  }));
