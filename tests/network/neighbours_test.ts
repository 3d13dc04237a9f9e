/** Who else is on the network: declined addresses, machines inside the range, other DHCP servers. */
import assert from "node:assert/strict";
import { getCondition, IPPoolCondition } from "../../core/api/mod.ts";
import { parseIPv4 } from "../../core/net/mod.ts";
import type { Guest } from "./guest.ts";
import { metric } from "./metrics.ts";
import { arpOf, decline, POOL, Segment, SERVER, strangerOn } from "./neighbour_segment.ts";
import { discover, RawClient } from "./raw_client.ts";
import { whenPool } from "./served_lab.ts";
import { until } from "./wait.ts";

/** A DHCP server on a guest, which gives addresses to everybody. */
function dnsmasqOn(guest: Guest): AsyncDisposable {
  const [program = "", ...args] = guest.command(
    ...["dnsmasq", "--keep-in-foreground", "--port=0", "--interface=eth0", "--no-ping"],
    ...["--dhcp-range=192.168.48.200,192.168.48.210,1h", "--leasefile-ro", "--user=root"],
    ...["--pid-file=", "--conf-file=/dev/null", "--dhcp-authoritative"],
  );
  const process = new Deno.Command(program, {
    args,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    [Symbol.asyncDispose]: async () => {
      await guest.run("pkill", "-KILL", "-x", "dnsmasq").catch(() => undefined);
      await process.status;
    },
  };
}

Deno.test("T3: a declined address that another machine has is in conflict within 2 s, and its VM is offered another one", async () => {
  await using segment = await Segment.open({ start: "192.168.48.81", end: "192.168.48.84" });
  using client = new RawClient(await segment.served.lab.guest({ bridge: "br0" }));
  const address = await segment.reserve(client.guest.macAddress);
  await segment.whenServing();
  const offer = await until(
    () => client.ask({ message: discover() }).catch(() => undefined),
    { what: "the client is offered its address" },
  );
  assert.equal(offer.message.yiaddr, parseIPv4(address));
  const stranger = await segment.stranger(address);
  client.say({ message: decline(address) });
  const took = await segment.whenConflict(address, stranger);
  assert.ok(took < 2_000, `${took} ms`);
  const other = await until(() => segment.addressOf(client.guest.macAddress), {
    what: "the client has another address",
  });
  assert.notEqual(other, address);
  await until(async () => {
    const { message } = await client.ask({ message: discover() });
    return message.yiaddr === parseIPv4(other);
  }, { what: "the client is offered the other address" });
  await segment.whenTold("AddressDeclined");
});

Deno.test("T3: a forged decline of a VM that uses its address is nothing, though the forger answers ARP for it", async () => {
  await using segment = await Segment.open({ start: "192.168.48.81", end: "192.168.48.84" });
  const victim = await segment.served.lab.guest({ bridge: "br0" });
  const address = await segment.reserve(victim.macAddress);
  await victim.run("ip", "address", "add", `${address}/24`, "dev", "eth0");
  await segment.whenServing();
  const forger = await segment.stranger(address);
  using client = new RawClient(forger);
  await until(() => client.say({ sourceMac: victim.macAddress, message: decline(address) }) > 0, {
    what: "the decline is sent",
  });
  await until(
    async () =>
      await metric(segment.agent, "vmdhcpagent_declines_total", 'result="owner_answers"') > 0,
    { what: "the agent has looked into it" },
  );
  assert.equal(await segment.addressOf(victim.macAddress), address);
});

Deno.test("a machine inside the range is found before anybody wants its addresses, and they are never given out", async () => {
  let stranger: Guest | undefined;
  await using segment = await Segment.open(
    { start: "192.168.48.81", end: "192.168.48.84" },
    {},
    // The range is asked through at once, and then not for an hour.
    async (lab) => void (stranger = await strangerOn(lab, ["192.168.48.82", "192.168.48.83"])),
  );
  assert.ok(stranger);
  await segment.whenServing();
  await segment.whenConflict("192.168.48.82", stranger);
  await segment.whenConflict("192.168.48.83", stranger);
  const given = [];
  for (const n of [1, 2]) given.push(await segment.reserve(`52:54:00:00:66:0${n}`));
  assert.deepEqual(given.sort(), ["192.168.48.81", "192.168.48.84"]);
  await segment.whenTold("AddressesInUse");
  assert.equal(await metric(segment.agent, "vmdhcpagent_addresses_in_use"), 2);
});

Deno.test("a machine that comes when the range was asked through is found by what it says", async () => {
  await using segment = await Segment.open({ start: "192.168.48.81", end: "192.168.48.99" });
  await segment.whenServing();
  await until(async () => await metric(segment.agent, "vmdhcpagent_arp_questions_total") >= 19, {
    what: "the range was asked through",
  });
  const stranger = await segment.stranger("192.168.48.90");
  await stranger.run("ping", "-c", "1", "-W", "1", "192.168.48.91").catch(() => undefined);
  await segment.whenConflict("192.168.48.90", stranger);
});

for (const mode of ["passive", "off"] as const) {
  Deno.test(`conflictDetection ${mode}: nothing is asked, and a machine that is heard is ${mode === "off" ? "not " : ""}believed`, async () => {
    await using segment = await Segment.open(
      { start: "192.168.48.81", end: "192.168.48.99" },
      { conflictDetection: mode },
    );
    using listener = new RawClient(await segment.served.lab.guest({ bridge: "br0" }));
    await segment.whenServing();
    const stranger = await segment.stranger("192.168.48.90");
    await stranger.run("ping", "-c", "1", "-W", "1", "192.168.48.91").catch(() => undefined);
    if (mode === "passive") await segment.whenConflict("192.168.48.90", stranger);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const frames = listener.frames();
    const asked = arpOf(frames).filter(({ operation, senderAddress, targetAddress }) =>
      operation === 1 && senderAddress === "0.0.0.0" && targetAddress !== SERVER
    );
    assert.deepEqual(asked, []);
    assert.equal((await segment.allocated())["192.168.48.90"] === "CONFLICT", mode === "passive");
    assert.equal(await metric(segment.agent, "vmdhcpagent_arp_questions_total"), 0);
  });
}

Deno.test("a foreign dnsmasq is named within 10 s of its first offer, by an Event and a metric too", async () => {
  await using segment = await Segment.open({ start: "192.168.48.81", end: "192.168.48.84" });
  const host = await segment.stranger("192.168.48.2");
  using client = new RawClient(await segment.served.lab.guest({ bridge: "br0" }));
  await segment.whenServing();
  await until(() => segment.agent.report().pools[POOL]?.foreignServers?.length === 0, {
    what: "the agent says that there is no other server",
    timeoutMs: 15_000,
  });
  await using _dnsmasq = dnsmasqOn(host);
  // A client that the pool does not know asks: dnsmasq offers by broadcast, and the agent hears it.
  await until(() => {
    client.say({ message: discover({ flags: 0x8000 }) });
    return client.replies().some(({ source }) => source === "192.168.48.2");
  }, { what: "dnsmasq offers", everyMs: 100 });
  const from = performance.now();
  const message = await until(async () => {
    const { conditions } = (await segment.pool()).status ?? {};
    return getCondition(conditions, IPPoolCondition.ForeignDHCPServer)?.message;
  }, { what: "the pool names the other server" });
  assert.ok(performance.now() - from < 10_000);
  assert.equal(
    message,
    `Another DHCP server answers on the network: 192.168.48.2 (${host.macAddress})`,
  );
  await segment.whenTold("ForeignDHCPServer");
  assert.equal(await metric(segment.agent, "vmdhcpagent_foreign_dhcp_servers"), 1);
});

Deno.test("a foreign DHCP server that answers nobody else is found by the agent's own question", async () => {
  let server: { readonly host: Guest; readonly dnsmasq: AsyncDisposable } | undefined;
  await using segment = await Segment.open(
    { start: "192.168.48.81", end: "192.168.48.84" },
    {},
    // It answers before the agent asks, which does so at its start and then not for five minutes.
    async (lab) => {
      const host = await strangerOn(lab, ["192.168.48.2"]);
      server = { host, dnsmasq: dnsmasqOn(host) };
      using client = new RawClient(await lab.guest({ bridge: "br0" }));
      await until(() => client.ask({ message: discover() }).catch(() => undefined), {
        what: "dnsmasq answers",
      });
    },
  );
  assert.ok(server);
  const { host, dnsmasq } = server;
  await using _stopped = dnsmasq;
  const report = await whenPool(
    segment.agent,
    POOL,
    ({ foreignServers }) => (foreignServers?.length ?? 0) > 0,
  );
  assert.deepEqual(report.foreignServers, [{
    address: "192.168.48.2",
    macAddress: host.macAddress,
  }]);
});
