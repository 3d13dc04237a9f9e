import assert from "node:assert/strict";
import { MessageType } from "../../core/dhcp/mod.ts";
import { messageOf } from "../testing/dhcp.ts";
import { MemoryPort } from "../testing/memory_port.ts";
import { ON, poolScene } from "../testing/pool_scene.ts";
import type { PoolServerInput } from "./pool_server.ts";

/** A network on which clients ask, and who has the server's address there. */
function asking() {
  const ports: MemoryPort[] = [];
  const scene = poolScene({
    openPort: (link) => {
      const port = new MemoryPort(link);
      ports.push(port);
      return port;
    },
  });
  const look = async (seconds: number, input: Partial<PoolServerInput>, asks = true) => {
    const states = [];
    for (let half = 0; half < seconds * 2; half++) {
      if (asks) ports[0]?.arrive(messageOf(MessageType.Discover));
      await scene.clock.settle();
      scene.server.turn();
      states.push(scene.reconcile(input));
      await scene.clock.advance(500);
    }
    return states;
  };
  return { ...scene, look };
}

Deno.test("rule 101: PoolServer answers where another agent leads and clients ask and nobody has its address, until somebody has", async () => {
  const { host, server, look, end } = asking();
  const following = { leading: false };
  host.neighbour("192.168.48.77", "52:54:00:00:00:99");
  const standby = { ready: true, reason: "Standby", answers: false };
  for (const { message, ...state } of await look(20, following)) {
    assert.deepEqual(state, standby);
    assert.equal(message, `Standing by to answer ${ON}`);
  }
  host.neighbour("192.168.48.77");
  assert.deepEqual((await look(5, following)).at(-1), {
    ready: true,
    reason: "Serving",
    message: `Answering in place of the agent that leads, whom nobody here hears, ${ON}`,
    answers: true,
  });
  assert.deepEqual([...host.answering.keys()], ["eth1 192.168.48.77"]);
  assert.equal(server.heard.hears, true);
  host.neighbour("192.168.48.77", "52:54:00:00:00:99");
  assert.equal((await look(5, following)).at(-1)?.answers, false);
  assert.deepEqual([...host.answering.keys()], []);
  assert.deepEqual(host.calls.filter((call) => /^(add|remove)/.test(call)), [
    "add 192.168.48.77/32 eth1",
    "remove 192.168.48.77/32 eth1",
  ]);
  await end();
});

Deno.test("PoolServer goes on where it is in doubt whether it leads, until another machine has the server's address", async () => {
  const { host, look, end } = asking();
  const doubtful = { leading: true, doubtful: true };
  const answering = { ready: true, reason: "Serving", message: `Answering ${ON}`, answers: true };
  assert.deepEqual(await look(3, { leading: true }), Array(6).fill(answering));
  assert.deepEqual(await look(600, doubtful), Array(1_200).fill(answering));
  host.neighbour("192.168.48.77", "52:54:00:00:00:99");
  const states = await look(10, doubtful);
  assert.equal(states.filter(({ answers }) => answers).length, 7, "it believes in 3.5 s");
  assert.deepEqual(states.at(-1), {
    ready: true,
    reason: "Standby",
    message: `Standing by to answer ${ON}`,
    answers: false,
  });
  assert.deepEqual([...host.answering.keys()], []);
  // Its Lease is written again: it leads, whoever has the address.
  assert.equal((await look(1, { leading: true })).at(-1)?.answers, true);
  await end();
});

Deno.test("PoolServer answers nobody where another agent leads since, also one that had been in doubt", async () => {
  const { look, end } = asking();
  await look(3, { leading: true });
  await look(3, { leading: true, doubtful: true });
  assert.equal((await look(1, { leading: false }))[0]?.answers, false);
  await end();
});

Deno.test("PoolServer that begins in doubt, by what it kept of an earlier life, looks first whether nobody has the server's address", async () => {
  const { host, look, end } = asking();
  const doubtful = { leading: true, doubtful: true };
  host.neighbour("192.168.48.77", "52:54:00:00:00:99");
  assert.ok((await look(20, doubtful)).every(({ answers }) => !answers));
  host.neighbour("192.168.48.77");
  assert.equal((await look(5, doubtful)).at(-1)?.message, `Answering ${ON}`);
  await end();
});

Deno.test("PoolServer that is in doubt answers again after its interface was down, also where clients ask nobody but the server's address", async () => {
  const { host, look, end } = asking();
  const doubtful = { leading: true, doubtful: true };
  await look(3, { leading: true });
  host.link("eth1", { up: false });
  assert.equal((await look(1, doubtful, false)).at(-1)?.answers, false);
  host.link("eth1");
  assert.equal((await look(5, doubtful, false)).at(-1)?.message, `Answering ${ON}`);
  // Also where it had left it to another machine, which is gone since.
  host.neighbour("192.168.48.77", "52:54:00:00:00:99");
  assert.equal((await look(60, doubtful, false)).at(-1)?.answers, false);
  host.neighbour("192.168.48.77");
  assert.equal((await look(5, doubtful, false)).at(-1)?.message, `Answering ${ON}`);
  await end();
});
