import assert from "node:assert/strict";
import type { ResolveHost } from "../../controller/types.ts";
import { IPPOOLS, VIRTUAL_MACHINES } from "../../kube/mod.ts";
import type { Lab } from "./lab.ts";
import { mac, pool, vm } from "./objects.ts";
import { ready } from "./ready.ts";

async function nameServers(lab: Lab, ntp: readonly string[]): Promise<void> {
  await lab.patch(IPPOOLS, "default/net-48", { spec: { ipv4Config: { ntp } } });
  await lab.settle();
}

async function ntpServers(lab: Lab): Promise<unknown> {
  return (await lab.pool("default/net-48")).status?.ipv4?.ntpServers;
}

Deno.test("names of NTP servers are resolved, refreshed, and removed with the spec", async () => {
  const answers = { "a.example": ["10.0.0.2", "10.0.0.1"], "b.example": ["10.0.0.3"] };
  const resolveHost: ResolveHost = (name) => Promise.resolve(answers[name as keyof typeof answers]);
  await using lab = await ready({ resolveHost });
  await nameServers(lab, ["a.example", "192.168.48.5", "b.example"]);
  assert.deepEqual(await ntpServers(lab), {
    "a.example": ["10.0.0.1", "10.0.0.2"],
    "b.example": ["10.0.0.3"],
  });
  answers["b.example"] = ["10.0.0.4"];
  await lab.pass(3_700_000);
  assert.deepEqual(await ntpServers(lab), {
    "a.example": ["10.0.0.1", "10.0.0.2"],
    "b.example": ["10.0.0.4"],
  });
  await nameServers(lab, []);
  assert.equal(await ntpServers(lab), undefined);
});

Deno.test("a look-up that never ends holds nobody up, and is tried again", async () => {
  let asked = 0;
  const resolveHost: ResolveHost = () => {
    asked++;
    return asked < 3 ? new Promise(() => {}) : Promise.resolve(["10.0.0.1"]);
  };
  await using lab = await ready({ resolveHost });
  await lab.patch(IPPOOLS, "default/net-48", { spec: { ipv4Config: { ntp: ["slow.example"] } } });
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.clock.advance(200);
  assert.equal((await lab.addresses("default/web")).length, 1);
  await lab.pass(60_000);
  assert.ok(asked >= 3, `asked ${asked} times`);
  assert.deepEqual(await ntpServers(lab), { "slow.example": ["10.0.0.1"] });
});

Deno.test("a name that cannot be resolved keeps the addresses it had", async () => {
  let fails = false;
  const resolveHost: ResolveHost = () =>
    fails ? Promise.reject(new Error("No such host")) : Promise.resolve(["10.0.0.1"]);
  await using lab = await ready({ resolveHost });
  await nameServers(lab, ["a.example"]);
  fails = true;
  await lab.pass(8_000_000);
  assert.deepEqual(await ntpServers(lab), { "a.example": ["10.0.0.1"] });
  assert.ok(
    lab.log.lines.some(({ message }) => message === "NTP server's name cannot be resolved"),
  );
});

Deno.test("names of NTP servers of a single NIC are resolved, and forgotten with its options", async () => {
  const many = Array.from({ length: 20 }, (_, at) => `10.0.1.${at + 1}`);
  const resolveHost: ResolveHost = (name) =>
    Promise.resolve(name === "many.example" ? many : ["10.0.0.1"]);
  await using lab = await ready({ resolveHost });
  await nameServers(lab, ["a.example"]);
  const key = "dhcp-options.network.harvesterhci.io/nic-1";
  const annotations = { [key]: '{"ntp": ["b.example", "192.168.48.5", "many.example"]}' };
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }], { annotations }));
  await lab.settle();
  assert.deepEqual(await ntpServers(lab), {
    "a.example": ["10.0.0.1"],
    "b.example": ["10.0.0.1"],
    "many.example": many.slice(0, 8),
  });
  await lab.patch(VIRTUAL_MACHINES, "default/web", { metadata: { annotations: { [key]: null } } });
  await lab.settle();
  assert.deepEqual(await ntpServers(lab), { "a.example": ["10.0.0.1"] });
});

Deno.test("a name that no pool has any more is forgotten: where it comes again it is looked up at once", async () => {
  let address: string | undefined;
  const resolveHost: ResolveHost = () =>
    address === undefined ? Promise.reject(new Error("No such host")) : Promise.resolve([address]);
  await using lab = await ready({ resolveHost });
  await nameServers(lab, ["a.example"]);
  await nameServers(lab, []);
  address = "10.0.0.1";
  await nameServers(lab, ["a.example"]);
  assert.deepEqual(await ntpServers(lab), { "a.example": ["10.0.0.1"] }, "dropped by its pool");
  await lab.delete(IPPOOLS, "default/net-48");
  await lab.settle();
  address = "10.0.0.2";
  await lab.create(IPPOOLS, pool("default/net-48", { ntp: ["a.example"] }));
  await lab.settle();
  assert.deepEqual(await ntpServers(lab), { "a.example": ["10.0.0.2"] }, "gone with its pool");
});
