import assert from "node:assert/strict";
import { LinuxNetwork } from "../../agent/host/linux_network.ts";
import { formatIPv4, formatMac } from "../../core/net/mod.ts";
import { ip } from "./command.ts";
import { Lab } from "./lab.ts";
import { enterPrivateNetwork } from "./namespaces.ts";
import { arpReply, udpFrame } from "./packets.ts";
import { RawLink } from "./raw_link.ts";
import { until } from "./wait.ts";

const CHANGES: readonly (readonly [command: string, what: string])[] = [
  ["link add br0 type bridge", "a new interface"],
  ["link set br0 up", "an interface that goes up"],
  ["address add 192.168.48.5/24 dev br0", "a new address"],
  ["address del 192.168.48.5/24 dev br0", "an address that goes"],
  ["link del br0", "an interface that goes"],
];

Deno.test("LinuxNetwork hears of interfaces and addresses that come and go", async () => {
  using _network = enterPrivateNetwork();
  await using _lab = await Lab.open();
  using host = new LinuxNetwork();
  for (const [command, what] of CHANGES) {
    await ip(command);
    assert.equal(host.changed(), true, what);
    assert.equal(host.changed(), false, `${what}, told twice`);
  }
});

Deno.test("E7: LinuxNetwork writes beside an interface what it is for, as ip link shows it, and takes it away", async () => {
  using _network = enterPrivateNetwork();
  await using lab = await Lab.open();
  using host = new LinuxNetwork();
  await lab.bridge("br0");
  const link = () => {
    const found = host.read().links.get("br0");
    assert.ok(found);
    return found;
  };
  assert.equal(link().alias, "");
  for (const alias of ["vm-dhcp: default/net-48", "n".repeat(255)]) {
    host.describe(link(), alias);
    assert.equal(link().alias, alias);
    assert.match(await ip("link show dev br0"), new RegExp(`alias ${alias}$`, "m"));
  }
  host.describe(link(), "");
  assert.equal(link().alias, "");
});

const EVERYBODY = {
  operation: 1,
  senderMac: "ff:ff:ff:ff:ff:ff",
  senderAddress: "0.0.0.0",
  targetAddress: "0.0.0.0",
};

Deno.test("LinuxNetwork hears of a network what is said on it, and nothing that is said on another", async () => {
  using _network = enterPrivateNetwork();
  await using lab = await Lab.open();
  using host = new LinuxNetwork();
  for (const name of ["red", "blue"]) await lab.bridge(name);
  const { links } = host.read();
  const [red, blue] = [links.get("red"), links.get("blue")];
  assert.ok(red && blue);
  const guest = await lab.guest({ bridge: "red" });
  const [onRed, onBlue] = [host.listen(red), host.listen(blue)];
  try {
    using wire = new RawLink(guest);
    const { macAddress: mac } = guest;
    const claim = arpReply({ mac, address: "192.168.48.5" }, EVERYBODY);
    const ports = { sourcePort: 67, destinationPort: 68 };
    wire.send(claim, udpFrame({ sourceMac: mac, ...ports }, Uint8Array.of(1, 2, 3)));
    const claims = await until(() => whereAny(onRed.claims()), { what: "the claim is heard" });
    assert.deepEqual(
      claims.map(({ address, mac }) => [formatIPv4(address), formatMac(mac)]),
      [["192.168.48.5", mac]],
    );
    const replies = await until(() => whereAny(onRed.replies()), { what: "the reply is heard" });
    assert.deepEqual(replies.map(({ payload }) => [...payload]), [[1, 2, 3]]);
    assert.deepEqual([onBlue.claims(), onBlue.replies()], [[], []]);
  } finally {
    await Promise.all([onRed.close(), onBlue.close()]);
  }
});

function whereAny<T>(heard: readonly T[]): readonly T[] | undefined {
  return heard.length === 0 ? undefined : heard;
}
