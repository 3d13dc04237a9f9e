/**
 * What clients are put to, each on a stage of its own.
 *
 * @module
 */
import assert from "node:assert/strict";
import { until } from "../../network/wait.ts";
import type { ServedLab } from "../../network/served_lab.ts";
import type { ClientKind, Deed } from "./client_kind.ts";
import { DhcpClient } from "./dhcp_client.ts";
import type { Sight } from "../record.ts";
import { ADDRESS, Stage } from "./stage.ts";

const BOUND = `${ADDRESS}/24`;
/** For clients that only renew by themselves. */
const SHORT = { leaseTime: 60, renewalTime: 3, rebindingTime: 50 };
/** udhcpc knows no renewal times, and takes no lease for shorter than 16 s. */
const SHORTEST = { leaseTime: 16, renewalTime: 2, rebindingTime: 4 };
/** Nine clients start at once, and each may have a bus beside it: 26 s on two processors that others use, too. */
const PATIENCE_MS = 60_000;
const HOST_NAME = "web-1";

/** A stage's name becomes that of a bridge: at most 15 characters. */
type Scene = (served: ServedLab, kind: ClientKind, name: string) => Promise<
  Partial<Record<Deed, Sight>>
>;

async function bound(kind: ClientKind, stage: Stage): Promise<DhcpClient> {
  const client = await DhcpClient.start(kind, stage.guest);
  await stage.guest.hasAddress(BOUND, PATIENCE_MS);
  await client.hasNameServer("192.168.48.53");
  return client;
}

function sight(stage: Stage, after: number, does = true): Sight {
  const steps = stage.exchange().slice(after);
  // How often a step is repeated is a matter of the machine's load.
  return { does, seen: steps.filter((step, index) => step !== steps[index - 1]).join(", ") };
}

async function ask(served: ServedLab, kind: ClientKind, name: string) {
  const stage = await Stage.open(served, name);
  await using client = await bound(kind, stage);
  assert.deepEqual(await client.nameServers(), ["192.168.48.53"]);
  assert.match(await stage.guest.run("ip", "route"), /^default via 192\.168\.48\.1 dev eth0/m);
  return { dora: sight(stage, 0) };
}

async function renew(served: ServedLab, kind: ClientKind, name: string) {
  const stage = await Stage.open(served, name, SHORT);
  await using client = await bound(kind, stage);
  await stage.write({ config: { ...SHORT, dns: ["192.168.48.54"] } });
  const after = stage.exchange().length;
  if (kind.renew) await client.renew();
  await client.hasNameServer("192.168.48.54");
  assert.deepEqual(await stage.guest.addresses(), [BOUND]);
  return { renew: sight(stage, after) };
}

async function rebind(served: ServedLab, kind: ClientKind, name: string) {
  const stage = await Stage.open(served, name, SHORTEST);
  await using _client = await bound(kind, stage);
  await stage.write({ config: { ...SHORTEST, serverIP: "192.168.48.78" } });
  // The old address answers no ARP any more, so nothing but a broadcast arrives.
  const after = stage.exchange().length;
  await stage.sees(/^REQUEST \(extending\): ack$/, { after, timeoutMs: 25_000 });
  assert.deepEqual(await stage.guest.addresses(), [BOUND]);
  return { rebind: sight(stage, after) };
}

async function release(served: ServedLab, kind: ClientKind, name: string) {
  const stage = await Stage.open(served, name);
  await using client = await bound(kind, stage);
  // Or the packet waits for an answer by ARP that an address which is gone does not get.
  await until(async () => {
    await stage.guest.run("ping", "-c", "1", "-W", "1", "192.168.48.77").catch(() => undefined);
    return (await stage.guest.run("ip", "neigh", "show", "192.168.48.77")).includes("lladdr");
  }, { what: "the server's hardware address is known" });
  const after = stage.exchange().length;
  await client.release();
  await stage.guest.hasNoAddress();
  if (kind.cannot.release === undefined) await stage.sees(/^RELEASE: released$/, { after });
  const does = stage.exchange().slice(after).includes("RELEASE: released");
  return { release: sight(stage, after, does) };
}

async function reboot(served: ServedLab, kind: ClientKind, name: string) {
  const stage = await Stage.open(served, name);
  await (await bound(kind, stage)).stop();
  await stage.guest.run("ip", "address", "flush", "dev", "eth0");
  await stage.guest.run("pkill", "-KILL", "dbus-daemon").catch(() => undefined);
  await stage.guest.run("sh", "-c", "rm -rf /run/dbus /run/*.pid /run/dhcpcd*");
  const after = stage.exchange().length;
  await using _client = await DhcpClient.start(kind, stage.guest, { wanted: ADDRESS });
  await stage.guest.hasAddress(BOUND, PATIENCE_MS);
  const does = stage.exchange()[after] === "REQUEST (rebooting): ack";
  return { reboot: sight(stage, after, does) };
}

async function decline(served: ServedLab, kind: ClientKind, name: string) {
  const stage = await Stage.open(served, name);
  const squatter = await stage.another();
  await squatter.run("ip", "address", "add", BOUND, "dev", "eth0");
  await using client = await DhcpClient.start(kind, stage.guest, { probes: true });
  const declined = (step: string) => step.startsWith("DECLINE");
  const end = await until(async () => {
    if (stage.exchange().some(declined)) return "";
    if (kind.cannot.decline === undefined) return undefined;
    if (/conflict was detected/.test(client.said)) return ", does not take the address";
    return (await stage.guest.addresses()).includes(BOUND) && ", takes the address";
  }, { what: `${kind.name} has seen who has its address`, timeoutMs: 20_000 });
  const steps = stage.exchange();
  const last = steps.findIndex(declined);
  return {
    decline: {
      does: last >= 0,
      seen: steps.slice(0, last < 0 ? undefined : last + 1).join(", ") + end,
    },
  };
}

async function nak(served: ServedLab, kind: ClientKind, name: string) {
  // Most hear the refusal only when they ask again by broadcast.
  const config = { ...SHORT, rebindingTime: 8 };
  const stage = await Stage.open(served, name, config);
  await using client = await bound(kind, stage);
  const after = stage.exchange().length;
  await stage.write({ config, leases: { "192.168.48.99": stage.guest.macAddress } });
  if (kind.renew) await client.renew();
  await stage.guest.hasAddress("192.168.48.99/24", PATIENCE_MS);
  assert.ok(stage.exchange().slice(after).includes("REQUEST (extending): nak_wrong_address"));
  return { nak: sight(stage, after) };
}

async function options(served: ServedLab, kind: ClientKind, name: string) {
  const stage = await Stage.open(served, name);
  await stage.write({
    config: {
      mtu: 1400,
      routes: [{ destination: "10.0.0.0/8", gateway: "192.168.48.2" }],
      hostnames: true,
    },
    hostNames: { [stage.guest.macAddress]: HOST_NAME },
  });
  await using _client = await bound(kind, stage);
  const { guest } = stage;
  const looks: Readonly<Partial<Record<Deed, () => Promise<string | false>>>> = {
    mtu: async () => {
      if (/mtu 1400/.test(await guest.run("ip", "link", "show", "eth0"))) return "on the link";
      // Some leave the link alone.
      return /mtu 1400/.test(await guest.run("ip", "route")) && "on the routes";
    },
    routes: async () =>
      /10\.0\.0\.0\/8 via 192\.168\.48\.2/.exec(await guest.run("ip", "route"))?.[0] ?? false,
    hostname: async () => (await guest.run("hostname")).trim() === HOST_NAME && HOST_NAME,
  };
  const sights: Partial<Record<Deed, Sight>> = {};
  for (const [deed, look] of Object.entries(looks)) {
    const seen = kind.cannot[deed as Deed] === undefined
      ? await until(look, { what: `${kind.name} takes over: ${deed}` })
      : await look();
    sights[deed as Deed] = { does: seen !== false, seen: seen === false ? "nothing" : seen };
  }
  return sights;
}

async function clone(served: ServedLab, kind: ClientKind, name: string) {
  const stage = await Stage.open(served, name);
  const twin = await stage.another();
  await stage.write({
    leases: { [ADDRESS]: stage.guest.macAddress, "192.168.48.82": twin.macAddress },
  });
  const clientId = "clone";
  await using _one = await DhcpClient.start(kind, stage.guest, { clientId });
  await using _two = await DhcpClient.start(kind, twin, { clientId });
  await stage.guest.hasAddress(BOUND, PATIENCE_MS);
  await twin.hasAddress("192.168.48.82/24", PATIENCE_MS);
  assert.equal(new Set(stage.clientIds()).size, 1);
  assert.deepEqual(await stage.guest.addresses(), [BOUND]);
  return { clone: { does: true, seen: `${BOUND} and 192.168.48.82/24` } };
}

/** All of them; their names are those of stages. */
export const SCENES: Readonly<Record<string, Scene>> = {
  rebind,
  decline,
  nak,
  renew,
  reboot,
  release,
  options,
  clone,
  ask,
};
