import assert from "node:assert/strict";
import { MessageType } from "../../core/dhcp/mod.ts";
import { parseIPv4 } from "../../core/net/mod.ts";
import type { PoolServerInput } from "./pool_server.ts";
import { messageOf, poolWith } from "../testing/dhcp.ts";
import { MemoryPort } from "../testing/memory_port.ts";
import { ON, poolScene } from "../testing/pool_scene.ts";

Deno.test("PoolServer does not answer without its address", async () => {
  const { host, reconcile, end } = poolScene();
  host.failure = new Error("Cannot add an address: EPERM");
  assert.deepEqual(reconcile(), {
    ready: false,
    reason: "AddressMissing",
    message: "192.168.48.77 is not on eth1: Cannot add an address: EPERM",
    answers: false,
  });
  assert.equal(reconcile().reason, "Serving");
  await end();
});

Deno.test("T9: PoolServer takes no address that the process needs, leading or not, and serves when the pool has another", async () => {
  const needed = [{ address: parseIPv4("192.168.48.77"), owner: "the API server" }];
  const { host, server, reconcile, end } = poolScene({ needed: () => needed });
  const refused = {
    ready: false,
    reason: "AddressMissing",
    message:
      "192.168.48.77 is the address of the API server, which this process needs: choose another spec.ipv4Config.serverIP",
    answers: false,
  };
  for (const leading of [true, false]) assert.deepEqual(reconcile({ leading }), refused);
  assert.equal(server.refused, true);
  assert.deepEqual(host.calls, []);
  needed.length = 0;
  assert.equal(reconcile().reason, "Serving");
  assert.equal(server.refused, false);
  // It is known to be needed only now.
  needed.push({ address: parseIPv4("192.168.48.77"), owner: "the API server" });
  assert.deepEqual(reconcile(), refused);
  // Then the kernel answers ARP questions again, as before.
  assert.deepEqual(host.calls.slice(-2), ["remove 192.168.48.77/32 eth1", "arpIgnore 0 eth1"]);
  await end();
});

Deno.test("T11: PoolServer turns forwarding off before it leads, and puts it back when it stops", async () => {
  const { host, reconcile, end } = poolScene();
  host.link("eth1", { settings: { forwarding: 1, rpFilter: 0, acceptLocal: 0, arpIgnore: 0 } });
  reconcile({ leading: false, view: { synced: false } });
  assert.deepEqual(host.calls, ["forwarding 0 eth1"]);
  await end();
  assert.deepEqual(host.calls.slice(1), ["forwarding 1 eth1"]);
});

Deno.test("PoolServer changes no setting of the interface in a dry run", async () => {
  const { host, reconcile, end } = poolScene({ dryRun: true });
  host.link("eth1", { settings: { forwarding: 1, rpFilter: 1, acceptLocal: 0, arpIgnore: 0 } });
  reconcile();
  await end();
  assert.deepEqual([host.calls, host.described], [[], []]);
});

Deno.test("E7: PoolServer has its pool's name beside the interface's while it is there, leading or not", async () => {
  const { host, reconcile, end } = poolScene();
  reconcile({ leading: false });
  assert.deepEqual(host.described, ["eth1 vm-dhcp: default/net-48"]);
  reconcile();
  await end();
  assert.deepEqual(host.described.slice(1), ["eth1 "]);
});

Deno.test("PoolServer tells who else has its address, and goes on answering", async () => {
  const { clock, host, server, reconcile, end } = poolScene();
  host.neighbour("192.168.48.77", "52:54:00:00:00:99");
  const states = [];
  for (let second = 0; second < 6; second++) {
    server.turn();
    states.push(reconcile());
    await clock.advance(1_000);
  }
  assert.equal(states[0]?.reason, "Serving");
  assert.deepEqual(states.at(-1), {
    ready: false,
    reason: "AddressInUse",
    message: `Answering ${ON}; another machine, 52:54:00:00:00:99, has 192.168.48.77 too`,
    answers: true,
  });
  assert.equal(reconcile({ leading: false }).reason, "Standby");
  assert.equal(reconcile().reason, "Serving");
  await end();
});

Deno.test("PoolServer answers for a pool that another one outranks until somebody else has its address", async () => {
  const { clock, host, server, reconcile, end } = poolScene();
  const reason = "NetworkAlreadyServed";
  const conditions = [{ type: "Registered", status: "False", reason }] as const;
  const outranked = poolWith();
  const view = {
    synced: true,
    pool: { ...outranked, status: { ...outranked.status, conditions } },
  };
  const states = async (seconds: number, input: Partial<PoolServerInput> = {}) => {
    const seen: string[] = [];
    for (let second = 0; second < seconds; second++) {
      server.turn();
      const { reason, answers } = reconcile(input);
      const hasAddress = host.read().addresses.some(({ ours }) => ours);
      seen.push([reason, answers, hasAddress].join(" "));
      await clock.advance(1_000);
    }
    return seen.filter((state, index) => state !== seen[index - 1]);
  };
  assert.deepEqual(await states(6, { view }), ["Serving true true"]);
  host.neighbour("192.168.48.77", "52:54:00:00:00:99");
  assert.deepEqual(await states(70, { view }), ["Serving true true", "Standby false false"]);
  assert.equal(
    reconcile({ view }).message,
    `Leaves to another IPPool's agent to answer ${ON}`,
  );
  assert.deepEqual(await states(2), ["Serving true true"]);
  await end();
});

Deno.test("PoolServer leaves its network to who is recorded instead of it and has its address, until that one is gone", async () => {
  const ports: MemoryPort[] = [];
  const { clock, host, server, reconcile, end } = poolScene({
    pod: "agent-mgmt-1",
    openPort: (link) => {
      const port = new MemoryPort(link);
      ports.push(port);
      return port;
    },
  });
  const recorded = (name: string | undefined): Partial<PoolServerInput> => {
    const pool = poolWith();
    const status = { ...pool.status, ...(name === undefined ? {} : { agentPodRef: { name } }) };
    return { view: { synced: true, pool: { ...pool, status } } };
  };
  const states = async (seconds: number, input: Partial<PoolServerInput>) => {
    const seen: string[] = [];
    for (let second = 0; second < seconds; second++) {
      ports[0]?.arrive(messageOf(MessageType.Discover));
      await clock.settle();
      server.turn();
      const { reason, answers } = reconcile(input);
      const hasAddress = host.read().addresses.some(({ ours }) => ours);
      seen.push([reason, answers, hasAddress].join(" "));
      await clock.advance(1_000);
    }
    return seen.filter((state, index) => state !== seen[index - 1]);
  };
  const SERVES = "Serving true true";
  const SHARES = "AddressInUse true true";
  const STANDS_BY = "Standby false false";
  // Where the network moves to, the record names the one before: it answers, whatever the wire says.
  assert.deepEqual(await states(70, recorded("agent-other-1")), [SERVES]);
  host.neighbour("192.168.48.77", "52:54:00:00:00:99");
  assert.deepEqual(await states(70, recorded("agent-other-1")), [SERVES, SHARES]);
  // Who is recorded does not leave, nor who is not recorded any more as nobody is.
  assert.deepEqual(await states(70, recorded("agent-mgmt-1")), [SHARES]);
  assert.deepEqual(await states(70, recorded(undefined)), [SHARES]);
  assert.deepEqual(await states(70, recorded("agent-other-1")), [STANDS_BY]);
  assert.equal(
    reconcile(recorded("agent-other-1")).message,
    `Standing by to answer ${ON}`,
  );
  // Who is recorded is gone, and nobody is there to write that.
  host.neighbour("192.168.48.77");
  assert.deepEqual(await states(9, recorded("agent-other-1")), [STANDS_BY, SERVES]);
  host.neighbour("192.168.48.77", "52:54:00:00:00:99");
  assert.deepEqual(await states(9, recorded("agent-other-1")), [SERVES, STANDS_BY]);
  // The record names nobody else: it leads as before.
  assert.equal((await states(1, recorded(undefined)))[0], SERVES);
  // Another one of its Deployment led meanwhile, whom a record that is late still names.
  reconcile({ ...recorded("agent-mgmt-2"), leading: false });
  assert.deepEqual(await states(70, recorded("agent-mgmt-2")), [SERVES, SHARES]);
  await end();
});

Deno.test("PoolServer leaves its network to who is recorded after one of its Deployment or after nobody, also where it comes to lead later", async () => {
  for (
    const [before, state] of [
      ["agent-mgmt-7f9c-2", "Standby"],
      [undefined, "Standby"],
      // Of the Deployment "agent-mgmt-part-2", which the network comes from.
      ["agent-mgmt-part-2-7f9c-2", "AddressInUse"],
    ] as const
  ) {
    const { clock, host, server, reconcile, end } = poolScene({
      pod: "agent-mgmt-7f9c-1",
      deployment: "agent-mgmt",
    });
    const recorded = (name: string | undefined): Partial<PoolServerInput> => {
      const pool = poolWith();
      const status = { ...pool.status, ...(name === undefined ? {} : { agentPodRef: { name } }) };
      return { view: { synced: true, pool: { ...pool, status } } };
    };
    host.neighbour("192.168.48.77", "52:54:00:00:00:99");
    for (const name of [before, "agent-mgmt-part-2-7f9c-1"]) {
      reconcile({ ...recorded(name), leading: false });
    }
    for (let second = 0; second < 70; second++) {
      server.turn();
      reconcile(recorded("agent-mgmt-part-2-7f9c-1"));
      await clock.advance(1_000);
    }
    assert.equal(reconcile(recorded("agent-mgmt-part-2-7f9c-1")).reason, state);
    await end();
  }
});

Deno.test("PoolServer changes no address in a dry run", async () => {
  const { host, reconcile, end } = poolScene({ dryRun: true });
  host.address(host.link("eth1"), "192.168.48.76/32", true);
  const { reason, message, answers } = reconcile();
  assert.deepEqual([reason, message, answers], ["Standby", `Dry run: would answer ${ON}`, true]);
  reconcile({ view: { synced: true } });
  await end();
  assert.deepEqual(host.calls, []);
});
