import assert from "node:assert/strict";
import { libc } from "../ffi/libc.ts";
import { closeDescriptor } from "../ffi/sockets.ts";
import { threadTime } from "../ffi/thread_time.ts";
import { PortRounds, type RoundsPort } from "./port_rounds.ts";
import { nextTurn } from "./turns.ts";

/** A port whose packets are counted in an eventfd; each that is taken is answered in a microtask. */
class CountedPort implements RoundsPort {
  readonly descriptor = libc().eventfd(0, 0x80800);
  readonly taken: number[] = [];
  /** How many it takes at once. */
  most = 64;
  /** Whether it wants more after each. */
  goesOn = true;
  #there = 0;

  constructor(readonly rounds: PortRounds) {
    rounds.join(this);
  }

  arrive(packets: number): void {
    this.#there += packets;
    libc().write(this.descriptor, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0), 8);
  }

  take(): number {
    const count = Math.min(this.#there, this.most);
    this.#there -= count;
    if (this.#there === 0) libc().read(this.descriptor, new Uint8Array(8), 8);
    if (count === 0) return 0;
    this.taken.push(count);
    if (this.goesOn) Promise.resolve().then(() => this.rounds.wait(this));
    return count;
  }

  get sum(): number {
    return this.taken.reduce((sum, count) => sum + count, 0);
  }

  async close(): Promise<void> {
    const left = this.rounds.leave(this);
    closeDescriptor(this.descriptor);
    await left;
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; round < 2_000 && !condition(); round++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.ok(condition());
}

async function withPorts(
  number: number,
  test: (ports: readonly CountedPort[]) => Promise<void>,
): Promise<void> {
  const rounds = new PortRounds();
  const ports = Array.from({ length: number }, () => new CountedPort(rounds));
  try {
    await test(ports);
  } finally {
    await Promise.all(ports.map((port) => port.close()));
  }
}

Deno.test("PortRounds gives each port its packets, at once and after a long silence", () =>
  withPorts(100, async (ports) => {
    for (const port of ports) port.rounds.wait(port);
    for (const [at, port] of ports.entries()) port.arrive(at + 1);
    await until(() => ports.every((port, at) => port.sum === at + 1));
    await new Promise((resolve) => setTimeout(resolve, 30));
    for (const port of ports) port.arrive(1);
    await until(() => ports.every((port, at) => port.sum === at + 2));
  }));

Deno.test("PortRounds goes on to wait for a port that alone had many packets, and has none now", () =>
  withPorts(2, async (ports) => {
    const [busy, calm] = ports;
    assert.ok(busy && calm);
    for (const port of ports) port.rounds.wait(port);
    for (let round = 1; round <= 20; round++) {
      busy.arrive(3);
      await until(() => busy.sum === 3 * round);
    }
    calm.arrive(1);
    await until(() => calm.sum === 1);
  }));

Deno.test("PortRounds leaves the packets of a port that wants none where they are, and hinders no other by them", () =>
  withPorts(2, async (ports) => {
    const [away, here] = ports;
    assert.ok(away && here);
    away.arrive(3);
    here.rounds.wait(here);
    here.arrive(1);
    await until(() => here.sum === 1);
    here.arrive(1);
    await until(() => here.sum === 2);
    assert.deepEqual(away.taken, []);
    away.rounds.wait(away);
    await until(() => away.sum === 3);
  }));

Deno.test("PortRounds rests while nobody has packets but a port that wants none", () =>
  withPorts(2, async (ports) => {
    const [away, here] = ports;
    assert.ok(away && here);
    const { now } = performance;
    let looks = 0;
    performance.now = () => {
      looks++;
      return now.call(performance);
    };
    try {
      away.arrive(3);
      here.rounds.wait(here);
      here.arrive(1);
      await until(() => here.sum === 1);
      let before = -1;
      let still = 0;
      await until(() => {
        still = looks === before ? still + 1 : 0;
        before = looks;
        return still >= 10;
      });
    } finally {
      performance.now = now;
    }
  }));

Deno.test("PortRounds leaves others and timers their turns while one port always has something", () =>
  withPorts(2, async (ports) => {
    const [flooded, calm] = ports;
    assert.ok(flooded && calm);
    flooded.most = 1;
    flooded.arrive(1e9);
    for (const port of ports) port.rounds.wait(port);
    let fired = 0;
    const timer = setInterval(() => fired++, 5);
    for (let packet = 1; packet <= 20; packet++) {
      const before = flooded.taken.length;
      calm.arrive(1);
      await until(() => calm.sum === packet);
      assert.ok(flooded.taken.length > before);
    }
    clearInterval(timer);
    assert.ok(fired > 0);
    flooded.goesOn = false;
  }));

Deno.test("PortRounds looks once for packets between two turns of an event loop that has other work, and does not keep it waiting", () =>
  withPorts(1, async ([flooded]) => {
    assert.ok(flooded);
    flooded.most = 1;
    flooded.arrive(1e9);
    flooded.rounds.wait(flooded);
    const between: number[] = [];
    for (let turn = 0; turn < 200; turn++) {
      const before = flooded.taken.length;
      const start = threadTime();
      while (threadTime() - start < 1);
      await nextTurn();
      between.push(flooded.taken.length - before);
    }
    flooded.goesOn = false;
    // While this thread did not run, the loop may have seemed to be at rest.
    const usual = between.sort((a, b) => a - b)[100] ?? Infinity;
    assert.ok(usual <= 2, `${usual} batches`);
  }));

Deno.test("PortRounds goes on with the others where a port leaves, and begins anew after all have", async () => {
  const rounds = new PortRounds();
  const [one, other] = [new CountedPort(rounds), new CountedPort(rounds)];
  for (const port of [one, other]) rounds.wait(port);
  await one.close();
  await one.rounds.leave(one);
  other.arrive(2);
  await until(() => other.sum === 2);
  await other.close();
  const next = new CountedPort(rounds);
  rounds.wait(next);
  next.arrive(1);
  await until(() => next.sum === 1);
  await next.close();
});

Deno.test("PortRounds takes no packet from a port that is dead, and goes on with the others", () =>
  withPorts(2, async (ports) => {
    const [dead, alive] = ports;
    assert.ok(dead && alive);
    dead.take = () => -1;
    for (const port of ports) port.rounds.wait(port);
    dead.arrive(1);
    alive.arrive(1);
    await until(() => alive.sum === 1);
    alive.arrive(1);
    await until(() => alive.sum === 2);
  }));
