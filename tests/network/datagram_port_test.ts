import assert from "node:assert/strict";
import { FastPort } from "../../agent/socket/fast_port.ts";
import { LinuxNetwork } from "../../agent/host/linux_network.ts";
import { PlainPort } from "../../agent/socket/plain_port.ts";
import { datagramPortCases } from "./datagram_port_cases.ts";
import { Lab } from "./lab.ts";
import { enterPrivateNetwork } from "./namespaces.ts";
import { udpFrame } from "./packets.ts";
import { RawClient } from "./raw_client.ts";

datagramPortCases({ name: "FastPort", open: (link) => new FastPort(link), reachesHardware: true });
datagramPortCases({
  name: "PlainPort",
  open: (link) => new PlainPort(link),
  reachesHardware: false,
});

Deno.test("FastPort hears its own interface only, and many share one UDP port", async () => {
  using _network = enterPrivateNetwork();
  await using lab = await Lab.open();
  using host = new LinuxNetwork();
  const names = Array.from({ length: 5 }, (_, number) => `br${number}`);
  for (const name of names) await lab.bridge(name);
  const links = host.read().links;
  const ports = names.map((name) => {
    const link = links.get(name);
    assert.ok(link);
    return new FastPort(link);
  });
  try {
    for (const [number, bridge] of names.entries()) {
      const guest = await lab.guest({ bridge });
      using client = new RawClient(guest);
      client.sendFrame(udpFrame({ sourceMac: guest.macAddress }, new Uint8Array(300).fill(number)));
    }
    for (const [number, port] of ports.entries()) {
      assert.equal(await port.receive(), 1);
      assert.equal(port.requests[0]?.bytes[0], number);
    }
  } finally {
    await Promise.all(ports.map((port) => port.close()));
  }
});

Deno.test("FastPort gets the receive buffer that it asks for", async () => {
  using _network = enterPrivateNetwork();
  await using lab = await Lab.open();
  using host = new LinuxNetwork();
  await lab.bridge("br0");
  const link = host.read().links.get("br0");
  assert.ok(link);
  const port = new FastPort(link);
  assert.deepEqual(port.limits, []);
  await port.close();
});
